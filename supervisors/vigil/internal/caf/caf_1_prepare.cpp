#include <vigil/call.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/dynamic/dynamic_children.hpp>
#include <vigil/detail/task/task_set.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/internal/population/dynamic_actor.hpp>
#include <vigil/internal/static/core_messages.hpp>
#include <vigil/registry_event.hpp>
#include <vigil/sample_resources.hpp>

#include <caf/detail/meta_object.hpp>
#include <caf/init_global_meta_objects.hpp>

#include <exception>
#include <mutex>

// Here, because it needs to see all of the types that messages carry.

namespace caf::detail {

// CAF makes a call without arguments where it reads one from a wire, which it
// never does: the type is for this process.
template <>
void default_function::default_construct<vigil::call::start_child>(void*) {
  std::terminate();
}

} // namespace caf::detail

namespace vigil::compat {

namespace {

struct taken {
  static constexpr caf::type_id_t begin = caf::id_block::vigil::begin;
  static constexpr caf::type_id_t end = begin + 42;
};

} // namespace

} // namespace vigil::compat

namespace caf {

template <>
void init_global_meta_objects<id_block::vigil>() {
  using vigil::compat::taken;
  init_global_meta_objects_impl<taken>(detail::make_type_id_sequence<taken>{});
}

} // namespace caf

namespace vigil::compat {

void prepare() {
  static std::once_flag done;
  std::call_once(done, [] {
    caf::core::init_global_meta_objects();
    caf::init_global_meta_objects<caf::id_block::vigil>();
  });
}

bool is_prepared() noexcept {
  return caf::detail::global_meta_object_or_null(taken::end - 1) != nullptr;
}

} // namespace vigil::compat
