#pragma once

#include "module.hpp"

#include <vigil/vigil.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace plugin_host {

/// Tells a plugin to crash.
struct crash_now {};

/// Asks a plugin how many bytes it has.
struct get_usage {};

} // namespace plugin_host

CAF_BEGIN_TYPE_ID_BLOCK(plugin_host, 1000)

CAF_ADD_TYPE_ID(plugin_host, (plugin_host::crash_now))
CAF_ADD_TYPE_ID(plugin_host, (plugin_host::get_usage))

CAF_END_TYPE_ID_BLOCK(plugin_host)

VIGIL_MESSAGE_TYPE(plugin_host::crash_now)
VIGIL_MESSAGE_TYPE(plugin_host::get_usage)

namespace plugin_host {

using plugin = vigil::typed_actor<caf::result<std::string>(std::string),
                                  caf::result<void>(crash_now),
                                  caf::result<std::uint64_t>(get_usage)>;

struct limits {
  /// Bytes that one incarnation of a plugin may have at a time.
  std::size_t memory = 64 * 1024;
  /// So many crashes are healed; the next one unloads the plugin.
  std::uint64_t crashes = 2;
};

/// One loaded plugin, as the command line knows it and all its incarnations.
struct plugin_setup {
  std::string name;
  std::string kind;
  std::shared_ptr<const module> code;
  vigil::registry names;
  limits allowed;
  std::shared_ptr<std::atomic<std::uint64_t>> crashes;
};

/// Runs a plugin under its name. A plugin that has crashed too often is not
/// started again, which ends the child.
plugin::behavior_type run_plugin(plugin::pointer self, plugin_setup x);

} // namespace plugin_host
