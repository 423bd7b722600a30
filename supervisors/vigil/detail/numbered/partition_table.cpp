#include <vigil/caf.hpp>
#include <vigil/call.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/numbered/partition_table.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/static/blocking_call.hpp>

#include <string>

namespace vigil::detail {

partition_cell::partition_cell(supervisor_spec spec_, std::string path_,
                               std::shared_ptr<tree_context> tree_,
                               std::shared_ptr<partition_table> table_)
  : supervisor_cell(std::move(spec_), std::move(path_), std::move(tree_)),
    table(std::move(table_)) {
  // nop
}

namespace {

class partition_port final : public replicas_port {
public:
  partition_port(const child_cell_ptr& cell, const replicas& what,
                 const std::shared_ptr<partition_table>& table)
    : replicas_port(cell, what, table->max_size(), table), table_(table) {
    // nop
  }

  // All partitions start with their supervisor, also those that a resize had
  // stopped.
  void start(compat::context* ctx) override {
    table_->size(table_->max_size());
    replicas_port::start(ctx);
  }

private:
  std::shared_ptr<partition_table> table_;
};

class partition_factory final : public replicas_factory {
public:
  partition_factory(replicas x, make_partition_table make)
    : replicas_factory(std::move(x)), make_(std::move(make)) {
    // nop
  }

  [[nodiscard]] supervisor_cell_ptr
  make_nested(const child_cell& x) const override {
    const auto& tree = x.parent->tree;
    return std::make_shared<partition_cell>(
      spec_of(x), x.path(), tree, make_(count_in(replicas_, tree->system)));
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    return std::make_unique<partition_port>(cell, replicas_,
                                            partitions_of(*cell)->table);
  }

private:
  make_partition_table make_;
};

} // namespace

child_definition define_partitions(child_spec spec, replicas x,
                                   make_partition_table make,
                                   std::type_index handle) {
  auto factory
    = std::make_shared<partition_factory>(std::move(x), std::move(make));
  return {std::make_shared<child_spec>(std::move(spec)), std::move(factory),
          handle};
}

partition_cell_ptr partitions_of(const child_cell& x) {
  return std::static_pointer_cast<partition_cell>(x.nested);
}

failure no_partition(const partition_cell* x) {
  if (x == nullptr)
    return {errc::null_handle, "these partitions were never looked up"};
  if (is_down(*x))
    return {errc::supervisor_down, {}, x->path};
  if (x->table->size() == 0)
    return {errc::not_found, "it was resized to 0 partitions", x->path};
  return {errc::child_stopped, "the partition is not there yet, or gone",
          x->path};
}

// -- resize -------------------------------------------------------------------

namespace {

class resizing {
public:
  resizing(const partition_cell& cell, duration timeout)
    : cell_(cell), table_(*cell.table), timeout_(timeout),
      supervisor_(caf::actor_cast<supervisor_handle>(cell.actor)) {
    // nop
  }

  [[nodiscard]] result<std::size_t> run(std::size_t n) {
    if (timeout_ < duration::zero())
      return negative_timeout(cell_.path);
    if (!table_.begin_resize())
      return failure{errc::in_progress, "another resize", cell_.path};
    const auto before = table_.size();
    auto done = n < before ? shrink(before, n) : grow(before, n);
    table_.end_resize();
    if (!done)
      return done.error();
    return before;
  }

private:
  // First nobody is routed to them any more, then they stop.
  [[nodiscard]] result<void> shrink(std::size_t from, std::size_t to) {
    table_.size(to);
    for (auto i = from; i > to; --i)
      if (auto gone = ask<void, call::terminate_child>(i - 1); !gone)
        return gone;
    return success();
  }

  [[nodiscard]] result<void> grow(std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i) {
      auto up = ask<child_info, call::restart_child>(i);
      if (!up && up.error().code != errc::child_running)
        return up.error();
      table_.size(i + 1);
    }
    return success();
  }

  template <class T, class Call>
  [[nodiscard]] result<T> ask(std::size_t index) {
    if (!supervisor_)
      return failure{errc::supervisor_down, {}, cell_.path};
    return blocking_call<T>(*cell_.tree, supervisor_, cell_.path, timeout_,
                            Call{std::to_string(index)});
  }

  const partition_cell& cell_;
  partition_table& table_;
  duration timeout_;
  supervisor_handle supervisor_;
};

} // namespace

result<std::size_t> resize_partitions(const partition_cell* x, any_count n,
                                      duration timeout) {
  if (x == nullptr || is_down(*x) || x->tree->has_ended())
    return no_partition(x);
  if (n < 0 || n > x->table->max_size())
    return failure{errc::out_of_range,
                   "it can have from 0 to "
                     + std::to_string(x->table->max_size()) + " partitions",
                   x->path};
  if (must_not_wait_for(*x->tree))
    return failure{errc::would_block, "resize is not for use inside an actor",
                   x->path};
  if (waits_for_itself(*x->tree, x->path))
    for (auto i = n.as_size(); i < x->table->size(); ++i)
      if (auto gone = x->path + '/' + std::to_string(i);
          waits_for_itself(*x->tree, gone))
        return would_wait_for_itself(std::move(gone));
  return resizing{*x, timeout}.run(n.as_size());
}

} // namespace vigil::detail
