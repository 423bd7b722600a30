#include "trap_fixture.hpp"

#include <dlfcn.h>

#include <atomic>
#include <cerrno>
#include <memory>

#include <pthread.h>

// Systems that have no thread to give. The sanitizers make the threads of their
// programs themselves.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define VIGIL_TEST_OWN_THREADS 0
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) \
    || __has_feature(memory_sanitizer)
#    define VIGIL_TEST_OWN_THREADS 0
#  endif
#endif
#ifndef VIGIL_TEST_OWN_THREADS
#  define VIGIL_TEST_OWN_THREADS 1
#endif

#if VIGIL_TEST_OWN_THREADS

namespace {

std::atomic<bool> no_more{false};

/// While it lives, the system has no thread to give.
struct no_threads {
  no_threads() {
    no_more = true;
  }

  ~no_threads() {
    no_more = false;
  }

  no_threads(const no_threads&) = delete;
  no_threads& operator=(const no_threads&) = delete;
};

} // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attr,
                              void* (*f)(void*), void* arg) noexcept {
  using function
    = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto next
    = reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_create"));
  return no_more ? EAGAIN : next(thread, attr, f, arg);
}

using namespace std::chrono_literals;
using vigil::errc;

namespace {

using token = std::shared_ptr<int>;

caf::behavior working(caf::event_based_actor* self, const token&) {
  return vigil::behavior(self, [self](int x) {
    if (x < 0)
      vigil::this_child(self).fail("told to");
    return x;
  });
}

void blocking(caf::blocking_actor* self, const token&) {
  auto running = true;
  self->receive_while(running)(
    [&](int x) {
      if (x < 0)
        vigil::this_child(self).fail("told to");
      running = x >= 0;
      return x;
    },
    [&](caf::exit_msg& x) {
      self->fail_state(std::move(x.reason));
      running = false;
    });
}

class worker : public caf::event_based_actor {
public:
  worker(caf::actor_config& cfg, token x)
    : caf::event_based_actor(cfg), x_(std::move(x)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return working(this, x_);
  }

private:
  token x_;
};

class blocking_worker : public caf::blocking_actor {
public:
  blocking_worker(caf::actor_config& cfg, token x)
    : caf::blocking_actor(cfg), x_(std::move(x)) {
    // nop
  }

  void act() override {
    blocking(this, x_);
  }

private:
  token x_;
};

/// Starts a tree of `child`, in all ways that a child gets a thread.
template <class F>
void with_each_kind(F f) {
  auto x = std::make_shared<int>(0);
  SUBCASE("an actor function, detached") {
    f(vigil::child("a", working, std::move(x)).detached());
  }
  SUBCASE("an actor class, detached") {
    f(vigil::child<worker>("a", std::move(x)).detached());
  }
  SUBCASE("a blocking function") {
    f(vigil::child("a", blocking, std::move(x)));
  }
  SUBCASE("a blocking class") {
    f(vigil::child<blocking_worker>("a", std::move(x)));
  }
}

/// Asks until the child is there again, or nobody is.
std::string ask(caf::actor_system& sys, const caf::actor& to, int x) {
  caf::scoped_actor self{sys, true};
  std::string result;
  self->request(to, 60s, x)
    .receive([&](int y) { result = std::to_string(y); },
             [&](const caf::error& why) {
               result = vigil::to_failure(why).code.message();
             });
  return result;
}

} // namespace

TEST_SUITE_BEGIN("no thread");

TEST_CASE("a child that gets no thread has not started, and the system ends") {
  with_each_kind([](auto child) {
    caf::actor_system_config cfg;
    caf::actor_system sys{cfg};
    const auto threads = sys.detached_actors();
    auto root = vigil::supervisor("root").child(std::move(child));
    {
      no_threads none;
      for (int i = 0; i < 3; ++i) {
        const auto tree = root.start(sys);
        REQUIRE_FALSE(tree);
        CHECK(tree.error().code == errc::start_failed);
        CHECK(vigil::render(tree.error()).find("emporarily unavailable")
              != std::string::npos);
      }
      CHECK(sys.detached_actors() == threads);
    }
    auto tree = root.start(sys);
    REQUIRE(tree);
    CHECK(ask(sys, tree.value().template find<caf::actor>("a").value(), 7)
          == "7");
    CHECK(tree.value().stop());
  });
}

TEST_CASE("a child that gets no thread when it is restarted is tried again as "
          "its budget says, and nothing of the attempts is left") {
  with_each_kind([](auto child) {
    caf::actor_system_config cfg;
    caf::actor_system sys{cfg};
    auto root
      = vigil::supervisor("root").intensity(5, 1h).child(std::move(child));
    auto started = root.start(sys);
    REQUIRE(started);
    auto tree = std::move(started).value();
    const auto a = tree.template find<caf::actor>("a").value();
    CHECK(ask(sys, a, 7) == "7");
    {
      no_threads none;
      caf::scoped_actor self{sys, true};
      self->monitor(tree.handle());
      caf::anon_send(a, -1);
      auto down = false;
      self->receive(
        [&](const caf::down_msg& x) {
          down = true;
          CHECK(vigil::to_failure(x.reason).code
                == errc::restart_limit_reached);
        },
        caf::after(60s) >> [] {});
      CHECK(down);
    }
  });
}

TEST_CASE("what a child that gets no thread is made of goes with it") {
  std::weak_ptr<int> made;
  {
    caf::actor_system_config cfg;
    caf::actor_system sys{cfg};
    auto x = std::make_shared<int>(0);
    made = x;
    auto root = vigil::supervisor("root")
                  .child(vigil::child("a", working, x).detached())
                  .child(vigil::child<worker>("b", x).detached())
                  .child(vigil::child("c", blocking, x))
                  .child(vigil::child<blocking_worker>("d", std::move(x)));
    no_threads none;
    CHECK_FALSE(root.start(sys));
  }
  CHECK(made.expired());
}

TEST_SUITE_END();

#endif
