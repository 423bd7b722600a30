// Precompiled for the test binaries; see lib/pch/vigil_pch.hpp.

#include <caf/all.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
