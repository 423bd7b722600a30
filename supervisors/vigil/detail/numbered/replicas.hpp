#pragma once

#include <vigil/child_key.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/holds_tree.hpp>
#include <vigil/detail/child/host_port.hpp>
#include <vigil/detail/pool/roster.hpp>
#include <vigil/detail/static/definition.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// A supervisor of numbered children, as its builder leaves it. Their ids are
/// "0", "1" and so on.
struct VIGIL_EXPORT replicas {
  supervisor_spec supervisor;
  /// Default: one for each worker of the scheduler.
  std::optional<any_count> count;
  /// What the count is called where it is set.
  const char* counted = "";
  /// Describes the child of a number; runs user code.
  std::function<child_definition(std::size_t)> make;
  /// `make` only copies what is there.
  bool alike = false;
};

/// Returns what is wrong with it before anything runs, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const replicas& x, const std::string& path);

[[nodiscard]] VIGIL_EXPORT std::size_t count_in(const replicas& x,
                                                caf::actor_system& sys);

/// Drives such a supervisor. Its children are described by its first start, in
/// the actor of its parent.
class VIGIL_EXPORT replicas_port : public host_port_base {
public:
  replicas_port(child_cell_ptr cell, const replicas& what, std::size_t count,
                roster_ptr to);

protected:
  [[nodiscard]] child_handle make_host(child_cell_ptr cell,
                                       compat::context* ctx) const override;

private:
  replicas what_;
  std::size_t count_;
  roster_ptr roster_;
};

/// The part of a factory that partitions and pools have in common.
class VIGIL_EXPORT replicas_factory : public child_factory {
public:
  explicit replicas_factory(replicas x) : replicas_(std::move(x)) {
    // nop
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    return detail::check(replicas_, path);
  }

  [[nodiscard]] supervisor_cell_ptr
  make_nested(const child_cell& x) const override;

protected:
  [[nodiscard]] supervisor_spec spec_of(const child_cell& x) const;

  const replicas replicas_;
};

// -- what users pass ----------------------------------------------------------

template <class T>
struct replica_source {
  static constexpr bool valid = false;
};

template <describes_child T>
struct replica_source<T> {
  static constexpr bool valid = true;
  static constexpr bool alike = true;
  using builder = T;
};

template <class T>
  requires(!describes_child<T> && std::is_invocable_v<const T&, std::size_t>)
struct replica_source<T> {
  using builder
    = std::remove_cvref_t<std::invoke_result_t<const T&, std::size_t>>;
  static constexpr bool valid = describes_child<builder>;
  static constexpr bool alike = false;
};

/// Takes apart what describes the numbered children.
template <class T>
[[nodiscard]] replicas make_replicas(T x) {
  static_assert(keeps_no_tree<T>::value);
  using source = replica_source<T>;
  using builder = typename source::builder;
  static_assert(!is_child_key_v<typename builder::key_type>,
                "vigil: numbered children get their numbers as ids: describe "
                "them with a name instead of a child_key");
  replicas result;
  result.alike = source::alike;
  if constexpr (source::alike) {
    result.make = [x = access::definition(x)](std::size_t) {
      return x;
    };
  } else {
    if constexpr (requires { x == nullptr; })
      if (x == nullptr)
        return result;
    result.make = [x = std::move(x)](std::size_t i) {
      return access::definition(x(i));
    };
  }
  return result;
}

} // namespace vigil::detail
