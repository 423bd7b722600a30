#pragma once

#include <vigil/config.hpp>
#include <vigil/detail/base/language.hpp>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/default_enum_inspect.hpp>
#include <caf/is_error_code_enum.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The numbers by which CAF 1.x knows our types. Each has its own for good: they
// must not depend on what is included first.

namespace vigil {

enum class health : std::uint8_t;
enum class resource_level : std::uint8_t;
struct child_counts;
struct child_info;
struct child_spec;
struct failure;
struct registry_event;
struct sample_resources;
struct stop_report;
struct tree_snapshot;

} // namespace vigil

namespace vigil::call {

class start_child;
struct count_children;
struct delete_child;
struct get_child_spec;
struct restart_child;
struct stop;
struct take_snapshot;
struct terminate_child;
struct terminate_handle;
struct which_child;
struct which_children;

} // namespace vigil::call

namespace vigil::compat {

struct attention;

/// The codes of our errors, as CAF 1.x wants them: of a type of their own.
enum class error_code : std::uint8_t {};

[[nodiscard]] VIGIL_EXPORT std::string to_string(error_code x);

VIGIL_EXPORT bool from_string(std::string_view text, error_code& x);

VIGIL_EXPORT bool from_integer(std::uint8_t value, error_code& x);

template <class Inspector>
bool inspect(Inspector& f, error_code& x) {
  return caf::default_enum_inspect(f, x);
}

/// What nobody sends.
struct VIGIL_EXPORT nothing {};

} // namespace vigil::compat

namespace vigil::detail {

struct child_note;
struct child_timer;
struct core_tick;
struct core_timer;
struct dynamic_gone;
struct front_tick;
struct host_command;
struct liveness_probe;
struct mailbox_marker;
struct population_dismissed;
struct population_drained;
struct population_exhausted;
struct start_tree_request;
struct task_done;
struct task_wait;
struct wire_row;

} // namespace vigil::detail

#define VIGIL_TYPE_ID(number, ...) \
  namespace caf { \
  template <> \
  struct type_id<__VA_ARGS__> { \
    static constexpr type_id_t value = VIGIL_CAF_FIRST_TYPE_ID + (number); \
  }; \
  template <> \
  struct type_by_id<VIGIL_CAF_FIRST_TYPE_ID + (number)> { \
    using type = __VA_ARGS__; \
  }; \
  template <> \
  struct type_name<__VA_ARGS__> { \
    static constexpr std::string_view value = #__VA_ARGS__; \
  }; \
  template <> \
  struct type_name_by_id<VIGIL_CAF_FIRST_TYPE_ID + (number)> \
    : type_name<__VA_ARGS__> {}; \
  }

VIGIL_TYPE_ID(0, vigil::compat::error_code)
VIGIL_TYPE_ID(1, vigil::failure)
VIGIL_TYPE_ID(2, vigil::detail::wire_row)
VIGIL_TYPE_ID(3, std::vector<vigil::detail::wire_row>)
VIGIL_TYPE_ID(4, vigil::compat::attention)
VIGIL_TYPE_ID(5, vigil::detail::host_command)
VIGIL_TYPE_ID(6, vigil::detail::child_note)
VIGIL_TYPE_ID(7, vigil::detail::child_timer)
VIGIL_TYPE_ID(8, vigil::detail::mailbox_marker)
VIGIL_TYPE_ID(9, vigil::detail::liveness_probe)
VIGIL_TYPE_ID(10, vigil::health)
VIGIL_TYPE_ID(11, vigil::detail::task_wait)
VIGIL_TYPE_ID(12, vigil::detail::task_done)
VIGIL_TYPE_ID(13, vigil::detail::population_drained)
VIGIL_TYPE_ID(14, vigil::detail::population_dismissed)
VIGIL_TYPE_ID(15, vigil::detail::population_exhausted)
VIGIL_TYPE_ID(16, vigil::resource_level)
VIGIL_TYPE_ID(17, vigil::sample_resources)
VIGIL_TYPE_ID(18, vigil::child_info)
VIGIL_TYPE_ID(19, std::vector<vigil::child_info>)
VIGIL_TYPE_ID(20, vigil::child_counts)
VIGIL_TYPE_ID(21, vigil::child_spec)
VIGIL_TYPE_ID(22, vigil::tree_snapshot)
VIGIL_TYPE_ID(23, vigil::stop_report)
VIGIL_TYPE_ID(24, vigil::call::start_child)
VIGIL_TYPE_ID(25, vigil::call::terminate_child)
VIGIL_TYPE_ID(26, vigil::call::restart_child)
VIGIL_TYPE_ID(27, vigil::call::delete_child)
VIGIL_TYPE_ID(28, vigil::call::terminate_handle)
VIGIL_TYPE_ID(29, vigil::call::which_children)
VIGIL_TYPE_ID(30, vigil::call::count_children)
VIGIL_TYPE_ID(31, vigil::call::which_child)
VIGIL_TYPE_ID(32, vigil::call::get_child_spec)
VIGIL_TYPE_ID(33, vigil::call::take_snapshot)
VIGIL_TYPE_ID(34, vigil::call::stop)
VIGIL_TYPE_ID(35, vigil::registry_event)
VIGIL_TYPE_ID(36, vigil::detail::front_tick)
VIGIL_TYPE_ID(37, vigil::detail::start_tree_request)
VIGIL_TYPE_ID(38, vigil::detail::core_timer)
VIGIL_TYPE_ID(39, vigil::detail::core_tick)
VIGIL_TYPE_ID(40, vigil::detail::dynamic_gone)
VIGIL_TYPE_ID(41, vigil::compat::nothing)

#undef VIGIL_TYPE_ID

namespace caf {

template <>
struct is_error_code_enum<vigil::compat::error_code> {
  static constexpr bool value = true;
};

} // namespace caf

namespace caf::id_block {

/// 64 numbers, of which the last ones are free.
struct VIGIL_EXPORT vigil {
  static constexpr type_id_t begin = VIGIL_CAF_FIRST_TYPE_ID;
  static constexpr type_id_t end = begin + 64;
};

} // namespace caf::id_block

namespace caf {

template <class ProjectIds>
void init_global_meta_objects();

/// Not all that it names is for users to see.
template <>
VIGIL_EXPORT void init_global_meta_objects<id_block::vigil>();

} // namespace caf

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(vigil::compat::nothing)
