#pragma once

#include <vigil/failure.hpp>

#include <optional>
#include <string>

namespace vigil::detail {

/// Returns why what sends messages of ours cannot be started: nobody has told
/// CAF of their types, which CAF 1.x answers with an abort. `path` is the
/// failure's. Thread-safe, O(1).
[[nodiscard]] std::optional<failure> unprepared(const std::string& path);

} // namespace vigil::detail
