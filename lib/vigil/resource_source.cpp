#include <vigil/resource_source.hpp>

#include <dirent.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vigil {

namespace {

constexpr const char* statm_path = "/proc/self/statm";
constexpr const char* descriptors_path = "/proc/self/fd";

failure cannot_read(const char* what, const char* where, int error = errno) {
  return {std::error_code{error, std::generic_category()},
          std::string{"cannot read "} + what + " from " + where};
}

bool is_socket(int descriptor) noexcept {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

class process_reader {
public:
  process_reader() = default;

  ~process_reader() {
    if (statm_ >= 0)
      close(statm_);
    if (descriptors_ != nullptr)
      closedir(descriptors_);
  }

  process_reader(const process_reader&) = delete;
  process_reader& operator=(const process_reader&) = delete;

  result<resource_sample> read(const resource_query& what) {
    resource_sample to;
    if (what.memory)
      if (auto done = read_memory(to); !done)
        return done.error();
    if (what.cpu)
      if (auto done = read_cpu(to); !done)
        return done.error();
    if (what.descriptors || what.connections)
      if (auto done = scan(to, what.connections); !done)
        return done.error();
    return to;
  }

private:
  // The second number is that of resident pages.
  result<void> read_memory(resource_sample& to) {
    if (statm_ < 0)
      statm_ = open(statm_path, O_RDONLY | O_CLOEXEC);
    if (statm_ < 0)
      return cannot_read("memory", statm_path);
    std::array<char, 128> buffer{};
    const auto n = pread(statm_, buffer.data(), buffer.size(), 0);
    if (n < 0)
      return cannot_read("memory", statm_path);
    const std::string_view text{buffer.data(), static_cast<std::size_t>(n)};
    const auto begin = text.find(' ') + 1;
    std::uint64_t pages = 0;
    const auto parsed
      = std::from_chars(text.data() + begin, text.data() + text.size(), pages);
    if (begin == 0 || parsed.ec != std::errc{})
      return cannot_read("memory", statm_path, EPROTO);
    to.memory = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return success();
  }

  static result<void> read_cpu(resource_sample& to) {
    timespec used{};
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
      return cannot_read("cpu", "the process clock");
    to.cpu = std::chrono::seconds{used.tv_sec}
             + std::chrono::nanoseconds{used.tv_nsec};
    return success();
  }

  result<void> scan(resource_sample& to, bool ask_for_sockets) {
    if (descriptors_ == nullptr)
      descriptors_ = opendir(descriptors_path);
    if (descriptors_ == nullptr)
      return cannot_read("descriptors", descriptors_path);
    rewinddir(descriptors_);
    errno = 0;
    // Nobody else knows this directory: NOLINTNEXTLINE(concurrency-mt-unsafe)
    while (const auto* entry = readdir(descriptors_)) {
      const std::string_view name{entry->d_name};
      int number = 0;
      const auto parsed
        = std::from_chars(name.data(), name.data() + name.size(), number);
      if (parsed.ec != std::errc{})
        continue;
      ++to.descriptors;
      if (ask_for_sockets && is_socket(number))
        ++to.connections;
      errno = 0;
    }
    if (errno != 0)
      return cannot_read("descriptors", descriptors_path);
    return success();
  }

  int statm_ = -1;
  DIR* descriptors_ = nullptr;
};

} // namespace

resource_source process_resources() {
  return
    [reader = std::make_shared<process_reader>()](const resource_query& what) {
      return reader->read(what);
    };
}

} // namespace vigil
