#pragma once

#include "plugin_abi.hpp"

#include <vigil/result.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace plugin_host {

/// A shared object that holds a plugin; closed with the last reference.
class module {
public:
  /// Loads `folder/kind.so`. Fails with a sentence for the user if there is no
  /// such file, if it is no plugin, or one for another version of the host.
  [[nodiscard]] static vigil::result<std::shared_ptr<const module>>
  load(const std::filesystem::path& folder, const std::string& kind);

  ~module();
  module(const module&) = delete;
  module& operator=(const module&) = delete;

  [[nodiscard]] const plugin_api& api() const noexcept {
    return *api_;
  }

private:
  explicit module(void* library) : library_(library) {
    // nop
  }

  void* library_;
  const plugin_api* api_ = nullptr;
};

} // namespace plugin_host
