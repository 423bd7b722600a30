#include <vigil/caf.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/child/running_child.hpp>
#include <vigil/detail/state/cell.hpp>

#include <utility>

namespace vigil::detail {

namespace {

thread_local child_context* running = nullptr;

// Only compared: the child that the thread belongs to keeps its tree.
thread_local const tree_context* served_tree = nullptr;

} // namespace

child_context* context_of(caf::local_actor& self) noexcept {
  if (running != nullptr && &running->self() == &self)
    return running;
  auto* actor = compat::part_of(self);
  return actor != nullptr ? actor->as_context() : nullptr;
}

bool runs_here(const child_context* x) noexcept {
  return running == x;
}

void dedicate_thread(const child_record& x) noexcept {
  served_tree = x.owner.tree.get();
}

bool must_not_wait_for(const tree_context& tree) {
  return served_tree == &tree
         || (running != nullptr && running->record().owner.tree.get() == &tree)
         || compat::runs_actors_of(tree.system);
}

running_child::running_child(child_context* x) noexcept
  : previous_(std::exchange(running, x)) {
  // nop
}

running_child::~running_child() {
  running = previous_;
}

} // namespace vigil::detail
