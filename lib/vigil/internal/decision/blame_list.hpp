#pragma once

#include <vigil/stop_report.hpp>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace vigil::detail {

/// Makes the report of a stop of many children. Each is in it once, for the
/// last thing it was blamed for; O(1).
class blame_list {
public:
  void add(std::string path, errc what) {
    auto& all = report_.culprits;
    const auto [i, first] = places_.try_emplace(path, all.size());
    if (first)
      all.push_back({std::move(path), what});
    else
      all[i->second].what = what;
  }

  [[nodiscard]] const stop_report& report() const noexcept {
    return report_;
  }

private:
  stop_report report_;
  std::unordered_map<std::string, std::size_t> places_;
};

} // namespace vigil::detail
