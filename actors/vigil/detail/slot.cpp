#include <vigil/detail/slot.hpp>

#include <mutex>
#include <utility>

namespace vigil::detail {

slot::slot(caf::actor_config& cfg, child_cell_ptr cell,
           caf::weak_actor_ptr handle)
  : compat::life_links<forwarding_actor>(cfg, std::move(cell)),
    answers_(compat::make_forwarder<compat::answer_relay>(
      home_system(), handle != nullptr ? std::move(handle)
                                       : caf::weak_actor_ptr{ctrl(), true})) {
  // nop
}

void slot::on_destroy() {
  relay().end();
  forwarding_actor::on_destroy();
}

compat::answer_relay& slot::relay() const noexcept {
  return *static_cast<compat::answer_relay*>(answers_->get());
}

const char* slot::name() const {
  return "vigil.slot";
}

void slot::enqueue(caf::mailbox_element_ptr x, compat::context* ctx) {
  caf::strong_actor_ptr to;
  auto why = errc::child_stopped;
  bool foreign = false;
  {
    std::lock_guard guard{slot_lock_};
    if (mode_ == mode::serving && !passing_) {
      to = current_;
      foreign = foreign_;
    } else if (mode_ == mode::holding && compat::get_if<caf::exit_msg>(*x)) {
      // For the life that has ended, as a link sends it.
      return;
    } else if (mode_ != mode::refusing) {
      if (waiting_.size() < cell().spec.gap_queue || passing_) {
        waiting_.push_back(std::move(x));
        return;
      }
      why = errc::gap_queue_full;
    }
  }
  if (to == nullptr)
    return lose(*x, why, ctx);
  if (foreign)
    compat::answer_through(*x, answers_, ctrl());
  to->enqueue(std::move(x), ctx);
}

void slot::expect(std::uint64_t life) {
  caf::strong_actor_ptr released;
  std::lock_guard guard{slot_lock_};
  life_ = life;
  mode_ = mode::holding;
  passing_ = false;
  foreign_ = false;
  released.swap(current_);
}

void slot::begin(caf::strong_actor_ptr x, bool foreign) {
  relay().behind(x);
  std::lock_guard guard{slot_lock_};
  foreign_ = foreign;
  if (current_ == nullptr)
    current_.swap(x);
}

void slot::serve(std::uint64_t life, caf::strong_actor_ptr x,
                 compat::context* ctx) {
  relay().behind(x);
  std::unique_lock guard{slot_lock_};
  if (life_ != life || mode_ == mode::refusing)
    return;
  mode_ = mode::serving;
  current_ = x;
  passing_ = true;
  const auto foreign = foreign_;
  const auto serves = [&] {
    return life_ == life && mode_ == mode::serving;
  };
  while (serves() && !waiting_.empty()) {
    auto batch = std::exchange(waiting_, {});
    guard.unlock();
    for (auto& element : batch) {
      if (foreign)
        compat::answer_through(*element, answers_, ctrl());
      x->enqueue(std::move(element), ctx);
    }
    guard.lock();
  }
  if (life_ == life)
    passing_ = false;
}

void slot::hold(const caf::actor_control_block* ended) {
  caf::strong_actor_ptr released;
  std::lock_guard guard{slot_lock_};
  if (current_.get() != ended)
    return;
  if (mode_ == mode::serving)
    mode_ = mode::holding;
  released.swap(current_);
}

void slot::part(std::uint64_t life, const caf::error& reason,
                compat::context* ctx) {
  {
    std::lock_guard guard{slot_lock_};
    if (life_ != life)
      return;
  }
  end_links(reason, ctx);
}

void slot::refuse(compat::context* ctx) {
  {
    caf::strong_actor_ptr released;
    std::lock_guard guard{slot_lock_};
    mode_ = mode::refusing;
    released.swap(current_);
  }
  lose_waiting(ctx);
}

void slot::retire(compat::context* ctx) {
  refuse(ctx);
  end(ctx);
  relay().end();
}

caf::strong_actor_ptr slot::current() const {
  std::lock_guard guard{slot_lock_};
  return current_;
}

void slot::lose_waiting(compat::context* ctx) {
  std::deque<caf::mailbox_element_ptr> lost;
  {
    std::lock_guard guard{slot_lock_};
    lost.swap(waiting_);
  }
  for (auto& x : lost)
    lose(*x, errc::child_stopped, ctx);
}

} // namespace vigil::detail
