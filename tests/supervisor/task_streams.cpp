#include "task_fixture.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace task_tests;
using vigil::errc;
using vigil::on_timeout;

namespace {

/// Counts without end; tells how far it and its copies were read.
class naturals {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    using pointer = const int*;
    using reference = int;

    explicit iterator(int* x) : at_(x) {
      // nop
    }

    int operator*() const {
      return *at_;
    }

    iterator& operator++() {
      ++*at_;
      return *this;
    }

    friend bool operator!=(const iterator&, std::default_sentinel_t) {
      return true;
    }

  private:
    int* at_;
  };

  [[nodiscard]] iterator begin() {
    return iterator{at_.get()};
  }

  [[nodiscard]] std::default_sentinel_t end() const {
    return {};
  }

  [[nodiscard]] int read() const {
    return *at_;
  }

private:
  std::shared_ptr<int> at_ = std::make_shared<int>(0);
};

struct streams : fixture {
  streams() : tree(start(vigil::task_supervisor(tasks_key))) {
    tasks = tree.find<vigil::tasks_ref>("tasks").value();
  }

  /// Takes as many milliseconds as its item says, and gives the item.
  auto sleepy() {
    return [this](int ms, vigil::task_promise<int> p) {
      takes(ms * 1ms, ms)(std::move(p));
    };
  }

  vigil::tree_ref tree;
  vigil::tasks_ref tasks;
};

template <class T>
std::string text_of(const vigil::stream_item<T>& x) {
  return std::to_string(x.index) + ':'
         + (x.result.has_value() ? std::to_string(x.result.assume_value())
                                 : to_string(code_of(x.result)));
}

template <class Stream>
std::string all_of(Stream& xs) {
  std::string result;
  for (auto& x : xs) {
    if (!result.empty())
      result += ' ';
    result += text_of(x);
  }
  return result;
}

} // namespace

// -- as a range ---------------------------------------------------------------

TEST_CASE_FIXTURE(streams, "a stream maps a range in order") {
  auto xs = tasks.async_stream(
    std::vector{1, 2, 3}, [](int x) { return x * x; }, {.max_concurrency = 2});
  CHECK(all_of(xs.value()) == "0:1 1:4 2:9");
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "a stream without order gives what is ready") {
  std::vector items{30, 10, 20};
  auto xs = tasks.async_stream(items, sleepy(),
                               {.max_concurrency = 3, .ordered = false});
  CHECK(all_of(xs.value()) == "1:10 2:20 0:30");
  auto ordered = tasks.async_stream(items, sleepy(), {.max_concurrency = 3});
  CHECK(all_of(ordered.value()) == "0:30 1:10 2:20");
}

TEST_CASE_FIXTURE(streams, "a failure in a stream is an item") {
  auto f = [](int x) -> vigil::outcome<int> {
    if (x == 1)
      return vigil::error(errc::not_found);
    if (x == 2)
      throw 2;
    return x;
  };
  auto xs = tasks.async_stream(std::vector{0, 1, 2, 3}, f);
  CHECK(all_of(xs.value()) == "0:0 1:not_found 2:exception 3:3");
}

TEST_CASE_FIXTURE(streams, "a stream has no more tasks than it may") {
  auto most = std::make_shared<std::size_t>(0);
  auto f = [this, most](int x, vigil::task_promise<int> p) {
    *most = std::max(*most, tasks.size());
    takes(1s, x)(std::move(p));
  };
  auto xs = tasks.async_stream(std::vector<int>(10), f, {.max_concurrency = 3});
  static_cast<void>(all_of(xs.value()));
  CHECK(*most == 3);
}

TEST_CASE_FIXTURE(streams, "a stream reads no more than it has room for") {
  naturals input;
  {
    auto xs = tasks.async_stream(input, [](int x) { return x; },
                                 {.max_concurrency = 2});
    CHECK(input.read() == 0);
    auto i = xs.value().begin();
    for (int n = 0; n < 5; ++n, ++i)
      CHECK(i->index == static_cast<std::size_t>(n));
  }
  CHECK(input.read() <= 7);
}

