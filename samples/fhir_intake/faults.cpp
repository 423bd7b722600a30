#include "faults.hpp"

#include "mix.hpp"

namespace fhir_intake {

namespace {

constexpr std::uint64_t fault_stream = 0x6661756c74;

} // namespace

std::string_view to_string(damage x) noexcept {
  switch (x) {
    case damage::none:
      return "none";
    case damage::flipped:
      return "flipped";
    case damage::truncated:
      return "truncated";
    case damage::emptied:
      return "emptied";
  }
  return "unknown";
}

damage fault_plan::at(std::uint64_t seq) const noexcept {
  auto dice = mix(seed_ ^ fault_stream, seq);
  if (as_share(dice) >= rate_)
    return damage::none;
  // Mostly faults by value, as in a service that uses the library well.
  switch (mix(dice, 0) % 10) {
    case 0:
      return damage::truncated;
    case 1:
      return damage::emptied;
    default:
      return damage::flipped;
  }
}

void fault_plan::apply(line& x) const {
  switch (at(x.seq)) {
    case damage::none:
      break;
    case damage::flipped:
      if (auto& text = x.text; !text.empty())
        text[mix(seed_, x.seq) % text.size()] ^= 0x20;
      break;
    case damage::truncated:
      x.text.resize(x.text.size() / 2);
      break;
    case damage::emptied:
      x.text.clear();
      break;
  }
}

} // namespace fhir_intake
