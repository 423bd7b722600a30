#include <vigil/detail/sync/subscriber_list.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using list = vigil::detail::subscriber_list<std::string>;

/// A list and what its functions saw.
struct fixture {
  list all;
  std::string seen;

  auto noting(const std::string& name) {
    return [this, name](const std::string& x) {
      seen += name + x + ' ';
    };
  }

  std::string call(const std::string& x) {
    seen.clear();
    all.call(x);
    return seen;
  }
};

} // namespace

TEST_SUITE_BEGIN("subscriber_list");

TEST_CASE_FIXTURE(fixture, "who is removed in the middle of a call is not "
                           "called in it any more") {
  list::id_type second = 0;
  all.add([&](const std::string& x) {
    seen += "1" + x + ' ';
    all.remove(second);
  });
  second = all.add(noting("2"));
  all.add(noting("3"));
  CHECK(call("a") == "1a 3a ");
  CHECK(call("b") == "1b 3b ");
}

TEST_CASE_FIXTURE(fixture, "who removes itself is called once") {
  list::id_type me = 0;
  me = all.add([&](const std::string& x) {
    seen += "1" + x + ' ';
    all.remove(me);
  });
  all.add(noting("2"));
  CHECK(call("a") == "1a 2a ");
  CHECK(call("b") == "2b ");
}

TEST_CASE_FIXTURE(fixture, "a call inside a call removes for both") {
  list::id_type third = 0;
  all.add([&](const std::string& x) {
    if (x == "outer")
      all.call("inner");
  });
  all.add([&](const std::string& x) {
    if (x == "inner")
      all.remove(third);
  });
  third = all.add(noting("3"));
  CHECK(call("outer").empty());
}

TEST_CASE_FIXTURE(fixture, "who is added in the middle of a call is called "
                           "from the next one on") {
  all.add([&](const std::string& x) {
    if (x == "a")
      all.add(noting("2"));
  });
  CHECK(call("a").empty());
  CHECK(call("b") == "2b ");
}

TEST_CASE_FIXTURE(fixture, "a removed function is destroyed, without a lock") {
  struct last_word {
    explicit last_word(list* x) : to(x) {
      // nop
    }

    last_word(const last_word&) = delete;
    last_word& operator=(const last_word&) = delete;

    ~last_word() {
      if (to != nullptr)
        to->add([](const std::string&) {});
    }
    list* to;
  };
  auto held = std::make_shared<last_word>(&all);
  std::weak_ptr<last_word> there = held;
  const auto id = all.add([held = std::move(held)](const std::string&) {});
  all.remove(id);
  CHECK(there.expired());
  CHECK(!all.empty());
}

TEST_CASE_FIXTURE(fixture, "an empty function is not kept") {
  CHECK(all.add(nullptr) == 0);
  CHECK(all.add(list::subscriber{}) == 0);
  CHECK(all.empty());
  all.remove(0);
  CHECK(call("a").empty());
}

TEST_CASE_FIXTURE(fixture, "what a function throws is counted and concerns "
                           "nobody else") {
  all.add([](const std::string&) { throw std::runtime_error("no"); });
  all.add([](const std::string&) { throw 1; });
  all.add(noting("3"));
  CHECK(call("a") == "3a ");
  CHECK(all.failures() == 2);
}

TEST_SUITE_END();
