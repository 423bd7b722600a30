#include <vigil/caf.hpp>

#include <utility>

namespace vigil::compat {

bool is_lasting(const caf::attachable& x) {
  return dynamic_cast<const lasting_hook*>(&x) != nullptr;
}

caf::attachable_ptr take_passing(caf::attachable_ptr& hooks) {
  caf::attachable_ptr result;
  auto* last = &result;
  caf::attachable_ptr rest;
  rest.swap(hooks);
  while (rest != nullptr) {
    auto x = std::move(rest);
    rest = std::move(x->next);
    if (is_lasting(*x)) {
      x->next = std::move(hooks);
      hooks = std::move(x);
    } else {
      *last = std::move(x);
      last = &(*last)->next;
    }
  }
  return result;
}

void call_hooks(const caf::attachable_ptr& hooks, const caf::error& why,
                context* ctx) noexcept {
  try {
    for (auto* x = hooks.get(); x != nullptr; x = x->next.get())
      x->actor_exited(why, ctx);
  } catch (...) {
    // As CAF has it: the rest goes uncalled.
  }
}

} // namespace vigil::compat
