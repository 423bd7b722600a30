#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>

#include <mutex>
#include <utility>

namespace vigil::detail {

namespace {

/// Handlers that the user gave run in an actor of the front's own. If one of
/// them ends it (with `quit`, say), the next call gets a new one.
class fallback_front final : public calling_front<caf::message> {
public:
  fallback_front(caf::actor_config& cfg, layer_place at, actor_maker make,
                 response_check is_bad)
    : calling_front<caf::message>(cfg, std::move(at)), make_(std::move(make)),
      other_(make_(home_system())), is_bad_(std::move(is_bad)) {
    // nop
  }

  [[nodiscard]] bool stands_in() const noexcept override {
    return true;
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (!compat::is_request(*x))
      return pass(std::move(x), ctx);
    auto content = compat::copy_content(*x);
    forward(std::move(x), std::move(content), ctx);
  }

  void answered(compat::element_ptr x, compat::context* ctx) override {
    auto mine = take(compat::number_of(*x));
    if (!mine)
      return;
    if (!is_bad(*x) || nobody_waits(mine->from))
      return compat::answer(std::move(mine->from), std::move(x), ctx);
    tell(guard_event_type::fell_back);
    other()->enqueue(
      compat::make_request(std::move(mine->from), std::move(mine->extra)), ctx);
  }

private:
  [[nodiscard]] bool is_bad(compat::mailbox_element& x) const {
    return is_bad_ ? is_bad_(x) : compat::error_in(x) != nullptr;
  }

  [[nodiscard]] bool has_ended() const {
    return compat::end_probe{other_}.ended();
  }

  [[nodiscard]] caf::strong_actor_ptr other() {
    {
      std::lock_guard guard{mutex_};
      if (!has_ended()) [[likely]]
        return other_;
    }
    // Copies what the user gave, so without the lock; of two, one is dropped.
    auto next = make_(home_system());
    std::lock_guard guard{mutex_};
    if (has_ended())
      other_.swap(next);
    return other_;
  }

  const actor_maker make_;
  std::mutex mutex_;
  // Guarded by mutex_.
  caf::strong_actor_ptr other_;
  const response_check is_bad_;
};

} // namespace

layer_spec fallback_layer(std::string name, actor_maker make,
                          null_settings nulls, response_check is_bad) {
  layer_spec result{std::move(name), {}, {}};
  result.check = [nulls = std::move(nulls), name = result.name] {
    return nulls.check("fallback '" + name + '\'');
  };
  result.make = [make = std::move(make), is_bad = std::move(is_bad)](
                  caf::actor_system& sys,
                  layer_place at) -> vigil::result<caf::strong_actor_ptr> {
    return make_front<fallback_front>(sys, std::move(at), make, is_bad);
  };
  return result;
}

} // namespace vigil::detail
