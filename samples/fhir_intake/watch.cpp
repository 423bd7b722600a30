#include "watch.hpp"

#include <utility>

namespace fhir_intake {

namespace {

std::string kind_of(const std::string& path) {
  auto name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.find_last_not_of("-0123456789") + 1);
}

} // namespace

watch::watch(std::string root, std::string reader)
  : root_(std::move(root)), reader_(std::move(reader)) {
  // nop
}

void watch::on(const vigil::event& x) {
  using enum vigil::event_type;
  std::lock_guard guard{mutex_};
  switch (x.type) {
    case child_exited:
      if (x.exit == vigil::exit_kind::abnormal)
        ++tallies_[kind_of(x.path)].crashes;
      else if (x.path == reader_)
        state_ = state::done;
      break;
    case child_restarted:
      ++tallies_[kind_of(x.path)].restarts;
      break;
    case start_failed:
      ++tallies_[kind_of(x.path)].failed_starts;
      break;
    case gave_up:
      if (x.path == root_)
        state_ = state::gave_up;
      break;
    default:
      break;
  }
  if (state_ != state::working)
    over_.notify_all();
}

watch::state watch::wait_for(std::chrono::milliseconds limit) {
  std::unique_lock guard{mutex_};
  over_.wait_for(guard, limit, [this] { return state_ != state::working; });
  return state_;
}

std::map<std::string, watch::tally> watch::tallies() const {
  std::lock_guard guard{mutex_};
  return tallies_;
}

} // namespace fhir_intake