TEST_CASE_FIXTURE(streams, "the unused rest of a stream is shut down") {
  {
    auto f = [this](int x, vigil::task_promise<int> p) {
      takes(x == 0 ? 1ms : 24h, x)(std::move(p));
    };
    auto xs
      = tasks.async_stream(std::vector{0, 1, 2, 3}, f, {.max_concurrency = 4});
    CHECK(text_of(*xs.value().begin()) == "0:0");
    CHECK(tasks.size() == 3);
  }
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "a late task of a stream is killed") {
  const std::vector items{100, 1, 100, 1};
  auto ordered = tasks.async_stream(items, sleepy(),
                                    {.max_concurrency = 4,
                                     .timeout = 50ms,
                                     .on_timeout = on_timeout::kill_task});
  CHECK(all_of(ordered.value()) == "0:timeout 1:1 2:timeout 3:1");
  CHECK(tasks.size() == 0);
  auto any = tasks.async_stream(items, sleepy(),
                                {.max_concurrency = 4,
                                 .ordered = false,
                                 .timeout = 50ms,
                                 .on_timeout = on_timeout::kill_task});
  CHECK(all_of(any.value()) == "1:1 3:1 0:timeout 2:timeout");
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams,
                  "a late task ends its stream unless told otherwise") {
  auto xs = tasks.async_stream(std::vector{1, 100, 1}, sleepy(),
                               {.max_concurrency = 1, .timeout = 50ms});
  CHECK(all_of(xs.value()) == "0:1 1:timeout");
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "a stream takes a generator") {
  auto next = [n = 0]() mutable {
    return n < 3 ? std::optional{n++} : std::nullopt;
  };
  auto xs = tasks.async_stream(next, [](int x) { return -x; });
  CHECK(all_of(xs.value()) == "0:0 1:-1 2:-2");
  auto none = tasks.async_stream(std::vector<int>{}, [](int x) { return x; });
  CHECK(all_of(none.value()).empty());
}

TEST_CASE_FIXTURE(streams, "options of a stream that make no sense are told") {
  auto id = [](int x) {
    return x;
  };
  const std::vector items{1};
  auto why = [&](const vigil::stream_options& x) {
    auto xs = tasks.async_stream(items, id, x);
    REQUIRE(!xs);
    return xs.error().code;
  };
  CHECK(why({.max_concurrency = 0}) == errc::out_of_range);
  CHECK(why({.timeout = 0s}) == errc::out_of_range);
  CHECK(why({.timeout = -1s}) == errc::negative_delay);
  CHECK(why({.on_timeout = on_timeout::ignore}) == errc::bad_combination);
  std::function<int(int)> empty;
  CHECK(tasks.async_stream(items, empty).error().code == errc::null_handle);
  std::optional<int> (*none)() = nullptr;
  CHECK(tasks.async_stream(none, id).error().code == errc::null_handle);
  std::function<std::optional<int>()> nothing;
  CHECK(tasks.async_stream(nothing, id).error().code == errc::null_handle);
  in_actor([&](caf::event_based_actor* self) {
    auto control = tasks.async_stream(
      self, nothing, id, {}, [](const auto&) { return true; }, [] {});
    CHECK(control.error().code == errc::null_handle);
  });
  CHECK(vigil::tasks_ref{}.async_stream(items, id).error().code
        == errc::supervisor_down);
}

TEST_CASE_FIXTURE(streams, "a stream of a dead supervisor ends with a fault") {
  REQUIRE(tree.stop());
  naturals input;
  auto xs = tasks.async_stream(input, [](int x) { return x; });
  CHECK(all_of(xs.value()) == "0:supervisor_down");
}

// -- in an actor --------------------------------------------------------------

TEST_CASE_FIXTURE(streams, "an actor gets the items of a stream as calls") {
  auto log = std::make_shared<std::string>();
  in_actor([&, log](caf::event_based_actor* self) {
    auto note = [log](auto x) {
      *log += text_of(x) + ' ';
    };
    auto end = [log] {
      *log += "end";
    };
    REQUIRE(tasks.async_stream(self, std::vector{30, 10, 20}, sleepy(),
                               {.max_concurrency = 2}, note, end));
  });
  CHECK(log->empty());
  pass(100ms);
  CHECK(*log == "0:30 1:10 2:20 end");
  CHECK(log.use_count() == 1);
}

