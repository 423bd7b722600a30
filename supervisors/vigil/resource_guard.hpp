#pragma once

#include <vigil/child_key.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/child/child_definition.hpp>
#include <vigil/detail/resource/resource_actor.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil {

namespace detail {

[[nodiscard]] VIGIL_EXPORT child_definition
define_resource_guard(child_spec spec, resource_settings settings);

} // namespace detail

/// A resource guard on its way into a tree: made by `vigil::resource_guard`.
///
/// A child that reads every so often how much of its memory, CPU time,
/// descriptors and connections the process uses, publishes what changes as
/// `event_type::resource_changed`, and shows it in a `resource_gauge`. What
/// cannot be read fails its start, and later the guard.
///
/// @tparam Key its `child_key<vigil::resource_guard_handle, …>`, or `no_key`
template <class Key = no_key>
class resource_guard_builder
  : public child_settings<resource_guard_builder<Key>> {
public:
  using super = child_settings<resource_guard_builder<Key>>;
  using handle_type = resource_guard_handle;
  using key_type = Key;

  explicit resource_guard_builder(std::string id)
    : super(detail::spec_of_worker(std::move(id))) {
    // nop
  }

  /// Adds a limit. There has to be one; no two have the same name.
  [[nodiscard]] resource_guard_builder limit(resource_limit x) const {
    return detail::changed(*this, [&](auto& self) {
      self.settings_.limits.push_back(std::move(x));
    });
  }

  /// Says how often it reads, from the end of one reading on. Default: 1 s.
  [[nodiscard]] resource_guard_builder every(any_duration interval) const {
    return detail::changed(
      *this, [&](auto& self) { self.settings_.every = interval; });
  }

  /// Says where it shows what it reads. A gauge belongs to one running guard.
  [[nodiscard]] resource_guard_builder gauge(resource_gauge x) const {
    return detail::changed(
      *this, [&](auto& self) { self.settings_.gauge = std::move(x); });
  }

  /// Has `f(reading)` called when a limit is exceeded that was not before. It
  /// runs in the guard, after the event and the gauge: it must be quick. What
  /// it throws fails the guard.
  [[nodiscard]] resource_guard_builder
  on_exceeded(std::function<void(const resource_reading&)> f) const {
    return detail::changed(*this, [&](auto& self) {
      if (!f)
        self.settings_.mistake = null("on_exceeded");
      self.settings_.on_exceeded = std::move(f);
    });
  }

  /// Has it read from `source` instead of this process: in tests, or where a
  /// container or another process is what counts.
  [[nodiscard]] resource_guard_builder read_from(resource_source source) const {
    return detail::changed(*this, [&](auto& self) {
      if (!source)
        self.settings_.mistake = null("read_from");
      self.settings_.source = std::move(source);
    });
  }

private:
  friend class detail::access;

  /// Returns the description that a parent supervisor works from.
  [[nodiscard]] detail::child_definition definition() const {
    auto result = detail::define_resource_guard(this->as_child(), settings_);
    result.key = detail::tag_of<Key>();
    return result;
  }

  [[nodiscard]] static failure null(const std::string& setting) {
    return {errc::null_handle, "the function of " + setting + "(f) is null"};
  }

  detail::resource_settings settings_;
};

/// Describes a resource guard.
[[nodiscard]] inline auto resource_guard(std::string id) {
  return resource_guard_builder<>{std::move(id)};
}

/// Describes a resource guard with a key.
template <class Handle, fixed_string Id>
[[nodiscard]] auto resource_guard(child_key<Handle, Id>) {
  static_assert(std::is_same_v<Handle, resource_guard_handle>,
                "vigil: the key of a resource guard is a "
                "child_key<vigil::resource_guard_handle, ...>");
  return resource_guard_builder<child_key<Handle, Id>>{std::string{Id.view()}};
}

} // namespace vigil
