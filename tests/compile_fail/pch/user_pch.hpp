// Precompiled for what must not compile: what a user includes.

#include <vigil/vigil.hpp>
