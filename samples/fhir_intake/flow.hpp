#pragma once

#include "line.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace fhir_intake {

/// Validated resources on their way to the store. Shared, never copied, and
/// sent again as it is when the store died over it.
using batch = std::shared_ptr<const std::vector<resource>>;

/// Keeps the flow bounded: says when the reader may take one more line, and
/// when a batch is due. Plain bookkeeping without actors.
///
/// At most `limit` lines are with workers or validated, and one batch of at
/// most `limit` is with the store. Who wants more waits for an answer.
class flow {
public:
  explicit flow(std::size_t limit) : limit_(limit) {
    // nop
  }

  /// Returns whether there is room for one more line.
  [[nodiscard]] bool has_room() const noexcept {
    return with_workers_ + validated_.size() < limit_;
  }

  /// A line went to a worker.
  void taken() noexcept {
    ++with_workers_;
  }

  /// A worker approved a line.
  void approved(resource x) {
    --with_workers_;
    validated_.push_back(std::move(x));
  }

  /// A worker gave a line back or died over it.
  void returned() noexcept {
    --with_workers_;
  }

  /// Returns a batch if one is due, or null. Due is a full one, and any once no
  /// more lines will come. The next is due after `batch_done`.
  [[nodiscard]] batch next_batch(bool input_ended) {
    auto full = validated_.size() >= limit_;
    auto last = input_ended && with_workers_ == 0 && !validated_.empty();
    if (with_store_ || !(full || last))
      return nullptr;
    with_store_ = true;
    return std::make_shared<const std::vector<resource>>(
      std::exchange(validated_, {}));
  }

  /// The store has it.
  void batch_done() noexcept {
    with_store_ = false;
  }

  /// Returns whether nothing is on its way.
  [[nodiscard]] bool idle() const noexcept {
    return with_workers_ == 0 && validated_.empty() && !with_store_;
  }

private:
  std::size_t limit_;
  std::size_t with_workers_ = 0;
  std::vector<resource> validated_;
  bool with_store_ = false;
};

} // namespace fhir_intake
