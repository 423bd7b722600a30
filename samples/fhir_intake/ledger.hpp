#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace fhir_intake {

/// How a line ended.
enum class verdict : std::uint8_t { stored, rejected };

/// Knows of every line of a run whether it was read and how it ended: the one
/// place from which all counts come.
///
/// It is keyed by sequence number, and a line is settled once: who settles it
/// again is told so, and nothing is counted. So a line that was sent twice,
/// after the death of the store, of a worker or of the reader, counts once
/// whoever sent it, and `stored + rejected + pending = read` always holds.
///
/// The ledger outlives the actors of the tree; that is what lets a restarted
/// reader go on where its predecessor stopped. Memory is bounded by the number
/// of lines on their way, not by the number of lines. Thread-safe.
class ledger {
public:
  struct totals {
    std::uint64_t read = 0;
    std::uint64_t stored = 0;
    std::uint64_t rejected = 0;
    /// Of those rejected, the ones that were damaged on request.
    std::uint64_t damaged = 0;

    [[nodiscard]] std::uint64_t pending() const noexcept {
      return read - stored - rejected;
    }
  };

  struct reason {
    std::string text;
    std::uint64_t count = 0;
    /// Where the first such line stands.
    std::string first;
  };

  /// Notes that line `seq` was read. Returns whether it has to be processed:
  /// false if it is settled already.
  /// @pre all lines before `seq` were begun
  bool begin(std::uint64_t seq);

  /// Notes that line `seq` is in the database. Returns whether this settled it.
  bool store(std::uint64_t seq);

  /// Notes that line `seq`, which stands at `where`, will not be stored.
  /// Returns whether this settled it.
  bool reject(std::uint64_t seq, const std::string& why,
              const std::string& where, bool damaged_on_request);

  /// Returns the first line that is not settled: where a reader has to start.
  [[nodiscard]] std::uint64_t resume_at() const;

  [[nodiscard]] totals count() const;

  /// Returns the reasons for rejections, the commonest first.
  [[nodiscard]] std::vector<reason> reasons() const;

  /// Different reasons that are told apart; the rest is counted as "other".
  static constexpr std::size_t max_reasons = 100;

private:
  struct tally {
    std::uint64_t count = 0;
    std::string first;
  };

  bool settle(std::uint64_t seq);

  mutable std::mutex mutex_;
  totals totals_;
  std::map<std::string, tally> reasons_;
  // Whether lines `base_`, `base_` + 1, … are settled; all before are.
  std::uint64_t base_ = 0;
  std::deque<bool> settled_;
};

} // namespace fhir_intake