TEST_CASE_FIXTURE(streams, "an actor's stream keeps its input, as the handler "
                           "returns before it is read") {
  auto log = std::make_shared<std::string>();
  auto note = [log](auto x) {
    *log += text_of(x) + ' ';
  };
  SUBCASE("a range") {
    in_actor([&](caf::event_based_actor* self) {
      std::vector<int> gone;
      for (int i = 0; i < 40; ++i)
        gone.push_back(i);
      const auto& input = gone;
      REQUIRE(tasks.async_stream(self, input, sleepy(), {.max_concurrency = 2},
                                 note, [] {}));
      gone.assign(gone.size(), 99);
    });
    pass(10s);
    CHECK(log->substr(0, 16) == "0:0 1:1 2:2 3:3 ");
    CHECK(log->find("39:39 ") != std::string::npos);
  }
  SUBCASE("a generator") {
    in_actor([&](caf::event_based_actor* self) {
      auto next = [n = 0]() mutable {
        return n < 9 ? std::optional{n++} : std::nullopt;
      };
      REQUIRE(tasks.async_stream(self, next, sleepy(), {.max_concurrency = 2},
                                 note, [] {}));
    });
    pass(10s);
    CHECK(*log == "0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 ");
  }
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "an actor's stream can be without order") {
  auto log = std::make_shared<std::string>();
  in_actor([&, log](caf::event_based_actor* self) {
    auto note = [log](auto x) {
      *log += text_of(x) + ' ';
    };
    REQUIRE(tasks.async_stream(self, std::vector{100, 1, 100, 2}, sleepy(),
                               {.max_concurrency = 4,
                                .ordered = false,
                                .timeout = 50ms,
                                .on_timeout = on_timeout::kill_task},
                               note, [] {}));
  });
  pass(100ms);
  CHECK(*log == "1:1 3:2 0:timeout 2:timeout ");
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "an actor's stream ends when told to") {
  auto log = std::make_shared<std::string>();
  naturals input;
  in_actor([&, log](caf::event_based_actor* self) {
    auto note = [log](auto x) {
      *log += text_of(x) + ' ';
      return x.index < 2;
    };
    auto end = [log] {
      *log += "end";
    };
    REQUIRE(tasks.async_stream(
      self, input, [](int x) { return x; }, {.max_concurrency = 2}, note, end));
  });
  CHECK(*log == "0:0 1:1 2:2 end");
  CHECK(input.read() <= 4);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "an actor's stream can be paused") {
  auto control = std::make_shared<vigil::stream_control>();
  auto seen = std::make_shared<int>();
  naturals input;
  auto actor = in_actor([&](caf::event_based_actor* self) {
    auto note = [=](auto) {
      if (++*seen % 3 == 0)
        control->pause();
    };
    *control = tasks
                 .async_stream(
                   self, input, [](int x) { return x; }, {.max_concurrency = 1},
                   note, [] {})
                 .value();
  });
  CHECK(*seen == 3);
  CHECK(input.read() <= 3);
  tell(actor, trap::with_self{[=](auto*) {
         control->resume();
       }});
  CHECK(*seen == 6);
  tell(actor, trap::with_self{[=](auto*) {
         control->stop();
       }});
  tell(actor, trap::with_self{[=](auto*) {
         control->resume();
       }});
  CHECK(*seen == 6);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(streams, "an actor's stream ends with the actor") {
  auto held = std::make_shared<int>();
  auto actor = in_actor([&](caf::event_based_actor* self) {
    REQUIRE(tasks.async_stream(
      self, std::vector<int>(10, 3600'000), sleepy(), {.max_concurrency = 4},
      [held](auto) {}, [held] { ++*held; }));
  });
  CHECK(tasks.size() == 4);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  run();
  CHECK(tasks.size() == 0);
  CHECK(*held == 0);
  CHECK(held.use_count() == 1);
}

TEST_CASE_FIXTURE(streams, "a stream ends with the incarnation of its actor") {
  auto seen = std::make_shared<std::weak_ptr<int>>();
  auto lives = std::make_shared<int>();
  auto consume = [=, this](caf::event_based_actor* self) -> caf::behavior {
    ++*lives;
    return vigil::behavior(self, [=, this](int x) -> vigil::outcome<void> {
      if (x < 0)
        return vigil::fault("told to");
      auto held = std::make_shared<int>();
      *seen = held;
      auto paused = tasks.async_stream(
        self, std::vector{1, 2}, [](int y) { return y; },
        {.max_concurrency = 1}, [held](auto) {}, [held] {});
      paused.value().pause();
      return vigil::success();
    });
  };
  auto child = tree.start_child(vigil::child("consumer", consume)).value();
  tell(child, 1);
  CHECK(!seen->expired());
  tell(child, -1);
  CHECK(*lives == 2);
  CHECK(seen->expired());
}
