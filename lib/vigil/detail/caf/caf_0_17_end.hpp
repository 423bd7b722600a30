#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/blocking_actor.hpp>
#include <caf/mixin/subscriber.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace vigil::compat {

template <class F>
constexpr bool is_caf_cleanup(F) {
  return std::is_same_v<F,
                        bool (caf::scheduled_actor::*)(caf::error&&, context*)>;
}

template <class B, class S>
constexpr bool
is_caf_cleanup(bool (caf::mixin::subscriber<B, S>::*)(caf::error&&, context*)) {
  return true;
}

/// Closes the mailbox of a blocking actor and shows `f` all messages that were
/// in it.
template <class F>
void drain_blocking(caf::blocking_actor& self, F f) {
  auto& box = self.mailbox();
  if (box.closed())
    return;
  box.close();
  std::get<0>(box.queue().queues()).flush_cache();
  std::get<1>(box.queue().queues()).flush_cache();
  auto show = [&](auto&&... xs) {
    f(std::get<sizeof...(xs) - 1>(std::tie(xs...)));
    return caf::intrusive::task_result::resume;
  };
  while (box.queue().new_round(1000, show).consumed_items > 0)
    ; // each round empties what it can
}

/// An actor that ends as CAF's do, but leaves CAF's clock alone where that has
/// nothing to forget: telling it takes a global lock and wakes its thread,
/// which costs more than all the rest.
template <class Base>
class lean_end : public Base {
public:
  using Base::Base;

  bool cleanup(caf::error&& reason, context* ctx) override {
    if (!ends_as_usual || has_ties())
      return Base::cleanup(std::move(reason), ctx);
    drain_mailbox(caf::detail::sync_request_bouncer{reason});
    this->unregister_from_system();
    // Passes over the end that tells the clock.
    // NOLINTNEXTLINE(bugprone-parent-virtual-call)
    caf::monitorable_actor::cleanup(std::move(reason), ctx);
    return true;
  }

protected:
  /// Closes the mailbox and shows `f` all messages that were in it.
  template <class F>
  void drain_mailbox(F f) {
    auto& box = this->mailbox();
    if (box.closed())
      return;
    box.close();
    this->get_normal_queue().flush_cache();
    this->get_urgent_queue().flush_cache();
    // Queues in queues put a key and a queue each in front of the message.
    auto show = [&](auto&&... xs) {
      f(std::get<sizeof...(xs) - 1>(std::tie(xs...)));
      return caf::intrusive::task_result::resume;
    };
    while (box.queue().new_round(1000, show).consumed_items > 0)
      ; // each round empties what it can
  }

private:
  // A class of the user's may have an end of its own.
  static constexpr bool ends_as_usual = [] {
    if constexpr (requires { &Base::cleanup; })
      return is_caf_cleanup(&Base::cleanup);
    else
      return false;
  }();

  // Timeouts of behaviors, requests and streams; and who joined a group or runs
  // in a thread of its own has those to leave, too.
  [[nodiscard]] bool has_ties() const noexcept {
    if constexpr (requires { this->joined_groups(); })
      if (!this->joined_groups().empty())
        return true;
    return this->timeout_id_ != 0
           || this->last_request_id_ != caf::make_message_id()
           || !this->stream_managers_.empty()
           || !this->pending_stream_managers_.empty()
           || this->getf(caf::abstract_actor::is_detached_flag);
  }
};

} // namespace vigil::compat
