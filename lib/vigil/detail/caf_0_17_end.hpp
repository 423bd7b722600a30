#pragma once

#include <vigil/detail/caf_0_17.hpp>

#include <type_traits>
#include <utility>

namespace vigil::compat {

/// An actor that ends as CAF's do, but leaves CAF's clock alone where that has
/// nothing to forget: telling it takes a global lock and wakes its thread, which
/// costs more than all the rest.
template <class Base>
class lean_end : public Base {
public:
  using Base::Base;

  bool cleanup(caf::error&& reason, context* ctx) override {
    if (!ends_as_usual || knows_clock())
      return Base::cleanup(std::move(reason), ctx);
    if (!this->mailbox().closed()) {
      this->mailbox().close();
      this->get_normal_queue().flush_cache();
      this->get_urgent_queue().flush_cache();
      caf::detail::sync_request_bouncer bounce{reason};
      while (this->mailbox().queue().new_round(1000, bounce).consumed_items > 0)
        ; // each round answers what it takes
    }
    this->unregister_from_system();
    caf::monitorable_actor::cleanup(std::move(reason), ctx);
    return true;
  }

private:
  // A class of the user's may have an end of its own.
  static constexpr bool ends_as_usual = requires {
    requires std::is_same_v<decltype(&Base::cleanup),
                            bool (caf::scheduled_actor::*)(caf::error&&,
                                                           context*)>;
  };

  // Timeouts of behaviors, requests and streams; and who runs in a thread of
  // its own has that one to end, too.
  [[nodiscard]] bool knows_clock() const noexcept {
    return this->timeout_id_ != 0
           || this->last_request_id_ != caf::make_message_id()
           || !this->stream_managers_.empty()
           || !this->pending_stream_managers_.empty()
           || this->getf(caf::abstract_actor::is_detached_flag);
  }
};

} // namespace vigil::compat
