#pragma once

#include <vigil/breaker_event.hpp>
#include <vigil/bulkhead_policy.hpp>
#include <vigil/detail/base/null_settings.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/guard/value_judge.hpp>
#include <vigil/guard_event.hpp>
#include <vigil/guard_layer.hpp>
#include <vigil/rate_limit_policy.hpp>
#include <vigil/result.hpp>
#include <vigil/retry_policy.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

class breaker_home;

/// Where a layer stands, and whom it tells what happens there.
struct VIGIL_EXPORT layer_place {
  std::string name;
  /// Who is next.
  caf::strong_actor_ptr target;
  /// May be empty.
  guard_listener on_event;
  /// What tells `on_event` from others: copies of a guard may have the same.
  std::shared_ptr<const void> whose{};
};

/// Says how to make one layer of a guard.
struct VIGIL_EXPORT layer_spec {
  std::string name;
  /// Tells what is wrong with it, before there is one.
  std::function<std::optional<failure>()> check;
  /// Starts its actor; `check` has found nothing wrong. Called for each start.
  std::function<result<caf::strong_actor_ptr>(caf::actor_system&, layer_place)>
    make;
  /// What the incarnations of a breaker share; null for other layers.
  std::shared_ptr<breaker_home> breaker{};
};

using actor_maker = std::function<caf::strong_actor_ptr(caf::actor_system&)>;

/// Whether a response is one after which somebody else is asked.
using response_check = std::function<bool(compat::mailbox_element&)>;

[[nodiscard]] VIGIL_EXPORT layer_spec bulkhead_layer(std::string name,
                                                     bulkhead_policy policy);

/// With `by_sender` each sender has permits of its own.
[[nodiscard]] VIGIL_EXPORT layer_spec rate_limit_layer(std::string name,
                                                       rate_limit_policy policy,
                                                       bool by_sender);

/// `judges` say whether a value is good enough, `nulls` which of them are null.
[[nodiscard]] VIGIL_EXPORT layer_spec
retry_layer(std::string name, retry_policy policy,
            std::vector<value_judge<bool>> judges, null_settings nulls);

[[nodiscard]] VIGIL_EXPORT layer_spec time_limit_layer(std::string name,
                                                       duration limit);

/// `make` is called for each start; `nulls` says whether it can be. Without
/// `is_bad` somebody else is asked after each error.
[[nodiscard]] VIGIL_EXPORT layer_spec fallback_layer(std::string name,
                                                     actor_maker make,
                                                     null_settings nulls,
                                                     response_check is_bad
                                                     = {});

/// What a builder says of a breaker beside its policy.
struct VIGIL_EXPORT breaker_options {
  /// Whether each incarnation begins closed and empty.
  bool fresh = false;
  std::vector<value_judge<call_outcome>> judges{};
  /// Is told what this breaker does, beside the listener of its place. May be
  /// null.
  std::shared_ptr<const std::function<void(const breaker_event&)>> on_event{};
  /// Whether a fallback stands before it: then all that it counts as a failure
  /// is answered with `errc::breaker_open`, so that nobody judges it again.
  bool has_fallback = false;
  /// What settings could not take.
  null_settings nulls{};
};

/// The name of the layer is that of `home`.
[[nodiscard]] VIGIL_EXPORT layer_spec
breaker_layer(std::shared_ptr<breaker_home> home, breaker_options options);

/// Whether the answer of a breaker that has a fallback is a refusal, or what it
/// counts as a failure.
[[nodiscard]] VIGIL_EXPORT response_check
failure_of(std::shared_ptr<breaker_home> home);

/// A layer of the user's. A null `make` is told by its check.
[[nodiscard]] VIGIL_EXPORT layer_spec user_layer(
  std::string name, std::function<std::unique_ptr<guard_layer>()> make);

} // namespace vigil::detail
