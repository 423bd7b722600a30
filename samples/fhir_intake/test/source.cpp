#include "source.hpp"

#include "errors.hpp"
#include "generator.hpp"
#include "scratch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace fhir_intake;

namespace {

// Reads `in` to its end.
std::vector<line> read_all(const input& in, std::uint64_t first = 0) {
  std::vector<line> result;
  auto from = open_source(in, first);
  REQUIRE(from);
  for (;;) {
    auto x = from.value()->next();
    REQUIRE(x);
    if (!x.value())
      return result;
    result.push_back(*std::move(x.value()));
  }
}

input files_of(const std::vector<std::string>& paths) {
  auto files = find_files(paths);
  REQUIRE(files);
  return {files.value(), 0, 0};
}

} // namespace

TEST_CASE("generated lines are numbered and can be resumed") {
  input in{{}, 5, 9};
  auto all = read_all(in);
  REQUIRE(all.size() == 5);
  CHECK(all[3].seq == 3);
  CHECK(all[3].text == make_patient(9, 3));
  CHECK(origin(all[3]) == "generated:4");
  auto rest = read_all(in, 3);
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].seq == 3);
  CHECK(rest[0].text == all[3].text);
}

TEST_CASE("lines of files keep their place, blank ones do not count") {
  scratch dir;
  auto a = dir.file("a.ndjson", "one\n\n \t\r\ntwo\r\n");
  auto b = dir.file("b.ndjson", std::string{"three\0x\nfour", 12});
  auto in = files_of({b, a});
  auto all = read_all(in);
  REQUIRE(all.size() == 4);
  CHECK(all[0].text == std::string{"three\0x", 7});
  CHECK(all[1].text == "four");
  CHECK(origin(all[1]) == b + ":2");
  CHECK(all[3].text == "two\r");
  CHECK(all[3].seq == 3);
  CHECK(origin(all[3]) == a + ":4");
  CHECK(all[3].size == 4);
  CHECK(all[3].checksum == checksum_of("two\r"));
  auto rest = read_all(in, 2);
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].seq == 2);
  CHECK(rest[0].text == "one");
}

TEST_CASE("empty files have no lines") {
  scratch dir;
  CHECK(read_all(files_of({dir.file("a.ndjson", "")})).empty());
  CHECK(read_all(files_of({dir.file("b.ndjson", "\n\n")})).empty());
}

TEST_CASE("a line too long is cut, and the next one is whole") {
  scratch dir;
  auto x = dir.file("x.ndjson", std::string(max_line_bytes + 100, 'x') + "\nb\n"
                                  + std::string(max_line_bytes, 'y') + "\nc");
  auto all = read_all(files_of({x}));
  REQUIRE(all.size() == 4);
  CHECK(all[0].text.size() == max_line_bytes + 1);
  CHECK(all[1].text == "b");
  CHECK(all[2].text.size() == max_line_bytes);
  CHECK(all[3].text == "c");
  CHECK(all[3].number == 4);
}

TEST_CASE("a folder stands for its ndjson files, by name") {
  scratch dir;
  auto b = dir.file("b.ndjson", "b");
  auto a = dir.file("a.ndjson", "a");
  (void)dir.file("LICENSE", "text");
  auto found = find_files({dir.path("")});
  REQUIRE(found);
  REQUIRE(found.value().size() == 2);
  CHECK(found.value()[0].filename() == "a.ndjson");
  CHECK(found.value()[1].filename() == "b.ndjson");
}

TEST_CASE("input that cannot be read is named, with the reason") {
  scratch dir;
  auto say = [](const std::string& path) {
    auto found = find_files({path});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == intake_errc::unreadable_input);
    return found.error().message;
  };
  auto missing = dir.path("missing.ndjson");
  CHECK(say(missing)
        == "cannot read '" + missing + "': No such file or directory");
  CHECK(say(dir.path("."))
        == "cannot read '" + dir.path(".")
             + "': no *.ndjson file in this folder");
  CHECK(say("/dev/null") == "cannot read '/dev/null': not a regular file");
}

TEST_CASE("a file that vanishes later is a failure, not an end") {
  scratch dir;
  auto a = dir.file("a.ndjson", "a\n");
  auto in = files_of({a, dir.file("b.ndjson", "b\n")});
  auto from = open_source(in, 0);
  REQUIRE(from);
  REQUIRE(from.value()->next());
  std::filesystem::remove(in.files[1]);
  auto x = from.value()->next();
  REQUIRE_FALSE(x);
  CHECK(x.error().message.find("No such file") != std::string::npos);
}
