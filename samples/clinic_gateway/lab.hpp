#pragma once

#include <vigil/vigil.hpp>

#include <map>
#include <string>
#include <system_error>

namespace clinic {

/// A patient's values, and whether they are from before.
struct report {
  std::string text;
  bool cached = false;
};

} // namespace clinic

CAF_BEGIN_TYPE_ID_BLOCK(clinic_gateway, 1000)

CAF_ADD_TYPE_ID(clinic_gateway, (clinic::report))

CAF_END_TYPE_ID_BLOCK(clinic_gateway)

VIGIL_MESSAGE_TYPE(clinic::report)

namespace clinic {

/// Who knows a patient's values.
using lab = vigil::typed_actor<caf::result<report>(std::string)>;

/// One that is told them too.
using archive = vigil::typed_actor<caf::result<report>(std::string),
                                   caf::result<void>(std::string, std::string)>;

inline constexpr vigil::child_key<lab, "lab"> lab_key;
inline constexpr vigil::child_key<archive, "archive"> archive_key;

enum class lab_errc { unreachable = 1, refused, unknown_patient };

[[nodiscard]] std::error_code make_error_code(lab_errc x) noexcept;

/// Asks the laboratory over HTTP. It blocks, so it wants a thread of its own.
lab::behavior_type http_lab(lab::pointer self, int port);

/// Remembers the last values of each patient.
archive::behavior_type memory(archive::pointer self);

} // namespace clinic

template <>
struct std::is_error_code_enum<clinic::lab_errc> : std::true_type {};
