#pragma once

#include <vigil/policy.hpp>

#include <string>
#include <vector>

namespace vigil::detail {

/// Says that `who` failed once more than `limit` allows, or ended if that was
/// `clean`; `earlier` holds the failures before the last one, a line each.
[[nodiscard]] std::string limit_text(const std::string& who,
                                     const restart_intensity& limit,
                                     const std::vector<std::string>& earlier,
                                     bool clean = false);

} // namespace vigil::detail
