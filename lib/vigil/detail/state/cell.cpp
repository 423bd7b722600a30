#include <vigil/detail/state/cell.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

namespace {

caf::error clean_reason(exit_kind kind) {
  return kind == exit_kind::shutdown
           ? caf::make_error(caf::exit_reason::user_shutdown)
           : caf::error{};
}

} // namespace

// -- child_cell ---------------------------------------------------------------

child_cell::child_cell(shared_spec what, child_uid id,
                       std::shared_ptr<supervisor_cell> in,
                       std::type_index handle_of)
  : child_record(*what, *in), uid(id), handle_type(handle_of),
    parent(std::move(in)), stored_spec_(std::move(what)),
    path_(parent->path + '/' + stored_spec_->id) {
  // nop
}

std::string child_cell::path() const {
  return path_;
}

const restart_intensity* child_cell::refusal(time_point at) {
  if (window != nullptr && !window->admit(at))
    return &window->limit();
  return child_record::refusal(at);
}

void child_cell::note_message(std::uintptr_t kind) noexcept {
  message_since.store(now().time_since_epoch().count(),
                      std::memory_order_relaxed);
  message_kind.store(kind, std::memory_order_relaxed);
}

bool child_cell::serves(serving how, std::uint64_t n) {
  if (watch == nullptr)
    return false;
  watch->serves(*this, how, n);
  return how == serving::and_says_when_done;
}

void child_cell::done(compat::mailbox_element& x, compat::context* ctx) {
  watch->done(x, ctx);
}

caf::strong_actor_ptr child_cell::handle_before() const {
  return watch != nullptr ? watch->handle_before() : nullptr;
}

void child_cell::skipped(std::uint64_t n) {
  if (watch != nullptr)
    watch->skipped(n);
}

caf::strong_actor_ptr child_cell::handle() const {
  std::lock_guard guard{mutex_};
  return handle_;
}

void child_cell::handle(caf::strong_actor_ptr x) {
  std::lock_guard guard{mutex_};
  handle_.swap(x);
}

void child_cell::condemn(std::optional<failure> why) {
  auto verdict
    = why ? std::make_unique<const failure>(*std::move(why)) : nullptr;
  std::lock_guard guard{mutex_};
  verdict_.swap(verdict);
}

std::optional<failure> child_cell::verdict() const {
  std::lock_guard guard{mutex_};
  return verdict_ != nullptr ? std::optional{*verdict_} : std::nullopt;
}

void child_cell::ended(std::uint64_t n, const child_exit& how) {
  std::lock_guard guard{mutex_};
  if (n < incarnation.load(std::memory_order_relaxed))
    return;
  last_end_ = how.kind;
  if (how.kind != exit_kind::abnormal)
    return;
  if (last_failure_ == nullptr)
    last_failure_ = std::make_unique<failure>();
  *last_failure_ = how.why;
}

bool child_cell::has_ended_once() const {
  std::lock_guard guard{mutex_};
  return last_end_.has_value();
}

caf::error child_cell::last_end() const {
  std::lock_guard guard{mutex_};
  if (!last_end_)
    return to_caf({errc::child_stopped, {}, path_});
  return *last_end_ == exit_kind::abnormal ? to_caf(*last_failure_)
                                           : clean_reason(*last_end_);
}

caf::error reason_of(const child_exit& x) {
  return x.kind == exit_kind::abnormal ? to_caf(x.why) : clean_reason(x.kind);
}

// -- supervisor_cell ----------------------------------------------------------

supervisor_cell::supervisor_cell(supervisor_spec spec_, std::string path_,
                                 std::shared_ptr<tree_context> tree_)
  : spec(std::move(spec_)), path(std::move(path_)), tree(std::move(tree_)),
    window(std::make_shared<restart_window>(spec.intensity)) {
  // nop
}

std::vector<child_cell_ptr> supervisor_cell::children() const {
  std::lock_guard guard{mutex_};
  std::vector<child_cell_ptr> result;
  result.reserve(children_.size());
  for (const auto& [uid, child] : children_)
    result.push_back(child);
  return result;
}

child_cell_ptr supervisor_cell::find(std::string_view id) const {
  std::lock_guard guard{mutex_};
  auto i = by_id_.find(id);
  return i != by_id_.end() ? i->second : nullptr;
}

void supervisor_cell::add(child_cell_ptr x) {
  std::lock_guard guard{mutex_};
  by_id_.try_emplace(x->spec.id, x);
  children_.insert_or_assign(x->uid, std::move(x));
}

void supervisor_cell::remove(child_uid uid) {
  child_cell_ptr keep_alive;
  std::lock_guard guard{mutex_};
  auto i = children_.find(uid);
  if (i == children_.end())
    return;
  keep_alive = i->second;
  auto j = by_id_.find(keep_alive->spec.id);
  if (j != by_id_.end() && j->second == keep_alive)
    by_id_.erase(j);
  children_.erase(i);
}

std::map<child_uid, child_cell_ptr> supervisor_cell::take_all() {
  std::lock_guard guard{mutex_};
  by_id_.clear();
  return std::exchange(children_, {});
}

} // namespace vigil::detail
