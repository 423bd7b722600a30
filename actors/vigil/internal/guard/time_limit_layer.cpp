#include <vigil/caf.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/time_limiter_core.hpp>

#include <utility>

namespace vigil::detail {

namespace {

struct nothing {};

class time_limit_front final : public calling_front<nothing> {
public:
  time_limit_front(caf::actor_config& cfg, layer_place at, duration limit)
    : calling_front<nothing>(cfg, std::move(at)), limit_(limit) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (compat::is_request(*x))
      forward(std::move(x), {}, ctx, time_after(now(), limit_));
    else
      pass(std::move(x), ctx);
  }

  // One that comes late finds nobody who waits for it.
  void answered(compat::element_ptr x, compat::context* ctx) override {
    if (auto mine = take(compat::number_of(*x)))
      compat::answer(std::move(mine->from), std::move(x), ctx);
    else
      tell(guard_event_type::late);
  }

  void time_passed(time_point at, compat::context* ctx) override {
    for (auto& x : take_late(at)) {
      tell(guard_event_type::timed_out);
      refuse(std::move(x.from), trouble(errc::timeout, "no answer in time"),
             ctx);
    }
  }

  [[nodiscard]] time_point next_timer(time_point) override {
    return next_end();
  }

private:
  const duration limit_;
};

} // namespace

layer_spec time_limit_layer(std::string name, duration limit) {
  layer_spec result{std::move(name), {}, {}};
  result.check = [limit, name = result.name] {
    return check(time_limit_policy{limit}, name);
  };
  result.make = makes_front<time_limit_front>(limit);
  return result;
}

} // namespace vigil::detail
