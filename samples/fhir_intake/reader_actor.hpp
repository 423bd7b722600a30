#pragma once

#include "faults.hpp"
#include "inventory.hpp"
#include "ledger.hpp"
#include "messages.hpp"
#include "peers.hpp"
#include "source.hpp"

#include <cstddef>
#include <memory>

namespace fhir_intake {

/// What a reader works with. All of it outlives the reader.
struct reader_setup {
  input in;
  fault_plan faults;
  /// Resources in one transaction of the store.
  std::size_t batch_size = 200;
  std::shared_ptr<ledger> book = {};
  std::shared_ptr<inventory> stock = {};
  std::shared_ptr<peer_book> peers = {};
};

/// Reads the input, has each line checked and what is valid stored, and sees to
/// it that every line is settled in the ledger. Then it ends normally.
///
/// The lines are the input of a stream of tasks, as many at a time as there are
/// workers: a worker gets its next line when it answered for the last, and
/// lines are read only while there is room for them (`flow`).
///
/// - A worker that crashes over a line takes the line with it: it is rejected,
///   for the next worker would crash over it just the same.
/// - A line that was lost for any other reason goes to the next worker.
/// - A batch that the store did not acknowledge is sent again, unchanged.
/// - A reader that is restarted begins where the ledger has the first line that
///   is not settled.
[[nodiscard]] reader::behavior_type reader_actor(reader::pointer self,
                                                 const reader_setup& setup);

} // namespace fhir_intake
