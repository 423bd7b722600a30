#include <vigil/resource_source.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

/// Descriptors that close themselves.
struct descriptors {
  descriptors() = default;
  descriptors(const descriptors&) = delete;
  descriptors& operator=(const descriptors&) = delete;

  ~descriptors() {
    for (auto x : open)
      close(x);
  }

  std::vector<int> open;
};

vigil::resource_sample read(const vigil::resource_source& source,
                            const vigil::resource_query& what) {
  auto result = source(what);
  if (!result)
    FAIL(vigil::render(result.error()));
  return result.value();
}

} // namespace

TEST_CASE("descriptors and sockets that are opened are counted") {
  const auto source = vigil::process_resources();
  const vigil::resource_query both{.descriptors = true, .connections = true};
  const auto before = read(source, both);
  CHECK(before.descriptors >= 3);
  {
    descriptors mine;
    for (int i = 0; i < 5; ++i)
      mine.open.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    mine.open.insert(mine.open.end(), {pair[0], pair[1]});
    const auto after = read(source, both);
    CHECK(after.descriptors == before.descriptors + 7);
    CHECK(after.connections == before.connections + 2);
  }
  CHECK(read(source, both).descriptors == before.descriptors);
  CHECK(read(source, both).connections == before.connections);
}

TEST_CASE("memory and CPU time are read") {
  const auto source = vigil::process_resources();
  const auto before = read(source, {.memory = true, .cpu = true});
  CHECK(before.memory > 1024 * 1024);
  CHECK(before.cpu > vigil::duration::zero());
  // Fresh pages of the system's: a heap may have as much to spare.
  constexpr std::size_t much = 64 * 1024 * 1024;
  auto* block = mmap(nullptr, much, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(block != MAP_FAILED);
  std::memset(block, 'x', much);
  const auto after = read(source, {.memory = true, .cpu = true});
  CHECK(after.memory > before.memory + much / 2);
  CHECK(after.cpu > before.cpu);
  CHECK(munmap(block, much) == 0);
}

TEST_CASE("a process that is out of descriptors is read all the same") {
  const auto source = vigil::process_resources();
  const vigil::resource_query all{
    .memory = true, .cpu = true, .descriptors = true, .connections = true};
  const auto before = read(source, all);
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &old) == 0);
  auto few = old;
  few.rlim_cur = 0;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto sample = source(all);
  auto late = vigil::process_resources()(all);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &old) == 0);
  REQUIRE(sample);
  CHECK(sample.value().descriptors == before.descriptors);
  // Who begins now has to say why it cannot.
  REQUIRE_FALSE(late);
  CHECK(late.error().code == std::errc::too_many_files_open);
  CHECK(late.error().message == "cannot read memory from /proc/self/statm");
}
