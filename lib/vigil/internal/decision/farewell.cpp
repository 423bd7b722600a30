#include <vigil/internal/decision/farewell.hpp>

#include <utility>

namespace vigil::detail {

void farewell::begin(child_exit&& how, bool start_failed) {
  words_ = {std::move(how), start_failed, {}};
  places_.clear();
}

void farewell::blame(std::string path, errc what) {
  auto& all = words_.report.culprits;
  const auto [at, first] = places_.try_emplace(path, all.size());
  if (!first)
    all[std::exchange(at->second, all.size())].path.clear();
  all.push_back({std::move(path), what});
}

void farewell::add(std::vector<stop_report::culprit> culprits) {
  for (auto& x : culprits)
    words_.report.culprits.push_back(std::move(x));
}

action::went_down farewell::take() {
  std::erase_if(words_.report.culprits,
                [](const auto& x) { return x.path.empty(); });
  places_.clear();
  return std::exchange(words_, {});
}

} // namespace vigil::detail
