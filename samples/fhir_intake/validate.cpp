#include "validate.hpp"

#include "errors.hpp"
#include "r4.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fhir_intake {

namespace {

using nlohmann::json;

// Returns the string in `x[key]`, or nothing if there is none.
std::string_view text_of(const json& x, std::string_view key) {
  auto i = x.find(key);
  if (i == x.end() || !i->is_string())
    return {};
  return i->get_ref<const std::string&>();
}

bool has(const json& x, std::string_view element) {
  constexpr std::string_view choice = "[x]";
  if (!element.ends_with(choice)) {
    auto i = x.find(element);
    return i != x.end() && !i->is_null();
  }
  element.remove_suffix(choice.size());
  return std::ranges::any_of(x.items(), [element](const auto& kvp) {
    const auto& key = kvp.key();
    return key.size() > element.size() && key.starts_with(element)
           && std::isupper(static_cast<unsigned char>(key[element.size()]));
  });
}

vigil::error_reason invalid(std::string_view type, std::string_view what) {
  return vigil::error(intake_errc::invalid_resource,
                      std::string{type}.append(" ").append(what));
}

// Returns what is wrong with `x`, or an empty string.
std::string broken_rule(const json& x, const r4_rule& rule) {
  for (auto element : rule.required)
    if (!has(x, element))
      return std::string{"without "}.append(element);
  if (auto element = rule.coded_element; !element.empty() && has(x, element))
    if (std::ranges::find(rule.codes, text_of(x, element)) == rule.codes.end())
      return std::string{"with unknown "}.append(element).append(" code");
  return {};
}

} // namespace

vigil::outcome<resource> validate(const line& x) {
  if (x.text.size() < x.size)
    throw std::length_error("line lost its end");
  if (x.text.size() != x.size || checksum_of(x.text) != x.checksum)
    return vigil::fault(intake_errc::damaged_line, "checksum differs");
  if (x.text.size() > max_line_bytes)
    return vigil::error(intake_errc::line_too_long, "more than 16 MiB");
  auto tree = json::parse(x.text, nullptr, false);
  if (tree.is_discarded())
    return vigil::error(intake_errc::not_json);
  if (!tree.is_object())
    return vigil::error(intake_errc::not_a_resource, "no JSON object");
  auto type = text_of(tree, "resourceType");
  if (type.empty())
    return vigil::error(intake_errc::not_a_resource, "no resourceType");
  if (!is_r4_type(type))
    return vigil::error(intake_errc::not_a_resource,
                        "resourceType unknown to R4");
  auto id = text_of(tree, "id");
  if (!has(tree, "id"))
    return invalid(type, "without id");
  if (!is_r4_id(id))
    return invalid(type, "with malformed id");
  if (const auto* rule = r4_rule_of(type)) {
    if (auto what = broken_rule(tree, *rule); !what.empty())
      return invalid(type, what);
  }
  if (type == "Patient" && has(tree, "birthDate")
      && !is_r4_date(text_of(tree, "birthDate")))
    return invalid(type, "with malformed birthDate");
  return resource{x.seq, std::string{type}, std::string{id}, x.text};
}

} // namespace fhir_intake
