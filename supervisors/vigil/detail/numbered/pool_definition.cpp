#include <vigil/caf.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/numbered/pool_definition.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/pool/pool_front.hpp>

#include <utility>

namespace vigil::detail {

namespace {

class pool_port final : public replicas_port {
public:
  pool_port(child_cell_ptr cell, const replicas& what, std::size_t count,
            pool_parts parts)
    : replicas_port(std::move(cell), what, count, parts.roster),
      parts_(std::move(parts)) {
    // nop
  }

  void forget(compat::context* ctx) override {
    replicas_port::forget(ctx);
    parts_.front->retire(ctx);
  }

protected:
  [[nodiscard]] child_handle stable_handle(child_handle) const override {
    return {parts_.handle, parts_.front};
  }

private:
  pool_parts parts_;
};

class pool_factory final : public replicas_factory {
public:
  pool_factory(replicas x, any_count queue)
    : replicas_factory(std::move(x)), queue_(queue) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    const auto count = count_in(replicas_, cell->parent->tree->system);
    auto parts = make_pool_front(cell, count, queue_.as_size());
    return std::make_unique<pool_port>(std::move(cell), replicas_, count,
                                       std::move(parts));
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    if (auto wrong = wrong_count("queue", queue_, any_limit); !wrong.empty())
      return failure{errc::out_of_range, std::move(wrong), path};
    return replicas_factory::check(path);
  }

private:
  any_count queue_;
};

} // namespace

child_definition define_pool(child_spec spec, replicas x, any_count queue,
                             std::type_index handle) {
  return {std::make_shared<child_spec>(std::move(spec)),
          std::make_shared<pool_factory>(std::move(x), queue), handle};
}

} // namespace vigil::detail
