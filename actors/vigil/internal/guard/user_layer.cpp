#include <vigil/caf.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>

#include <utility>

namespace vigil::detail {

/// Asks a layer of the user's; keeps of a call when it began.
class user_front final : public calling_front<time_point> {
public:
  user_front(caf::actor_config& cfg, layer_place at,
             std::unique_ptr<guard_layer> layer)
    : calling_front<time_point>(cfg, std::move(at)), layer_(std::move(layer)) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (const auto why = refusal(*x))
      refused(*x, *why, ctx);
    else if (compat::is_request(*x))
      forward(std::move(x), now(), ctx);
    else
      pass(std::move(x), ctx);
  }

  void answered(compat::element_ptr x, compat::context* ctx) override {
    auto mine = take(compat::number_of(*x));
    if (!mine)
      return;
    std::optional<failure> why;
    if (const auto* error = compat::error_in(*x))
      why = to_failure(*error);
    (void)caught([&] {
      layer_->answered(layer_message{*x}, why ? &*why : nullptr,
                       time_between(mine->extra, now()));
    });
    compat::answer(std::move(mine->from), std::move(x), ctx);
  }

private:
  [[nodiscard]] std::optional<failure> refusal(compat::mailbox_element& x) {
    try {
      return layer_->called(layer_message{x});
    } catch (...) {
      return thrown_failure();
    }
  }

  void refused(compat::mailbox_element& x, failure why, compat::context* ctx) {
    why.message = why.message.empty() ? label() : label() + ": " + why.message;
    // Whoever asked has to see that it failed.
    if (!why.code)
      why.code = errc::unspecified;
    why.time = now();
    tell(guard_event_type::refused, why.retry_after);
    compat::refuse(x, self(), to_caf(why), ctx);
  }

  const std::unique_ptr<guard_layer> layer_;
};

layer_spec user_layer(std::string name,
                      std::function<std::unique_ptr<guard_layer>()> make) {
  layer_spec result{std::move(name), {}, {}};
  result.check
    = [name = result.name, null = !make]() -> std::optional<failure> {
    if (null)
      return failure{errc::null_handle,
                     "layer '" + name
                       + "': the function that makes it is null"};
    return std::nullopt;
  };
  result.make = [make = std::move(make)](
                  caf::actor_system& sys,
                  layer_place place) -> vigil::result<caf::strong_actor_ptr> {
    std::unique_ptr<guard_layer> made;
    if (auto thrown = caught([&] { made = make(); }))
      return failure{errc::exception, "layer '" + place.name + "'"}.because(
        *std::move(thrown));
    if (made == nullptr)
      return failure{errc::null_handle,
                     "layer '" + place.name + "': its function made none"};
    return make_front<user_front>(sys, std::move(place), std::move(made));
  };
  return result;
}

} // namespace vigil::detail
