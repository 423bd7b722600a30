#include "books.hpp"

#include <vigil/detail/task/task_base.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/pool/pool_front.hpp>
#include <vigil/internal/static/tree_owner.hpp>

#include <utility>

namespace test {

namespace {

using vigil::detail::child_cell;
using vigil::detail::pool_front;
using vigil::detail::slot;
using vigil::detail::supervisor_cell;
using vigil::detail::task_base;
using vigil::detail::task_set;

struct opened : vigil::tree_ref {
  static std::shared_ptr<const supervisor_cell> root(const tree_ref& x) {
    return (x.*&opened::owner)().cell;
  }
};

std::string at(const std::string& path, const char* flaw) {
  return flaw == nullptr ? std::string{} : path + " is wrong: " + flaw;
}

std::string flaw_of_handle(const child_cell& x) {
  const auto handle = x.handle();
  if (handle == nullptr)
    return {};
  if (const auto* to = dynamic_cast<const slot*>(handle->get()))
    return at(x.path(), slot::flaw(to->look()));
  if (const auto* to = dynamic_cast<const pool_front*>(handle->get()))
    return at(x.path(), pool_front::flaw(to->look()));
  return {};
}

std::string flaw_of_tasks(const supervisor_cell& x) {
  const auto tasks = std::dynamic_pointer_cast<task_set>(x.population.lock());
  if (tasks == nullptr)
    return {};
  for (const auto& task : tasks->children())
    if (auto text = at(task->path(), task_base::flaw(task->look()));
        !text.empty())
      return text;
  return {};
}

std::string flaw_below(const supervisor_cell& x) {
  if (auto text = flaw_of_tasks(x); !text.empty())
    return text;
  for (const auto& child : x.children()) {
    auto text = flaw_of_handle(*child);
    if (text.empty() && child->nested != nullptr)
      text = flaw_below(*child->nested);
    if (!text.empty())
      return text;
  }
  return {};
}

} // namespace

void book_keeper::add(const vigil::tree_ref& tree) {
  trees_.push_back(opened::root(tree));
}

std::string book_keeper::flaw() const {
  for (const auto& x : trees_)
    if (const auto cell = x.lock())
      if (auto text = flaw_below(*cell); !text.empty())
        return text;
  return {};
}

std::string flaw_of(const vigil::tree_ref& tree) {
  return flaw_below(*opened::root(tree));
}

} // namespace test
