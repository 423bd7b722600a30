#pragma once

#include "answer.hpp"
#include "books.hpp"
#include "driver.hpp"
#include "script.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;

// -- the world ----------------------------------------------------------------

/// An actor system in virtual time, with scripted children and their log. When
/// it has come to rest, the books of its trees have to be in order.
class world {
public:
  world();
  ~world();

  [[nodiscard]] caf::actor_system& sys() noexcept {
    return sys_;
  }

  void run() {
    driver_.run();
    look();
  }

  void advance(vigil::duration d) {
    driver_.advance(d);
    look();
  }

  void set_time(vigil::time_point at) {
    driver_.set_time(at);
  }

  [[nodiscard]] vigil::time_point now() const {
    return driver_.now();
  }

  // -- children ---------------------------------------------------------------

  /// Returns the script of the child with that id; makes it if need be.
  script& operator[](const std::string& id);
  [[nodiscard]] script_ptr script_of(const std::string& id);

  /// Describes a scripted child.
  [[nodiscard]] vigil::child_builder<worker> child(const std::string& id,
                                                   kind k = kind::in_place);

  /// Opens the gate of a child of kind `of_class`.
  void open(const std::string& id);

  /// Starts a tree, which has to succeed.
  template <class Builder>
  [[nodiscard]] auto start(const Builder& x) {
    auto tree = x.start(sys_);
    if (!tree)
      FAIL(vigil::render(tree.error()));
    books_.add(tree.value());
    return std::move(tree).value();
  }

  // -- what happened ----------------------------------------------------------

  /// Takes the starts and stops so far: `"start a#1, stop a#1"`.
  std::string log();

  /// Records the events of a tree from now on.
  void watch(const vigil::tree_ref& tree);

  /// Takes the recorded events, one line each, without the causes.
  [[nodiscard]] std::string events();

  [[nodiscard]] std::vector<vigil::event> take_events();

  // -- talking ----------------------------------------------------------------

  /// Sends a command and runs.
  void tell(const worker& to, const std::string& what);
  void tell(const vigil::tree_ref& tree, const std::string& path,
            const std::string& what);

  /// Sends a request; `run` or `advance` brings the answer.
  template <class T, class Handle, class... Ts>
  [[nodiscard]] answer<T> request(const Handle& to, Ts&&... xs) {
    return {sys_, to, std::forward<Ts>(xs)...};
  }

  /// Sends a command, runs, and returns what was said: the reply, or the name
  /// of the code, or "timeout".
  [[nodiscard]] std::string ask(const worker& to, const std::string& what);
  [[nodiscard]] std::string ask(const vigil::tree_ref& tree,
                                const std::string& path,
                                const std::string& what = "who");

  /// Sends a call to the supervisor of that handle and runs.
  template <class T, class Call>
  [[nodiscard]] vigil::result<T> call(const vigil::supervisor_handle& to,
                                      Call x) {
    auto result = request<T>(to, std::move(x));
    run();
    return result.get();
  }

private:
  void look() const {
    if (const auto flaw = books_.flaw(); !flaw.empty())
      FAIL_CHECK(flaw);
  }

  std::shared_ptr<journal> log_ = std::make_shared<journal>();
  std::map<std::string, script_ptr> scripts_;
  std::shared_ptr<std::vector<vigil::event>> events_;
  driven_config cfg_;
  caf::actor_system sys_;
  driver driver_;
  book_keeper books_;
};

/// Returns the handle of a worker, which has to be there.
[[nodiscard]] worker handle_of(const vigil::tree_ref& tree,
                               std::string_view path);

/// Returns the state of a child, or "none".
[[nodiscard]] std::string state_of(const vigil::tree_ref& tree,
                                   std::string_view path);

/// Returns ids and states in the order of `which_children`, newest first.
[[nodiscard]] std::string listing(const vigil::tree_ref& tree,
                                  std::string_view path = {});

/// Returns `[specs, active, supervisors, workers]`.
[[nodiscard]] std::string counts(const vigil::tree_ref& tree,
                                 std::string_view path = {});

} // namespace test
