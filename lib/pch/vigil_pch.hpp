// Precompiled for the library and its tests, because CAF's headers cost
// seconds per translation unit. Never include it: a file names what it uses.
// `./dev check` builds without it (-Db_pch=false) to keep that true.

#include "no_time_sums.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
