#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace fhir_intake {

/// Longer lines are cut to one byte more than this, and rejected.
inline constexpr std::size_t max_line_bytes = 16u << 20;

/// One line of input on its way through the service.
struct line {
  /// Names the line in the whole run: 0, 1, 2, … in reading order.
  std::uint64_t seq = 0;

  std::string text;

  /// What `text` was when it was read. A worker that finds something else
  /// knows that memory or transport lied to it.
  std::size_t size = 0;
  std::size_t checksum = 0;

  /// Where it came from: a file and the line number in it.
  std::shared_ptr<const std::string> file;
  std::uint64_t number = 0;
};

/// Makes a line that says the truth about its text.
[[nodiscard]] line make_line(std::uint64_t seq, std::string text,
                             std::shared_ptr<const std::string> file,
                             std::uint64_t number);

[[nodiscard]] std::size_t checksum_of(const std::string& text) noexcept;

/// Returns `file:number`.
[[nodiscard]] std::string origin(const line& x);

/// A line that passed validation.
struct resource {
  std::uint64_t seq = 0;
  std::string type;
  std::string id;
  /// The resource as it was read.
  std::string text;
};

} // namespace fhir_intake
