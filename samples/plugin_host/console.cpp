#include "console.hpp"

#include <ostream>
#include <sstream>
#include <utility>

using namespace std::chrono_literals;

namespace plugin_host {

namespace {

constexpr const char* help_text = R"(load KIND NAME   load a plugin
call NAME ARG    ask it
crash NAME       have it crash
unload NAME      stop it, and free its name
list             all plugins
tree             the supervision tree
help             this
quit             leave)";

std::string text_of(const vigil::failure& x) {
  return x.message.empty() ? to_string(x) : x.message;
}

} // namespace

console::console(caf::actor_system& sys, vigil::tree_ref tree, plugins all,
                 std::filesystem::path folder, std::ostream& out)
  : self_(sys), tree_(std::move(tree)), all_(std::move(all)),
    folder_(std::move(folder)), out_(out) {
  // nop
}

bool console::run(const std::string& line) {
  std::istringstream in{line};
  std::string command;
  std::string first;
  std::string rest;
  in >> command >> first >> std::ws;
  std::getline(in, rest);
  if (command == "quit")
    return false;
  if (command == "load" && !rest.empty())
    load(first, rest);
  else if (command == "call" && !rest.empty())
    call(first, rest);
  else if (command == "crash" && !first.empty())
    crash(first);
  else if (command == "unload" && !first.empty())
    unload(first);
  else if (command == "list")
    list();
  else if (command == "tree")
    out_ << to_string(tree_.snapshot()) << std::flush;
  else if (command == "help")
    say(help_text);
  else if (!command.empty())
    say("\"" + line + "\" is no command; \"help\" lists them");
  return true;
}

// -- commands -----------------------------------------------------------------

void console::load(const std::string& kind, const std::string& name) {
  auto code = module::load(folder_, kind);
  if (!code)
    return say("cannot load " + name + ": " + code.error().message);
  plugin_setup setup{name,   kind, std::move(code).value(),
                     names_, {},   std::make_shared<std::atomic<uint64_t>>(0)};
  auto child = all_.start_child(setup);
  if (!child)
    return say("cannot load " + name + ": "
               + text_of(child.error().root_cause()));
  loaded_.insert_or_assign(name, entry{std::move(setup)});
  say(name + " is loaded");
}

void console::call(const std::string& name, const std::string& argument) {
  auto to = find(name);
  if (!to)
    return say(to.error().message);
  vigil::mail(self_, argument)
    .request(to.value(), 5s)
    .receive([&](const std::string& x) { say(name + ": " + x); },
             [&](const caf::error& x) { explain(name, vigil::to_failure(x)); });
}

void console::crash(const std::string& name) {
  auto to = find(name);
  if (!to)
    return say(to.error().message);
  vigil::mail(self_, crash_now{})
    .request(to.value(), 5s)
    .receive([] {},
             [&](const caf::error& x) { explain(name, vigil::to_failure(x)); });
}

void console::unload(const std::string& name) {
  auto child = find(name);
  if (child) {
    if (auto done = all_.terminate_child(child.value()); !done)
      return say("cannot unload " + name + ": " + text_of(done.error()));
  } else if (!loaded_.contains(name)) {
    return say(child.error().message);
  }
  loaded_.erase(name);
  say(name + " is unloaded");
}

void console::list() {
  if (loaded_.empty())
    say("no plugins");
  for (const auto& [name, one] : loaded_) {
    const auto& x = one.setup;
    const auto crashes = std::to_string(*x.crashes) + " crashes";
    auto child = find(name);
    auto bytes = child ? usage(child.value()) : child.error();
    if (bytes)
      say(name + ": " + x.kind + ", running, " + std::to_string(bytes.value())
          + " of " + std::to_string(x.allowed.memory) + " bytes, " + crashes);
    else
      say(name + ": " + x.kind + ", unloaded after " + crashes);
  }
}

// -- parts --------------------------------------------------------------------

vigil::result<plugin> console::find(const std::string& name) const {
  auto found = names_.whereis<plugin>(name);
  if (found)
    return found;
  const auto known = loaded_.contains(name);
  return vigil::failure{vigil::errc::not_found,
                        known ? name + " is unloaded: it crashed too often"
                              : "there is no plugin named " + name};
}

vigil::result<std::uint64_t> console::usage(const plugin& x) {
  vigil::result<std::uint64_t> result{0};
  vigil::mail(self_, get_usage{})
    .request(x, 5s)
    .receive([&](std::uint64_t n) { result = n; },
             [&](const caf::error& why) { result = vigil::to_failure(why); });
  return result;
}

// A fault is answered before the restart: the next answer comes after it.
void console::explain(const std::string& name, const vigil::failure& why) {
  auto alive = false;
  if (auto child = names_.whereis<plugin>(name))
    alive = usage(child.value()).has_value();
  auto& [setup, told] = loaded_.at(name);
  const auto crashes = setup.crashes->load();
  if (!alive)
    say(name + " crashed: " + text_of(why) + "; unloaded after "
        + std::to_string(crashes) + " crashes");
  else if (std::exchange(told, crashes) < crashes)
    say(name + " crashed: " + text_of(why) + "; restarted");
  else
    say(name + ": " + text_of(why));
}

void console::say(const std::string& text) {
  out_ << text << std::endl;
}

} // namespace plugin_host
