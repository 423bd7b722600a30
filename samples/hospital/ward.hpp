#pragma once

/// What the children of the hospital know of the ward.

// doc: ward
#include <vigil/vigil.hpp>

// An ordinary CAF interface: a patient's name in, the body mass index out.
using ward = vigil::typed_actor<caf::result<double>(std::string)>;

// Ties an id to an interface: a factory that does not fit is a compile error.
inline constexpr vigil::child_key<ward, "ward-monitor"> ward_key;
// doc: end
