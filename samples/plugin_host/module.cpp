#include "module.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>

namespace plugin_host {

namespace {

vigil::failure wrong(std::string text) {
  return {vigil::errc::unspecified, std::move(text)};
}

bool is_word(const std::string& x) {
  return std::all_of(x.begin(), x.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_';
  });
}

} // namespace

vigil::result<std::shared_ptr<const module>>
module::load(const std::filesystem::path& folder, const std::string& kind) {
  const auto path = folder / (kind + ".so");
  std::error_code ignored;
  if (!is_word(kind) || !std::filesystem::is_regular_file(path, ignored))
    return wrong("there is no plugin of the kind \"" + kind + '"');
  auto* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return wrong(kind + ".so cannot be loaded: " + dlerror());
  const std::shared_ptr<module> result{new module{library}};
  auto* symbol = dlsym(library, "vigil_sample_plugin");
  if (symbol == nullptr)
    return wrong(kind + ".so is no plugin: it has no vigil_sample_plugin");
  result->api_ = reinterpret_cast<plugin_entry>(symbol)();
  if (result->api_->version != plugin_abi_version)
    return wrong(
      kind + ".so is for version " + std::to_string(result->api_->version)
      + " of the host, this is version " + std::to_string(plugin_abi_version));
  return std::shared_ptr<const module>{result};
}

module::~module() {
  dlclose(library_);
}

} // namespace plugin_host
