#include "script.hpp"

#include <stdexcept>
#include <utility>

namespace test {

// -- errors -------------------------------------------------------------------

namespace {

class trouble_category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override {
    return "test";
  }

  [[nodiscard]] std::string message(int x) const override {
    switch (static_cast<trouble>(x)) {
      case trouble::died:
        return "died";
      case trouble::refused:
        return "refused";
      case trouble::no_luck:
        return "no_luck";
    }
    return "unknown";
  }
};

} // namespace

std::error_code make_error_code(trouble x) {
  static const trouble_category category;
  return {static_cast<int>(x), category};
}

std::string name_of(const std::error_code& x) {
  if (x.category() == vigil::vigil_category())
    return vigil::to_string(static_cast<vigil::errc>(x.value()));
  return x.message();
}

std::string chain(const vigil::failure& x) {
  auto result = name_of(x.code);
  for (auto next = x.cause; next != nullptr; next = next->cause)
    result += " < " + name_of(next->code);
  return result;
}

// -- children -----------------------------------------------------------------

std::string to_string(kind x) {
  switch (x) {
    case kind::in_place:
      return "in place";
    case kind::respawn:
      return "respawn";
    case kind::of_class:
      return "class";
    case kind::callable:
      return "callable";
  }
  return "unknown";
}

namespace {

/// Logs the begin and the end of one incarnation.
class life_mark {
public:
  life_mark(const script& x)
    : log_(x.log), name_(x.id + '#' + std::to_string(x.lives)) {
    log_->lines.push_back("start " + name_);
  }

  ~life_mark() {
    log_->lines.push_back("stop " + name_);
  }

  life_mark(const life_mark&) = delete;
  life_mark& operator=(const life_mark&) = delete;

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

private:
  std::shared_ptr<journal> log_;
  std::string name_;
};

void set_farewell(worker::pointer self, const script& x,
                  const life_mark& mark) {
  const auto how = x.asked;
  if (how == farewell::plain)
    return;
  auto log = x.logs_asks ? x.log : nullptr;
  const auto takes = x.takes;
  // An exit handler may outlive the behavior: it must not hold the mark.
  self->set_exit_handler([=, name = mark.name()](caf::exit_msg& msg) {
    if (log != nullptr)
      log->lines.push_back("ask " + name);
    switch (how) {
      case farewell::plain:
      case farewell::stuck:
        break;
      case farewell::trap:
        self->quit(std::move(msg.reason));
        break;
      case farewell::slow:
        vigil::this_child(self).run_after(
          takes, [self, why = msg.reason] { self->quit(why); });
        break;
      case farewell::bad:
        self->quit(vigil::to_caf({trouble::no_luck, "while stopping"}));
        break;
    }
  });
}

[[noreturn]] void throw_up(const std::string& what) {
  throw std::runtime_error{what};
}

vigil::outcome<std::string> obey(worker::pointer self, const life_mark& mark,
                                 const std::string& what) {
  auto me = vigil::this_child(self);
  if (what == "stop")
    self->quit();
  else if (what == "shutdown")
    self->quit(caf::make_error(caf::exit_reason::user_shutdown));
  else if (what == "kill")
    self->quit(caf::make_error(caf::exit_reason::kill));
  else if (what == "quit")
    self->quit(caf::make_error(caf::sec::runtime_error));
  else if (what == "die")
    return vigil::fault(trouble::died, "told to die");
  else if (what == "fail")
    me.fail(trouble::died, "told to fail");
  else if (what == "throw")
    throw_up("told to throw");
  else if (what == "error")
    return vigil::error(trouble::no_luck, "told to");
  else if (what == "unbecome")
    self->unbecome();
  return mark.name();
}

worker::behavior_type live(worker::pointer self, const script_ptr& x) {
  auto mark = std::make_shared<life_mark>(*x);
  set_farewell(self, *x, *mark);
  return vigil::behavior(self, [self, mark](const std::string& what) {
    return obey(self, *mark, what);
  });
}

/// What stands where no incarnation comes of the start.
worker::behavior_type nobody(worker::pointer self) {
  return vigil::behavior(
    self, [](const std::string&) { return std::string{"nobody"}; });
}

} // namespace

begin next_start(script& x) {
  ++x.lives;
  if (x.starts.empty())
    return x.later;
  const auto result = x.starts.front();
  x.starts.pop_front();
  return result;
}

worker::behavior_type work(worker::pointer self, script_ptr x) {
  auto me = vigil::this_child(self);
  switch (next_start(*x)) {
    case begin::ok:
      return live(self, x);
    case begin::fail:
      me.fail(trouble::refused, "told to refuse");
      break;
    case begin::throws:
      throw_up("told to throw in init");
    case begin::ignore:
      me.ignore();
      break;
    case begin::quit:
      self->quit();
      break;
    case begin::quit_badly:
      self->quit(caf::make_error(caf::sec::runtime_error));
      break;
  }
  return nobody(self);
}

vigil::child_builder<worker> doing(const std::string& id, actions x) {
  auto all = std::make_shared<actions>(std::move(x));
  return vigil::child(id, [all](worker::pointer self) {
    if (all->start)
      all->start(self);
    return vigil::behavior(
      self,
      [all, self](const std::string& what) -> vigil::outcome<std::string> {
        if (what == "die")
          return vigil::fault(trouble::died, "told to die");
        return all->commands.at(what)(self);
      });
  });
}

std::string join(const std::vector<std::string>& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

} // namespace test
