#pragma once

#include <vigil/bulkhead_policy.hpp>
#include <vigil/caf.hpp>
#include <vigil/rate_limit_policy.hpp>
#include <vigil/result.hpp>
#include <vigil/retry_policy.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// Starts an actor that stands before `target`, or tells what is wrong.
using layer_maker = std::function<result<caf::strong_actor_ptr>(
  caf::actor_system&, const std::string& name, caf::strong_actor_ptr target)>;

/// Whether a response that is a value is good enough; nothing if it is of
/// another type.
using value_check
  = std::function<std::optional<bool>(compat::mailbox_element&)>;

/// Tells what is wrong with a layer of that name, before there is one.
using layer_check
  = std::function<std::optional<failure>(const std::string& name)>;

/// What is wrong with a bulkhead before an actor, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check_bulkhead_layer(const bulkhead_policy& policy, const std::string& name);

[[nodiscard]] VIGIL_EXPORT layer_maker bulkhead_layer(bulkhead_policy policy);

/// With `by_sender` each sender has permits of its own.
[[nodiscard]] VIGIL_EXPORT layer_maker
rate_limit_layer(rate_limit_policy policy, bool by_sender);

[[nodiscard]] VIGIL_EXPORT layer_maker
retry_layer(retry_policy policy, std::vector<value_check> checks);

[[nodiscard]] VIGIL_EXPORT layer_maker time_limit_layer(duration limit);

/// `make` is called for each start.
[[nodiscard]] VIGIL_EXPORT layer_maker
fallback_layer(std::function<caf::strong_actor_ptr(caf::actor_system&)> make);

} // namespace vigil::detail
