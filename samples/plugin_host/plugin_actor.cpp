#include "plugin_actor.hpp"

#include "memory_account.hpp"

#include <array>

namespace plugin_host {

namespace {

/// One incarnation of a plugin. What it allocated ends with it.
class instance {
public:
  explicit instance(const plugin_setup& x)
    : code_(x.code), limit_(x.allowed.memory), account_(x.allowed.memory),
      self_(code_->api().open(account_.memory())) {
    // nop
  }

  ~instance() {
    if (self_ != nullptr)
      code_->api().close(self_);
  }

  instance(const instance&) = delete;
  instance& operator=(const instance&) = delete;

  [[nodiscard]] bool is_open() const noexcept {
    return self_ != nullptr;
  }

  [[nodiscard]] std::uint64_t used() const noexcept {
    return account_.used();
  }

  vigil::outcome<std::string> call(const std::string& argument) {
    std::array<char, 1024> out{};
    switch (
      code_->api().call(self_, argument.c_str(), out.data(), out.size())) {
      case plugin_ok:
        return std::string{out.data()};
      case plugin_bad_argument:
        return vigil::error(out.data());
      case plugin_broken:
        break;
    }
    if (account_.refused())
      return vigil::fault("over its limit of " + std::to_string(limit_)
                          + " bytes");
    return vigil::fault(out.data());
  }

private:
  std::shared_ptr<const module> code_;
  std::size_t limit_;
  memory_account account_;
  void* self_;
};

plugin::behavior_type nothing(plugin::pointer self) {
  return vigil::behavior(
    self, [](const std::string& x) { return x; }, [](crash_now) {},
    [](get_usage) { return std::uint64_t{0}; });
}

} // namespace

plugin::behavior_type run_plugin(plugin::pointer self, plugin_setup x) {
  const auto me = vigil::this_child(self);
  *x.crashes = me.incarnation() - 1;
  if (*x.crashes > x.allowed.crashes) {
    me.ignore();
    return nothing(self);
  }
  if (auto mine = x.names.register_name(x.name, self); !mine) {
    me.fail(mine.error().code, mine.error().message);
    return nothing(self);
  }
  auto loaded = std::make_shared<instance>(x);
  if (!loaded->is_open()) {
    me.fail("its limit of " + std::to_string(x.allowed.memory)
            + " bytes is too little for a start");
    return nothing(self);
  }
  return vigil::behavior(
    self, [loaded](const std::string& what) { return loaded->call(what); },
    [](crash_now) -> vigil::outcome<void> {
      return vigil::fault("told to crash");
    },
    [loaded](get_usage) { return loaded->used(); });
}

} // namespace plugin_host
