#include <vigil/caf.hpp>
#include <vigil/detail/pool/roster.hpp>
#include <vigil/detail/state/cell.hpp>

#include <utility>

namespace vigil::detail {

namespace {

struct place {
  roster_ptr roster;
  std::size_t index;
};

class enrolled_port final : public child_port {
public:
  enrolled_port(child_cell_ptr cell, child_port_ptr port, place at)
    : cell_(std::move(cell)), port_(std::move(port)), at_(std::move(at)) {
    // nop
  }

  void start(compat::context* ctx) override {
    at_.roster->starting(at_.index);
    port_->start(ctx);
    at_.roster->started(at_.index, *cell_);
  }

  void stop(bool kill, compat::context* ctx) override {
    at_.roster->stopping(at_.index);
    port_->stop(kill, ctx);
  }

  void park(bool ended, compat::context* ctx) override {
    at_.roster->parked(at_.index, ctx);
    port_->park(ended, ctx);
  }

  void abandon(compat::context* ctx) override {
    port_->abandon(ctx);
  }

  void forget(compat::context* ctx) override {
    at_.roster->forgotten(at_.index, ctx);
    port_->forget(ctx);
  }

private:
  child_cell_ptr cell_;
  child_port_ptr port_;
  place at_;
};

class enrolled_factory final : public child_factory {
public:
  enrolled_factory(child_factory_ptr child, place at)
    : child_(std::move(child)), at_(std::move(at)) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    cell->watch = at_.roster->watch(at_.index);
    auto port = child_->make_port(cell);
    return std::make_unique<enrolled_port>(std::move(cell), std::move(port),
                                           at_);
  }

  [[nodiscard]] supervisor_cell_ptr
  make_nested(const child_cell& x) const override {
    return child_->make_nested(x);
  }

  [[nodiscard]] bool answers_probes() const noexcept override {
    return child_->answers_probes();
  }

  [[nodiscard]] const char* never_detached() const noexcept override {
    return child_->never_detached();
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    return child_->check(path);
  }

private:
  child_factory_ptr child_;
  place at_;
};

} // namespace

child_factory_ptr enrolled(child_factory_ptr child, roster_ptr to,
                           std::size_t index) {
  return std::make_shared<enrolled_factory>(std::move(child),
                                            place{std::move(to), index});
}

} // namespace vigil::detail
