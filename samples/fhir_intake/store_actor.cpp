#include "store_actor.hpp"

#include "errors.hpp"

#include <vigil/vigil.hpp>

#include <utility>

namespace fhir_intake {

namespace {

vigil::fault_reason fault_of(const vigil::failure& why) {
  return vigil::fault(why.code, why.message);
}

vigil::outcome<void> put(database& db, store_killer& killer, const batch& x) {
  using enum store_killer::moment;
  const auto moment = killer.strike(x->size());
  if (auto written = db.write(*x); !written)
    return fault_of(written.error());
  if (moment == before_commit)
    return vigil::fault(intake_errc::killed_on_request, "before its commit");
  if (auto committed = db.commit(); !committed)
    return fault_of(committed.error());
  if (moment == after_commit)
    return vigil::fault(intake_errc::killed_on_request, "before its answer");
  return vigil::success();
}

} // namespace

store::behavior_type store_actor(store::pointer self,
                                 const database_options& where,
                                 const std::shared_ptr<store_killer>& killer) {
  auto opened = database::open(where);
  if (!opened) {
    vigil::this_child(self).fail(opened.error().code, opened.error().message);
    return vigil::behavior(self, [](const batch&) -> vigil::outcome<void> {
      return vigil::error("the database is not open");
    });
  }
  std::shared_ptr<database> db = std::move(opened.value());
  return vigil::behavior(self,
                         [db, killer](const batch& x) -> vigil::outcome<void> {
                           return put(*db, *killer, x);
                         });
}

} // namespace fhir_intake
