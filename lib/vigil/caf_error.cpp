#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>

namespace vigil {

caf::error to_caf(const failure& x) {
  const auto ours = x.code.category() == vigil_category();
  const auto code = ours ? x.code.value() : static_cast<int>(errc::unspecified);
  return compat::make_error(static_cast<std::uint8_t>(code), x);
}

void add_message_types(caf::actor_system_config& cfg) {
  compat::announce_types(cfg);
}

failure to_failure(const caf::error& x) {
  if (const auto* ours = compat::error_payload<failure>(x))
    return *ours;
  if (compat::is_ours(x))
    return {static_cast<errc>(x.code())};
  if (x == caf::exit_reason::kill)
    return {errc::killed};
  if (x == caf::exit_reason::unreachable)
    return {errc::unreachable};
  if (x == caf::sec::request_timeout)
    return {errc::timeout};
  if (x == caf::sec::request_receiver_down)
    return {errc::child_stopped};
  if (compat::is_broken_promise(x))
    return {errc::promise_broken};
  return {errc::exited, caf::to_string(x)};
}

exit_kind exit_kind_of(const caf::error& reason) {
  if (!reason)
    return exit_kind::normal;
  if (reason == caf::exit_reason::user_shutdown)
    return exit_kind::shutdown;
  return exit_kind::abnormal;
}

caf::error make_error(errc code) {
  return to_caf(failure{code});
}

} // namespace vigil
