#include <vigil/detail/child/child_port.hpp>
#include <vigil/detail/child/host_core.hpp>

#include <limits>
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

const char* child_factory::never_detached() const noexcept {
  return nullptr;
}

std::optional<failure> child_factory::check(const std::string&) const {
  return std::nullopt;
}

life_spawner::~life_spawner() {
  // nop
}

// -- end_teller ---------------------------------------------------------------

void end_teller::tell(const child_cell& x, compat::context* ctx) {
  if (std::exchange(told_, true))
    return;
  if (const auto handle = x.handle())
    handle_->tell_end(x.last_end(), ctx);
}

void end_teller::take_back(const child_cell& x) {
  if (!std::exchange(told_, false)) [[likely]]
    return;
  if (const auto handle = x.handle())
    handle_->tell_begin();
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
    handle_ = compat::make_forwarder<slot>(cell_->parent->tree->system, cell_,
                                           cell_->spec.gap_queue.as_size());
    slot_ = static_cast<slot*>(handle_->get());
    cell_->handle(handle_);
    ends_.speak_through(slot_);
  }
  ends_.take_back(*cell_);
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

void slot_port::park(bool ended, compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  slot_->refuse(ctx);
  if (ended)
    ends_.tell(*cell_, ctx);
}

void slot_port::abandon(compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  if (life_ != nullptr) {
    life_->left = true;
    slot_->part(life_->incarnation,
                to_caf({errc::child_stuck, {}, cell_->path()}), ctx);
  }
  slot_->expect(0);
}

void slot_port::forget(compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  cell_->vanish();
  stop(true, ctx);
  ends_.tell(*cell_, ctx);
  slot_->retire(ctx);
  cell_->handle(nullptr);
}

// -- host_port_base -----------------------------------------------------------

void host_port_base::start(compat::context* ctx) {
  if (host_ == nullptr) {
    auto host = make_host(cell_, ctx);
    host_ = host.actor;
    if (heirs_ == nullptr) {
      auto handle = stable_handle(std::move(host));
      cell_->handle(std::move(handle.actor));
      ends_.speak_through(handle.self);
    }
  }
  ends_.take_back(*cell_);
  compat::send_urgent(host_, ctx, host_command{host_command::what::start});
  if (heirs_ == nullptr) [[likely]]
    return;
  auto& heirs = *static_cast<slot*>(heirs_->get());
  if (heirs.current() == host_)
    return;
  heirs.expect(++heir_);
  // It answers in the name of the first host.
  heirs.begin(host_, true);
  heirs.serve(heir_, host_, ctx);
}

child_handle host_port_base::stable_handle(child_handle host) const {
  return host;
}

void host_port_base::stop(bool kill, compat::context* ctx) {
  compat::send_urgent(
    host_, ctx,
    host_command{kill ? host_command::what::kill : host_command::what::stop});
}

void host_port_base::park(bool ended, compat::context* ctx) {
  compat::send_urgent(host_, ctx, host_command{host_command::what::park});
  if (heirs_ != nullptr)
    static_cast<slot*>(heirs_->get())->refuse(ctx);
  if (ended)
    ends_.tell(*cell_, ctx);
}

void host_port_base::abandon(compat::context* ctx) {
  auto* stuck
    = host_ != nullptr ? dynamic_cast<host_core*>(host_->get()) : nullptr;
  if (stuck == nullptr)
    return;
  // What waits does so in place of a mailbox, which knows no limit.
  if (heirs_ == nullptr)
    heirs_ = compat::make_forwarder<slot>(
      cell_->parent->tree->system, cell_,
      std::numeric_limits<std::size_t>::max(),
      caf::actor_cast<caf::weak_actor_ptr>(cell_->handle()));
  static_cast<slot*>(heirs_->get())->expect(++heir_);
  stuck->abandon(heirs_, ctx);
  host_ = nullptr;
}

void host_port_base::forget(compat::context* ctx) {
  ends_.tell(*cell_, ctx);
  compat::send_urgent(host_, ctx, host_command{host_command::what::forget});
  if (heirs_ != nullptr) {
    const auto first = cell_->handle();
    if (auto* x
        = first != nullptr ? dynamic_cast<host_core*>(first->get()) : nullptr)
      x->order({host_command::what::forget}, ctx);
    static_cast<slot*>(heirs_->get())->retire(ctx);
  }
  cell_->handle(nullptr);
  host_ = nullptr;
}

} // namespace vigil::detail
