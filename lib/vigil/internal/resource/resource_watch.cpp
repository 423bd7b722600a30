#include <vigil/internal/resource/resource_watch.hpp>

#include <cmath>
#include <exception>
#include <utility>

namespace vigil::detail {

namespace {

result<double> read_custom(const resource_limit& x) {
  try {
    const auto value = x.read()();
    if (std::isfinite(value))
      return value;
    return failure{errc::out_of_range, x.name() + " was read as no number"};
  } catch (const std::exception& why) {
    return failure{errc::exception, "reading " + x.name() + ": " + why.what()};
  } catch (...) {
    return failure{errc::exception, "reading " + x.name()};
  }
}

} // namespace

resource_watch::resource_watch(std::vector<resource_limit> limits)
  : limits_(std::move(limits)) {
  readings_.reserve(limits_.size());
  for (const auto& x : limits_)
    readings_.push_back(
      {.name = x.name(), .kind = x.kind(), .limit = x.limit()});
}

resource_query resource_watch::query() const noexcept {
  resource_query result;
  for (const auto& x : limits_) {
    result.memory |= x.kind() == resource_kind::memory;
    result.cpu |= x.kind() == resource_kind::cpu;
    result.descriptors |= x.kind() == resource_kind::descriptors;
    result.connections |= x.kind() == resource_kind::connections;
  }
  return result;
}

result<std::vector<std::size_t>> resource_watch::take(const resource_sample& x,
                                                      time_point now) {
  std::vector<double> values;
  values.reserve(limits_.size());
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    auto read = value(i, x, now);
    if (!read)
      return read.error();
    values.push_back(read.value());
  }
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < limits_.size(); ++i) {
    auto& to = readings_[i];
    to.value = values[i];
    const auto level = limits_[i].next(to.level, to.value);
    if (std::exchange(to.level, level) != level)
      changed.push_back(i);
  }
  if (!last_ || now > last_->time)
    last_ = mark{now, x.cpu};
  return changed;
}

double resource_watch::share(const resource_sample& x, time_point now,
                             double otherwise) const noexcept {
  if (!last_ || now <= last_->time)
    return otherwise;
  using seconds = std::chrono::duration<double>;
  return (seconds{x.cpu} - seconds{last_->cpu})
         / seconds{time_between(last_->time, now)};
}

result<double> resource_watch::value(std::size_t i, const resource_sample& x,
                                     time_point now) const {
  switch (limits_[i].kind()) {
    case resource_kind::memory:
      return static_cast<double>(x.memory);
    case resource_kind::cpu:
      return share(x, now, readings_[i].value);
    case resource_kind::descriptors:
      return static_cast<double>(x.descriptors);
    case resource_kind::connections:
      return static_cast<double>(x.connections);
    case resource_kind::custom:
      break;
  }
  return read_custom(limits_[i]);
}

} // namespace vigil::detail
