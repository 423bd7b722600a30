#include <vigil/detail/child_port.hpp>

#include <utility>

namespace vigil::detail {

child_port::~child_port() {
  // nop
}

child_factory::~child_factory() {
  // nop
}

supervisor_cell_ptr child_factory::make_nested(const child_cell&) const {
  return nullptr;
}

bool child_factory::answers_probes() const noexcept {
  return false;
}

std::optional<failure> child_factory::check(const std::string&) const {
  return std::nullopt;
}

life_spawner::~life_spawner() {
  // nop
}

// -- slot_port ----------------------------------------------------------------

namespace {

void report_end(life& x, const caf::error& reason, compat::context* ctx) {
  auto& cell = *x.cell;
  cell.serves(false, x.incarnation);
  if (x.ignored)
    return notify(cell, x.incarnation, ctx, child_note::what::ignored);
  auto how = std::move(end_of(x, reason));
  if (!x.up && how.kind != exit_kind::abnormal)
    how = abnormal({errc::exited, "it ended before it came up"});
  if (how.kind == exit_kind::abnormal) {
    how.why = cell.complete(std::move(how.why), x.incarnation);
    // One that was left behind says nothing of those after it.
    if (x.incarnation == cell.incarnation)
      cell.log(how.why, x.incarnation);
  }
  note_departure(x, how);
  if (!x.up) {
    cell.publish(x.incarnation, event_type::start_failed, how);
    return notify(cell, x.incarnation, ctx, child_note::what::start_failed,
                  std::move(how));
  }
  cell.publish(x.incarnation,
               x.stopped ? event_type::child_stopped : event_type::child_exited,
               how);
  notify(cell, x.incarnation, ctx, child_note::what::exited, std::move(how));
}

} // namespace

slot_port::slot_port(child_cell_ptr cell,
                     std::unique_ptr<const life_spawner> spawner)
  : cell_(std::move(cell)), spawner_(std::move(spawner)) {
  // nop
}

void slot_port::start(compat::context* ctx) {
  if (slot_ == nullptr) {
    handle_ = compat::make_forwarder<slot>(cell_->parent->tree->system, cell_);
    slot_ = static_cast<slot*>(handle_->get());
    cell_->handle(handle_);
  }
  cell_->appear();
  const auto n = cell_->incarnation.fetch_add(1, std::memory_order_relaxed) + 1;
  life_ = std::make_shared<life>(cell_, n);
  slot_->expect(n);
  auto actor = spawner_->spawn(life_, ctx);
  slot_->begin(actor, !spawner_->reports_start());
  if (!spawner_->reports_start()) {
    life_->up = true;
    slot_->serve(n, actor, ctx);
    cell_->came_up(n, cell_->now());
    cell_->serves(true, n);
    notify(*cell_, n, ctx, child_note::what::started);
  }
  auto* raw = actor.get();
  compat::watch(actor, [x = life_, keep = handle_, to = slot_,
                        raw](const caf::error& reason, compat::context* eu) {
    to->hold(raw);
    to->part(x->incarnation, reason, eu);
    report_end(*x, reason, eu);
  });
}

void slot_port::stop(bool kill, compat::context* ctx) {
  if (life_ == nullptr)
    return;
  life_->stopping = true;
  compat::send_exit(slot_->current(), ctx,
                    caf::make_error(kill ? caf::exit_reason::kill
                                         : caf::exit_reason::user_shutdown));
}

void slot_port::park(compat::context* ctx) {
  if (slot_ != nullptr)
    slot_->refuse(ctx);
}

void slot_port::forget(compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  cell_->vanish();
  stop(true, ctx);
  slot_->retire(ctx);
  cell_->handle(nullptr);
}

// -- host_port_base -----------------------------------------------------------

void host_port_base::start(compat::context* ctx) {
  if (host_ == nullptr) {
    host_ = make_host(cell_, ctx);
    cell_->handle(stable_handle(host_));
  }
  compat::send_urgent(host_, ctx, host_command{host_command::what::start});
}

caf::strong_actor_ptr
host_port_base::stable_handle(const caf::strong_actor_ptr& host) const {
  return host;
}

void host_port_base::stop(bool kill, compat::context* ctx) {
  compat::send_urgent(
    host_, ctx,
    host_command{kill ? host_command::what::kill : host_command::what::stop});
}

void host_port_base::park(compat::context* ctx) {
  compat::send_urgent(host_, ctx, host_command{host_command::what::park});
}

void host_port_base::forget(compat::context* ctx) {
  compat::send_urgent(host_, ctx, host_command{host_command::what::forget});
  cell_->handle(nullptr);
  host_ = nullptr;
}

} // namespace vigil::detail
