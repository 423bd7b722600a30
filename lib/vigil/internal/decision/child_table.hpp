#pragma once

#include <vigil/internal/decision/core_child.hpp>
#include <vigil/internal/decision/late_ends.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// The children of one supervisor in start order, which is the order of their
/// uids; found by uid and by id in O(1). Keeps count of significant ones, and
/// keeps the static ones for the next start. What it returns stays where it is
/// until it is erased.
class child_table {
public:
  using list = std::list<core_child>;
  using iterator = list::iterator;
  using const_iterator = list::const_iterator;

  /// `fleeting`: no spec is kept of a child that has ended.
  explicit child_table(bool fleeting);

  child_table(const child_table&) = delete;
  child_table& operator=(const child_table&) = delete;

  // -- who is there -----------------------------------------------------------

  /// Adds a static child, before any dynamic one. @pre its id is not taken
  child_uid add_static(shared_spec spec);

  /// Returns a uid for a child that will be added, now or later.
  [[nodiscard]] child_uid new_uid() noexcept;

  /// Adds a dynamic child. @pre its id is not taken
  core_child& add_dynamic(child_uid uid, shared_spec spec);

  /// Leaves the static children, as new but for `been_up` and with empty
  /// budgets of their own.
  void reset();

  /// The child is gone for good.
  void erase(core_child& x);

  // -- looking up -------------------------------------------------------------

  /// Returns null if there is no such child.
  [[nodiscard]] core_child* find(child_uid uid) {
    const auto x = by_uid_.find(uid);
    return x != by_uid_.end() ? &*x->second : nullptr;
  }

  [[nodiscard]] const core_child* find(child_uid uid) const {
    const auto x = by_uid_.find(uid);
    return x != by_uid_.end() ? &*x->second : nullptr;
  }

  [[nodiscard]] core_child* find(std::string_view id);
  [[nodiscard]] const core_child* find(std::string_view id) const;

  /// Returns where the children of at least that uid begin. O(1) if it is there
  /// or 0, else O(n).
  [[nodiscard]] iterator from(child_uid uid);

  [[nodiscard]] list& all() noexcept {
    return children_;
  }

  [[nodiscard]] const list& all() const noexcept {
    return children_;
  }

  // -- what changes -----------------------------------------------------------

  /// The only way to change a child's state.
  void set_state(core_child& x, child_state next) noexcept {
    if (x.spec->significant) {
      significant_alive_ -= x.state != child_state::stopped ? 1 : 0;
      significant_alive_ += next != child_state::stopped ? 1 : 0;
    }
    x.state = next;
  }

  /// The child's incarnation came up.
  void note_up(core_child& x);

  /// Returns how many significant children are not stopped.
  [[nodiscard]] std::size_t significant_alive() const noexcept {
    return significant_alive_;
  }

  [[nodiscard]] late_ends& late() noexcept {
    return late_;
  }

  /// Returns what is wrong with the table or with one of its children, or null.
  /// O(n); for tests.
  [[nodiscard]] const char* flaw() const;

private:
  struct static_child {
    shared_spec spec;
    std::shared_ptr<restart_window> budget;
    bool been_up = false;
  };

  core_child& insert(child_uid uid, shared_spec spec, bool dynamic);

  bool fleeting_;
  std::vector<static_child> statics_; // of uid 1, 2, …
  list children_;
  std::unordered_map<child_uid, iterator> by_uid_;
  std::unordered_map<std::string_view, core_child*> by_id_;
  late_ends late_;
  std::size_t significant_alive_ = 0;
  child_uid last_uid_ = 0;
};

} // namespace vigil::detail
