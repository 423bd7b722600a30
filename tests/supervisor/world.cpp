#include "world.hpp"

#include <stdexcept>

namespace test {

namespace {

/// W as a class.
class worker_class : public worker::base {
public:
  worker_class(caf::actor_config& cfg, script_ptr x)
    : worker::base(cfg), script_(std::move(x)) {
    if (!script_->starts.empty() && script_->starts.front() == begin::throws)
      work(this, script_);
  }

  behavior_type make_behavior() override {
    return work(this, script_);
  }

private:
  script_ptr script_;
};

/// W as a function that makes an actor.
auto make_worker(script_ptr x) {
  return [x](caf::actor_system& sys) -> vigil::result<worker> {
    auto next = x->starts.empty() ? x->later : x->starts.front();
    if (next == begin::ok || next == begin::quit || next == begin::quit_badly)
      return sys.spawn<caf::hidden>(work, x);
    next_start(*x);
    if (next == begin::throws)
      throw std::runtime_error{"told to throw in init"};
    if (next == begin::ignore)
      return vigil::failure{vigil::errc::ignored};
    return vigil::failure{trouble::refused, "told to refuse"};
  };
}

} // namespace

// -- world --------------------------------------------------------------------

world::world() : sys_(cfg_), driver_(sys_) {
  // nop
}

world::~world() {
  for (auto& [id, x] : scripts_)
    x->door = {};
  // Trees that are left may need time to stop, and the end of the system waits
  // for them without driving the clock.
  advance(48h);
}

script& world::operator[](const std::string& id) {
  return *script_of(id);
}

script_ptr world::script_of(const std::string& id) {
  auto& result = scripts_[id];
  if (result == nullptr) {
    result = std::make_shared<script>();
    result->id = id;
    result->log = log_;
  }
  return result;
}

vigil::child_builder<worker> world::child(const std::string& id, kind k) {
  const auto x = script_of(id);
  switch (k) {
    case kind::in_place:
      break;
    case kind::respawn:
      return vigil::child(id, work, x).respawn();
    case kind::of_class:
      return vigil::child<gated<worker_class>>(id, &x->door, x);
    case kind::callable:
      return vigil::child(id, make_worker(x));
  }
  return vigil::child(id, work, x);
}

void world::open(const std::string& id) {
  auto& door = (*this)[id].door;
  door.closed = false;
  for (auto& x : std::exchange(door.held, {}))
    driver_.wake(x);
  run();
}

std::string world::log() {
  return join(std::exchange(log_->lines, {}));
}

void world::watch(const vigil::tree_ref& tree) {
  events_ = std::make_shared<std::vector<vigil::event>>();
  tree.events().subscribe(
    [out = events_](const vigil::event& x) { out->push_back(x); });
}

std::vector<vigil::event> world::take_events() {
  return std::exchange(*events_, {});
}

std::string world::events() {
  std::string result;
  for (auto& x : take_events()) {
    x.why.reset();
    result += vigil::to_string(x) + '\n';
  }
  return result;
}

void world::tell(const worker& to, const std::string& what) {
  caf::anon_send(to, what);
  run();
}

void world::tell(const vigil::tree_ref& tree, const std::string& path,
                 const std::string& what) {
  tell(handle_of(tree, path), what);
}

std::string world::ask(const worker& to, const std::string& what) {
  auto reply = request<std::string>(to, what);
  run();
  auto result = reply.get();
  return result ? result.value() : name_of(result.error().code);
}

std::string world::ask(const vigil::tree_ref& tree, const std::string& path,
                       const std::string& what) {
  return ask(handle_of(tree, path), what);
}

// -- looking ------------------------------------------------------------------

worker handle_of(const vigil::tree_ref& tree, std::string_view path) {
  auto result = tree.find<worker>(path);
  if (!result)
    FAIL(vigil::render(result.error()));
  return std::move(result).value();
}

std::string state_of(const vigil::tree_ref& tree, std::string_view path) {
  auto info = tree.which_child(path);
  return info ? std::string{vigil::to_string(info.value().state)} : "none";
}

std::string listing(const vigil::tree_ref& tree, std::string_view path) {
  auto all = tree.which_children(path);
  if (!all)
    return name_of(all.error().code);
  std::string result;
  for (const auto& x : all.value()) {
    result += (result.empty() ? "" : ", ") + x.id + ' ';
    result += vigil::to_string(x.state);
  }
  return result;
}

std::string counts(const vigil::tree_ref& tree, std::string_view path) {
  auto x = tree.count_children(path);
  if (!x)
    return name_of(x.error().code);
  const auto& n = x.value();
  return '[' + std::to_string(n.specs) + ", " + std::to_string(n.active) + ", "
         + std::to_string(n.supervisors) + ", " + std::to_string(n.workers)
         + ']';
}

} // namespace test
