#pragma once

#include <vigil/failure.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::detail {

/// Which settings of a builder were given a null function or a null handle.
///
/// Who sets a setting again takes back what it was before, and nothing that
/// another setting was given: no later setter hides an earlier mistake.
class VIGIL_EXPORT null_settings {
public:
  /// Notes what `setting` was given now. The text has to live for ever.
  void note(const char* setting, bool is_null) {
    const auto same = [=](const char* x) {
      return std::string_view{x} == setting;
    };
    names_.erase(std::remove_if(names_.begin(), names_.end(), same),
                 names_.end());
    if (is_null)
      names_.push_back(setting);
  }

  /// The same for a setting that adds to what it was given before.
  void note_more(const char* setting, bool is_null) {
    if (is_null)
      note(setting, true);
  }

  /// Returns the setting that was given nothing first; null if there is none.
  [[nodiscard]] const char* first() const noexcept {
    return names_.empty() ? nullptr : names_.front();
  }

  /// Returns that it was, of `whose`, such as `"retry 'db'"`; or nothing.
  [[nodiscard]] std::optional<failure> check(const std::string& whose) const;

private:
  std::vector<const char*> names_;
};

} // namespace vigil::detail
