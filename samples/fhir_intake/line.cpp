#include "line.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace fhir_intake {

line make_line(std::uint64_t seq, std::string text,
               std::shared_ptr<const std::string> file, std::uint64_t number) {
  auto size = text.size();
  auto checksum = checksum_of(text);
  return {seq, std::move(text), size, checksum, std::move(file), number};
}

std::size_t checksum_of(const std::string& text) noexcept {
  return std::hash<std::string_view>{}(text);
}

std::string origin(const line& x) {
  return (x.file ? *x.file : std::string{"?"}) + ':' + std::to_string(x.number);
}

} // namespace fhir_intake
