#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>

#include <utility>

namespace vigil::detail {

namespace {

class fallback_front final : public calling_front<caf::message> {
public:
  fallback_front(caf::actor_config& cfg, const std::string& label,
                 caf::strong_actor_ptr other, caf::strong_actor_ptr target)
    : calling_front<caf::message>(cfg, label, std::move(target)),
      other_(std::move(other)) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (!compat::is_request(*x))
      return pass(std::move(x), ctx);
    auto content = compat::copy_content(*x);
    forward(std::move(x), std::move(content), ctx);
  }

  void answered(compat::element_ptr x, compat::context* ctx) override {
    auto mine = calls_.take(compat::number_of(*x));
    if (!mine)
      return;
    if (compat::error_in(*x) == nullptr || nobody_waits(mine->from))
      compat::answer(std::move(mine->from), std::move(x), ctx);
    else
      other_->enqueue(
        compat::make_request(std::move(mine->from), std::move(mine->extra)),
        ctx);
  }

  void time_passed(time_point, compat::context*) override {
    // nop
  }

private:
  const caf::strong_actor_ptr other_;
};

} // namespace

layer_maker
fallback_layer(std::function<caf::strong_actor_ptr(caf::actor_system&)> make) {
  return [=](caf::actor_system& sys, const std::string& name,
             caf::strong_actor_ptr target) -> result<caf::strong_actor_ptr> {
    auto other = make(sys);
    if (other == nullptr)
      return failure{errc::null_handle,
                     "fallback '" + name + "': the actor is null"};
    return make_front<fallback_front>(sys, name, std::move(other),
                                      std::move(target));
  };
}

} // namespace vigil::detail
