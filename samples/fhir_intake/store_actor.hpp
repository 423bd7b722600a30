#pragma once

#include "database.hpp"
#include "killer.hpp"
#include "messages.hpp"

#include <memory>

namespace fhir_intake {

/// Keeps resources in a database that it opens when it starts.
///
/// Whatever SQLite says is a fault: the connection is not to be trusted any
/// more, and a new incarnation opens it anew. What does not heal that way (a
/// full disk, a database that cannot be written) spends the restart budget, and
/// then the supervisor tells its own the reason.
[[nodiscard]] store::behavior_type
store_actor(store::pointer self, const database_options& where,
            const std::shared_ptr<store_killer>& killer);

} // namespace fhir_intake
