#pragma once

#include <cstdint>

namespace fhir_intake {

/// Decides when the store has to die (`--kill-store EVERY`). Outlives the
/// store's incarnations; only the one that lives uses it.
class store_killer {
public:
  /// At which point of a batch.
  enum class moment : std::uint8_t {
    never,
    /// All is written and nothing committed: the batch is lost.
    before_commit,
    /// All is committed and the requester does not know: the batch comes twice.
    after_commit,
  };

  /// Kills at every `every` stored resources; never if that is 0.
  explicit store_killer(std::uint64_t every) : every_(every) {
    // nop
  }

  /// Says when to die while a batch of `n` resources is stored. The batch after
  /// a deadly one is the same again: it is spared, or there would be no
  /// progress, and not counted twice.
  [[nodiscard]] moment strike(std::uint64_t n) noexcept;

private:
  std::uint64_t every_;
  std::uint64_t since_last_ = 0;
  std::uint64_t kills_ = 0;
  bool spare_ = false;
};

} // namespace fhir_intake
