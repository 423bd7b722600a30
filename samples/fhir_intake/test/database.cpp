#include "database.hpp"

#include "errors.hpp"
#include "generator.hpp"
#include "scratch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace fhir_intake;

namespace {

resource make(std::uint64_t seq, const std::string& id,
              const std::string& text = "{}") {
  return {seq, "Patient", id, text};
}

std::unique_ptr<database> open(const std::string& path, std::int64_t run = 1,
                               int max_pages = 0) {
  auto db = database::open({path, run, max_pages});
  REQUIRE(db);
  return std::move(db.value());
}

void store(database& db, const std::vector<resource>& batch) {
  REQUIRE(db.write(batch));
  REQUIRE(db.commit());
}

census count(database& db) {
  auto result = db.count();
  REQUIRE(result);
  return result.value();
}

std::string body(const std::string& path, const std::string& id) {
  SQLite::Database db{path};
  SQLite::Statement query{db, "SELECT body FROM resource WHERE id = ?"};
  query.bind(1, id);
  REQUIRE(query.executeStep());
  return query.getColumn(0).getString();
}

} // namespace

TEST_CASE("the database is in WAL mode, and set up once") {
  scratch dir;
  auto path = dir.path("x.db");
  store(*open(path), {make(0, "a")});
  auto db = open(path); // again: nothing is lost
  CHECK(count(*db).lines == 1);
  CHECK(SQLite::Database{path}.execAndGet("PRAGMA journal_mode").getString()
        == "wal");
}

TEST_CASE("a batch sent twice is stored once") {
  scratch dir;
  auto db = open(dir.path("x.db"));
  std::vector<resource> batch{make(0, "a"), make(1, "b")};
  store(*db, batch);
  store(*db, batch);
  CHECK(count(*db).lines == 2);
  CHECK(count(*db).resources == 2);
}

TEST_CASE("a batch that was not committed leaves nothing") {
  scratch dir;
  auto path = dir.path("x.db");
  REQUIRE(open(path)->write(std::vector{make(0, "a")}));
  auto db = open(path);
  CHECK(count(*db).lines == 0);
  REQUIRE(db->write(std::vector{make(0, "a")}));
  store(*db, {make(1, "b")}); // takes the place of what was not committed
  CHECK(count(*db).lines == 1);
}

TEST_CASE("of two lines with one id the last in the input wins") {
  scratch dir;
  auto path = dir.path("x.db");
  auto db = open(path);
  store(*db, {make(5, "a", "new")});
  store(*db, {make(2, "a", "old")}); // comes late
  store(*db, {make(5, "a", "new")});
  CHECK(body(path, "a") == "new");
  store(*db, {make(6, "a", "newest")});
  CHECK(body(path, "a") == "newest");
  CHECK(count(*db).lines == 3);
  CHECK(count(*db).resources == 1);
}

TEST_CASE("a later run replaces what an earlier one stored") {
  scratch dir;
  auto path = dir.path("x.db");
  store(*open(path, 1), {make(7, "a", "first"), make(8, "b", "first")});
  auto db = open(path, 2);
  store(*db, {make(0, "a", "second")});
  CHECK(body(path, "a") == "second");
  CHECK(body(path, "b") == "first");
  auto sum = count(*db);
  CHECK(sum.lines == 1);
  CHECK(sum.resources == 1);
  CHECK(sum.all_resources == 2);
}

TEST_CASE("failures name the file and say what SQLite says") {
  scratch dir;
  auto say = [](const std::string& path) {
    auto db = database::open({path, 1, 0});
    REQUIRE_FALSE(db);
    CHECK(db.error().code == intake_errc::database_failed);
    CHECK(db.error().message.starts_with("database '" + path + "': "));
    return db.error().message;
  };
  CHECK(say(dir.path("no/such/folder.db"))
          .ends_with("unable to open database "
                     "file"));
  CHECK(say(dir.file("text.db", std::string(2000, 'x')))
          .ends_with("file is not a database"));
  auto taken = dir.path("taken.db");
  SQLite::Database{taken, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
    "CREATE TABLE resource (something_else)");
  CHECK(say(taken).find("resource") != std::string::npos);
}

TEST_CASE("a full database fails, and keeps what it has") {
  scratch dir;
  auto path = dir.path("x.db");
  auto db = open(path, 1, 50);
  std::uint64_t seq = 0;
  vigil::result<void> written = vigil::success();
  while (written && seq < 10'000) {
    std::vector<resource> batch;
    for (int i = 0; i < 50; ++i, ++seq)
      batch.push_back(make(seq, std::to_string(seq), make_patient(1, seq)));
    written = db->write(batch);
    if (written)
      written = db->commit();
  }
  REQUIRE_FALSE(written);
  CHECK(written.error().message
        == "database '" + path + "': database or disk is full");
  auto again = open(path, 1, 50);
  CHECK(count(*again).lines == seq - 50);
}
