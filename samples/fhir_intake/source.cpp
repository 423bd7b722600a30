#include "source.hpp"

#include "errors.hpp"
#include "generator.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

namespace fhir_intake {

namespace fs = std::filesystem;

namespace {

vigil::failure unreadable(const fs::path& path, const std::string& why) {
  return {intake_errc::unreadable_input,
          "cannot read '" + path.string() + "': " + why};
}

std::string last_error() {
  // A stream does not tell; errno is what its system call left.
  return std::generic_category().message(errno != 0 ? errno : EIO);
}

bool blank(std::string_view x) noexcept {
  return x.find_first_not_of(" \t\r") == std::string_view::npos;
}

class generated_source : public source {
public:
  generated_source(const input& in, std::uint64_t first)
    : count_(in.count), seed_(in.seed), next_(first) {
    // nop
  }

  vigil::result<std::optional<line>> next() override {
    if (next_ >= count_)
      return std::optional<line>{};
    auto n = next_++;
    return std::optional{make_line(n, make_patient(seed_, n), name_, n + 1)};
  }

private:
  std::uint64_t count_;
  std::uint64_t seed_;
  std::uint64_t next_;
  std::shared_ptr<const std::string> name_
    = std::make_shared<const std::string>("generated");
};

class file_source : public source {
public:
  explicit file_source(std::vector<fs::path> files) : files_(std::move(files)) {
    // nop
  }

  vigil::result<std::optional<line>> next() override {
    for (;;) {
      if (!in_.is_open()) {
        if (file_ == files_.size())
          return std::optional<line>{};
        if (auto opened = open(files_[file_]); !opened)
          return opened.error();
      }
      auto more = read_line();
      if (!more)
        return more.error();
      if (!more.value()) {
        in_.close();
        ++file_;
      } else if (!blank(text_)) {
        return std::optional{
          make_line(seq_++, std::exchange(text_, {}), name_, number_)};
      }
    }
  }

private:
  vigil::result<void> open(const fs::path& path) {
    errno = 0;
    in_.clear();
    in_.open(path, std::ios::binary);
    if (!in_)
      return unreadable(path, last_error());
    name_ = std::make_shared<const std::string>(path.string());
    number_ = 0;
    return vigil::success();
  }

  // Reads a line of bounded length into `text_`; false at the end of the file.
  vigil::result<bool> read_line() {
    errno = 0;
    in_.getline(buf_.get(), buf_size);
    if (in_.bad())
      return unreadable(files_[file_], last_error());
    auto length = static_cast<std::size_t>(in_.gcount());
    if (in_.fail() && in_.eof())
      return false;
    if (in_.fail()) { // the buffer is full
      in_.clear();
      in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    } else if (!in_.eof()) {
      --length; // the line break counts as read
    }
    text_.assign(buf_.get(), length);
    ++number_;
    return true;
  }

  // One byte more than is allowed, and the terminator.
  static constexpr std::streamsize buf_size = max_line_bytes + 2;

  std::vector<fs::path> files_;
  std::size_t file_ = 0;
  std::ifstream in_;
  std::unique_ptr<char[]> buf_ = std::make_unique_for_overwrite<char[]>(
    static_cast<std::size_t>(buf_size));
  std::string text_;
  std::shared_ptr<const std::string> name_;
  std::uint64_t number_ = 0;
  std::uint64_t seq_ = 0;
};

// Adds the files in the folder `path` to `files`.
vigil::result<void> add_folder(const fs::path& path,
                               std::vector<fs::path>& files) {
  std::error_code ec;
  auto before = files.size();
  for (fs::directory_iterator i{path, ec}, end; !ec && i != end;
       i.increment(ec))
    if (i->path().extension() == ".ndjson")
      files.push_back(i->path());
  if (ec)
    return unreadable(path, ec.message());
  if (files.size() == before)
    return unreadable(path, "no *.ndjson file in this folder");
  std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  return vigil::success();
}

} // namespace

vigil::result<std::unique_ptr<source>> open_source(const input& in,
                                                   std::uint64_t first) {
  using pointer = std::unique_ptr<source>;
  if (in.files.empty())
    return pointer{std::make_unique<generated_source>(in, first)};
  pointer result = std::make_unique<file_source>(in.files);
  for (std::uint64_t i = 0; i < first; ++i)
    if (auto skipped = result->next(); !skipped)
      return skipped.error();
  return result;
}

vigil::result<std::vector<fs::path>>
find_files(const std::vector<std::string>& paths) {
  std::vector<fs::path> result;
  for (const fs::path path : paths) {
    std::error_code ec;
    auto status = fs::status(path, ec);
    if (!fs::exists(status))
      return unreadable(path, ec ? ec.message() : "no such file");
    if (fs::is_directory(status)) {
      if (auto added = add_folder(path, result); !added)
        return added.error();
    } else {
      result.push_back(path);
    }
  }
  for (const auto& path : result) {
    // Pipes and devices cannot be read again by a restarted reader.
    std::error_code ec;
    if (!fs::is_regular_file(path, ec))
      return unreadable(path, ec ? ec.message() : "not a regular file");
    errno = 0;
    if (!std::ifstream{path})
      return unreadable(path, last_error());
  }
  return result;
}

std::uint64_t expected_lines(const input& in) {
  if (in.files.empty())
    return in.count;
  std::uint64_t bytes = 0;
  for (const auto& path : in.files) {
    std::error_code ec;
    if (auto size = fs::file_size(path, ec); !ec)
      bytes += size;
  }
  return bytes / 100 + in.files.size();
}

} // namespace fhir_intake
