#include <vigil/internal/base/mark.hpp>
#include <vigil/internal/decision/child_table.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace vigil::detail {

namespace {

std::shared_ptr<restart_window> budget_for(const child_spec& spec) {
  return spec.intensity ? std::make_shared<restart_window>(*spec.intensity)
                        : nullptr;
}

} // namespace

child_table::child_table(bool fleeting) : fleeting_(fleeting) {
  // nop
}

// -- who is there -------------------------------------------------------------

child_uid child_table::add_static(shared_spec spec) {
  statics_.push_back({spec, budget_for(*spec)});
  return insert(++last_uid_, std::move(spec), false).uid;
}

child_uid child_table::new_uid() noexcept {
  return ++last_uid_;
}

core_child& child_table::add_dynamic(child_uid uid, shared_spec spec) {
  return insert(uid, std::move(spec), true);
}

core_child& child_table::insert(child_uid uid, shared_spec spec, bool dynamic) {
  auto& x = children_.emplace_back(uid, std::move(spec), dynamic);
  x.fleeting = fleeting_;
  x.budget = dynamic ? budget_for(*x.spec) : statics_[uid - 1].budget;
  by_uid_.emplace(uid, std::prev(children_.end()));
  by_id_.emplace(x.spec->id, &x);
  return x;
}

void child_table::reset() {
  by_id_.clear();
  by_uid_.clear();
  children_.clear();
  significant_alive_ = 0;
  for (std::size_t i = 0; i < statics_.size(); ++i) {
    auto& x = insert(i + 1, statics_[i].spec, false);
    x.been_up = statics_[i].been_up;
    if (x.budget != nullptr)
      x.budget->clear();
  }
  late_.write_off_after(statics_.size());
}

void child_table::erase(core_child& x) {
  if (x.dynamic)
    late_.write_off(x.uid);
  by_id_.erase(x.spec->id);
  const auto position = by_uid_.find(x.uid);
  const auto place = position->second;
  by_uid_.erase(position);
  children_.erase(place);
}

// -- looking up ---------------------------------------------------------------

core_child* child_table::find(std::string_view id) {
  return const_cast<core_child*>(std::as_const(*this).find(id));
}

const core_child* child_table::find(std::string_view id) const {
  const auto x = by_id_.find(id);
  return x != by_id_.end() ? x->second : nullptr;
}

child_table::iterator child_table::from(child_uid uid) {
  const auto known = by_uid_.find(uid);
  if (known != by_uid_.end())
    return known->second;
  if (uid != 0)
    VIGIL_MARK("a group whose first child is gone");
  return std::find_if(children_.begin(), children_.end(),
                      [uid](const auto& x) { return x.uid >= uid; });
}

// -- what changes -------------------------------------------------------------

void child_table::note_up(core_child& x) {
  x.been_up = true;
  x.up = true;
  if (!x.dynamic)
    statics_[x.uid - 1].been_up = true;
}

const char* child_table::flaw() const {
  std::size_t alive = 0;
  child_uid last = 0;
  for (const auto& x : children_) {
    if (const auto* text = detail::flaw(x))
      return text;
    if (x.uid <= last || x.uid > last_uid_)
      return "children stand in the order of their uids";
    last = x.uid;
    if (x.dynamic != (x.uid > statics_.size()))
      return "static children have the first uids";
    if (x.fleeting != fleeting_)
      return "all children are fleeting, or none";
    if (find(x.uid) != &x || find(x.spec->id) != &x)
      return "each child is found by uid and id";
    if (!x.dynamic && x.been_up != statics_[x.uid - 1].been_up)
      return "it is known for good that a static child was up";
    alive += x.spec->significant && x.state != child_state::stopped ? 1 : 0;
  }
  if (by_uid_.size() != children_.size() || by_id_.size() != children_.size())
    return "nobody is found who is not there";
  if (alive != significant_alive_)
    return "significant children are counted";
  return nullptr;
}

} // namespace vigil::detail
