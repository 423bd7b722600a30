#include <vigil/behavior.hpp>
#include <vigil/detail/resource/resource_actor.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/resource/resource_watch.hpp>
#include <vigil/this_child.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

namespace {

/// One incarnation of a guard. Its gauge is its own from `begin` on.
class guard_incarnation
  : public std::enable_shared_from_this<guard_incarnation> {
public:
  guard_incarnation(resource_guard_handle::pointer self,
                    resource_settings_ptr x)
    : self_(self), settings_(std::move(x)),
      board_(access::state(settings_->gauge.value_or(resource_gauge{}))),
      source_(settings_->source ? settings_->source : process_resources()),
      watch_(settings_->limits) {
    // nop
  }

  ~guard_incarnation() {
    if (claimed_)
      board_->release();
  }

  guard_incarnation(const guard_incarnation&) = delete;
  guard_incarnation& operator=(const guard_incarnation&) = delete;

  // An incarnation that begins above a limit has one interval to get below it:
  // else what the last one left would spend the budget at once.
  result<void> begin() {
    claimed_ = board_->claim();
    if (!claimed_)
      return failure{errc::bad_combination,
                     "the gauge is that of another guard; give each its own"};
    if (auto done = read(); !done)
      return done.error();
    arm();
    return success();
  }

  result<resource_level> sample() {
    if (auto done = read(); !done)
      return done.error();
    if (const auto* x = exceeded(resource_policy::fail))
      return failure{errc::resource_exhausted, to_string(*x)};
    auto worst = resource_level::normal;
    for (const auto& x : watch_.readings())
      worst = std::max(worst, x.level);
    return worst;
  }

private:
  // The behavior owns the incarnation; a timer must not, or it would outlive
  // it.
  void arm() {
    this_child(self_).run_after(settings_->every, [me = weak_from_this()] {
      if (auto mine = me.lock())
        mine->tick();
    });
  }

  void tick() {
    if (auto done = sample(); !done)
      return this_child(self_).fail(done.error().code, done.error().message);
    arm();
  }

  result<void> read() {
    auto sample = source_(watch_.query());
    if (!sample)
      return sample.error();
    auto changed = watch_.take(sample.value(), record().now());
    if (!changed)
      return changed.error();
    board_->write(watch_.readings(), exceeded(resource_policy::shed),
                  record().path());
    for (auto i : changed.value())
      tell(watch_.readings()[i]);
    return success();
  }

  /// Returns the first reading above a limit of this policy or a stricter one.
  [[nodiscard]] const resource_reading* exceeded(resource_policy policy) const {
    for (std::size_t i = 0; i < watch_.limits().size(); ++i)
      if (watch_.readings()[i].level == resource_level::exceeded
          && watch_.limits()[i].policy() >= policy)
        return &watch_.readings()[i];
    return nullptr;
  }

  void tell(const resource_reading& x) {
    const auto& me = *context_of(*self_);
    if (me.record().observed()) {
      event news{.type = event_type::resource_changed, .resource = x};
      if (x.level != resource_level::normal)
        news.why = me.complete({errc::resource_exhausted, to_string(x)});
      me.record().publish(me.incarnation(), std::move(news));
    }
    if (x.level == resource_level::exceeded && settings_->on_exceeded)
      settings_->on_exceeded(x);
  }

  [[nodiscard]] const child_record& record() const {
    return context_of(*self_)->record();
  }

  resource_guard_handle::pointer self_;
  resource_settings_ptr settings_;
  std::shared_ptr<resource_board> board_;
  resource_source source_;
  resource_watch watch_;
  bool claimed_ = false;
};

} // namespace

resource_guard_handle::behavior_type
guard_resources(resource_guard_handle::pointer self,
                const resource_settings_ptr& settings) {
  auto mine = std::make_shared<guard_incarnation>(self, settings);
  if (auto done = mine->begin(); !done)
    this_child(self).fail(done.error().code, done.error().message);
  return behavior(self, [mine](sample_resources) -> outcome<resource_level> {
    auto level = mine->sample();
    if (!level)
      return fault(level.error().code, level.error().message);
    return level.value();
  });
}

} // namespace vigil::detail
