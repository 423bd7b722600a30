#include <vigil/caf.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_base.hpp>
#include <vigil/detail/task/task_set.hpp>
#include <vigil/internal/state/take_snapshot.hpp>

#include <string>
#include <utility>

namespace vigil::detail {

namespace {

/// Where actors ask for results: has the task itself answer.
class task_answerer final : public compat::forwarder {
public:
  explicit task_answerer(caf::actor_config& cfg) : compat::forwarder(cfg) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.tasks";
  }

  using compat::forwarder::enqueue;

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context*) override {
    if (const auto* wait = compat::get_if<task_wait>(*x)) {
      auto task = wait->task;
      task->on_answer(wait->asker,
                      [me = caf::strong_actor_ptr{ctrl()},
                       to = compat::take_requester(*x)](compat::context* ctx) {
                        compat::reply(me, to, ctx, task_done{});
                      });
    }
    return compat::accepted();
  }
};

} // namespace

task_set::task_set(supervisor_cell_ptr cell, const task_settings& settings)
  : cell_(std::move(cell)), max_children_(settings.max_children.as_size()),
    answerer_(compat::make_forwarder<task_answerer>(cell_->tree->system)),
    blocking_(settings.blocking_threads.as_size(),
              settings.blocking_queue.as_size()) {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    specs_[i].restart = static_cast<restart_policy>(i);
    specs_[i].shutdown = settings.shutdown;
  }
}

task_set::~task_set() {
  // nop
}

result<void> task_set::add(std::shared_ptr<task_base> x) {
  if (!open_.load(std::memory_order_relaxed))
    return failure{drained() ? errc::supervisor_down
                             : errc::supervisor_stopping,
                   {},
                   cell_->path};
  held_.fetch_add(1, std::memory_order_relaxed);
  if (size_.fetch_add(1, std::memory_order_relaxed) >= max_children_) {
    size_.fetch_sub(1, std::memory_order_relaxed);
    release();
    return failure{errc::max_children,
                   "the limit is " + std::to_string(max_children_),
                   cell_->path};
  }
  // `close` takes all locks after it has cleared the flag.
  auto admits = [&] {
    return open_.load(std::memory_order_relaxed);
  };
  if (tasks_.add(std::move(x), admits))
    return success();
  size_.fetch_sub(1, std::memory_order_relaxed);
  release();
  return failure{errc::supervisor_stopping, {}, cell_->path};
}

void task_set::remove(task_base& x) {
  auto last = tasks_.remove(x);
  size_.fetch_sub(1, std::memory_order_release);
}

void task_set::release() {
  auto me = shared_from_this();
  if (held_.fetch_sub(1, std::memory_order_seq_cst) == 1
      && !open_.load(std::memory_order_seq_cst))
    compat::send_urgent(caf::actor_cast<caf::strong_actor_ptr>(cell_->actor),
                        nullptr, population_drained{});
}

void task_set::open() noexcept {
  open_.store(true, std::memory_order_seq_cst);
}

bool task_set::close() {
  open_.store(false, std::memory_order_seq_cst);
  tasks_.settle();
  return drained();
}

std::vector<std::shared_ptr<task_base>> task_set::children() const {
  return tasks_.all();
}

std::shared_ptr<task_base> task_set::find(std::uint64_t uid) const {
  return tasks_.find(uid);
}

void task_set::sample(std::size_t limit, time_point now,
                      std::vector<tree_snapshot::row>& to) const {
  tasks_.visit([&](const task_base& x) {
    if (limit == 0)
      return false;
    --limit;
    to.push_back(row_of(x, '#' + std::to_string(x.uid), now));
    return true;
  });
}

} // namespace vigil::detail
