#include <vigil/internal/base/mark.hpp>
#include <vigil/internal/decision/late_ends.hpp>

namespace vigil::detail {

void late_ends::expect(child_uid child, bool up) {
  auto& debt = debts_[child];
  ++(up ? debt.exits : debt.starts);
}

bool late_ends::swallow_one(child_uid child, bool end_of_start) {
  const auto x = debts_.find(child);
  if (x == debts_.end())
    return false;
  auto& debt = x->second;
  auto& owed = end_of_start || debt.exits == 0 ? debt.starts : debt.exits;
  if (owed == 0) {
    VIGIL_MARK("a start fails that is not the late one: that had come up");
    return false;
  }
  if (!end_of_start && debt.exits == 0)
    VIGIL_MARK("the end of who was left behind while it started");
  --owed;
  if (debt.exits + debt.starts == 0)
    debts_.erase(x);
  return true;
}

void late_ends::write_off(child_uid child) {
  debts_.erase(child);
}

void late_ends::write_off_after(child_uid child) {
  std::erase_if(debts_, [child](const auto& x) { return x.first > child; });
}

} // namespace vigil::detail
