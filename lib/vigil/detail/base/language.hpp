#pragma once

// Seen before any other header of ours: one sentence instead of hundreds of
// errors. The include is fatal, where #error alone lets the compiler go on.
#if __cplusplus < 202002L
#  error "vigil needs C++20: compile with -std=c++20"
#  include <needs/cxx20>
#endif
