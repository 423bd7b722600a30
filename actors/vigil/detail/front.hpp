#pragma once

#include <vigil/caf_error.hpp>
#include <vigil/detail/call_table.hpp>
#include <vigil/failure.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace vigil::detail {

/// Reminds a front that time has passed.
struct front_tick {};

/// An actor without a mailbox that stands before another one, its target, and
/// sees what comes and what goes back.
///
/// All of it runs in the thread of who sends, so a call costs no more than the
/// front's own work, and a target that hangs holds nobody. Time comes through a
/// small actor of its own, for the thread of CAF's clock is not ours to use.
///
/// Ends by an exit message, as other actors do. Thread-safe.
class front : public compat::forwarder {
public:
  using behavior_type = caf::none_t;

  front(caf::actor_config& cfg, std::string name, caf::strong_actor_ptr target);

  ~front() override;

  [[nodiscard]] const char* name() const final;

  using compat::forwarder::enqueue;

  void enqueue(caf::mailbox_element_ptr x, compat::context* ctx) final;

  /// Called by the actor that brings time.
  void tick(compat::context* ctx);

  void on_destroy() override;

protected:
  // -- what a front implements ------------------------------------------------

  /// A message for the target.
  virtual void called(compat::element_ptr x, compat::context* ctx) = 0;

  /// A response to one of this front's own requests.
  virtual void answered(compat::element_ptr x, compat::context* ctx) = 0;

  /// A time is over that was asked for by `wake_at`, or it is not.
  virtual void time_passed(time_point now, compat::context* ctx) = 0;

  /// Answers all that wait, with `why`; nothing more comes.
  virtual void give_up(const failure& why, compat::context* ctx) = 0;

  // -- what it may do ---------------------------------------------------------

  /// Asks for `time_passed`. Cheap if an earlier time was asked for.
  void wake_at(time_point at);

  [[nodiscard]] time_point now() const {
    return home_system().clock().now();
  }

  [[nodiscard]] caf::strong_actor_ptr self() const {
    return caf::strong_actor_ptr{ctrl()};
  }

  /// Sends a message on to the target as it is.
  void pass(compat::element_ptr x, compat::context* ctx) {
    target_->enqueue(std::move(x), ctx);
  }

  [[nodiscard]] const caf::strong_actor_ptr& target() const noexcept {
    return target_;
  }

  [[nodiscard]] const std::string& label() const noexcept {
    return label_;
  }

  /// Returns a failure of this front.
  [[nodiscard]] failure trouble(errc code, std::string text = {},
                                duration retry_after = {}) const;

private:
  void end(caf::error reason, compat::context* ctx);

  const std::string label_;
  const caf::strong_actor_ptr target_;
  caf::strong_actor_ptr timer_;
  std::atomic<duration::rep> next_tick_;
  std::atomic<bool> ended_{false};
};

/// A front that makes requests of its own of those it gets, and keeps `Extra`
/// for each.
template <class Extra>
class calling_front : public front {
public:
  using front::front;

protected:
  struct call {
    compat::requester from;
    Extra extra;
  };

  /// Passes a request on; its response will come to `answered`. If `end` is not
  /// `never`, the front is woken by then.
  void forward(compat::element_ptr x, Extra extra, compat::context* ctx,
               time_point end = never) {
    auto from = compat::take_requester(*x);
    const auto number = calls_.add({std::move(from), std::move(extra)}, end);
    compat::readdress(*x, self(), number);
    if (end != never)
      wake_at(end);
    pass(std::move(x), ctx);
  }

  /// Makes the request of a call once more.
  void forward(call x, caf::message content, compat::context* ctx) {
    const auto number = calls_.add(std::move(x));
    pass(compat::make_request(self(), number, std::move(content)), ctx);
  }

  /// Answers with a failure.
  void refuse(compat::requester&& to, const failure& why,
              compat::context* ctx) {
    compat::answer(std::move(to), self(), to_caf(why), ctx);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    for (auto& x : calls_.take_all())
      refuse(std::move(x.from), why, ctx);
  }

  static constexpr time_point never = call_table<call>::never;

  call_table<call> calls_;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::front_tick)
