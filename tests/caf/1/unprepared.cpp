// A program that did not call `vigil::prepare()`: whatever it starts says so,
// and does not abort.

#include <vigil/vigil.hpp>

#include <caf/init_global_meta_objects.hpp>

#include <cstdio>

namespace {

caf::behavior idle() {
  return {[](int x) {
    return x;
  }};
}

template <class T>
bool says_so(const vigil::result<T>& x) {
  if (x || x.error().code != vigil::errc::not_prepared)
    return false;
  std::puts(render(x.error()).c_str());
  return true;
}

} // namespace

int main() {
  caf::core::init_global_meta_objects();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto target = system.spawn(idle);
  const auto root = vigil::supervisor("root");
  vigil::registry names;
  const auto told = names.subscribe(target);
  const auto registered = names.register_name("target", target).has_value();
  const auto right
    = says_so(root.child(vigil::child("idle", idle)).start(system))
      && says_so(vigil::guard("guard", target)
                   .retry(vigil::retry_policy{})
                   .start(system))
      && says_so(vigil::guard("guard", target)
                   .breaker(vigil::breaker_policy{})
                   .start(system))
      && told == 0 && registered;
  caf::anon_send_exit(target, caf::exit_reason::user_shutdown);
  return right ? 0 : 1;
}
