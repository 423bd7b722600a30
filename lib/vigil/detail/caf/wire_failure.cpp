#include <vigil/caf_error.hpp>
#include <vigil/detail/caf/wire_failure.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace vigil::detail {

namespace {

// The category of a code that this process knows by name only.
class foreign_category final : public std::error_category {
public:
  explicit foreign_category(std::string name) : name_(std::move(name)) {
    // nop
  }

  [[nodiscard]] const char* name() const noexcept override {
    return name_.c_str();
  }

  [[nodiscard]] std::string message(int value) const override {
    std::lock_guard guard{mutex_};
    const auto i = texts_.find(value);
    return i != texts_.end() ? i->second : "code " + std::to_string(value);
  }

  // Somebody else decides which codes come: there is a limit to what is kept.
  void learn(int value, const std::string& text) {
    std::lock_guard guard{mutex_};
    if (texts_.size() < most_texts)
      texts_.try_emplace(value, text);
  }

private:
  static constexpr std::size_t most_texts = 1000;

  const std::string name_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<int, std::string> texts_;
};

// Codes refer to their category for as long as there is a process.
class categories {
public:
  static categories& all() {
    static auto* self = new categories; // never destroyed
    return *self;
  }

  void add(const std::error_category& x) {
    std::lock_guard guard{mutex_};
    known_.insert_or_assign(x.name(), &x);
  }

  std::error_code code(const wire_row& x) {
    std::lock_guard guard{mutex_};
    if (auto i = known_.find(x.category); i != known_.end())
      return {x.code, *i->second};
    auto i = foreign_.find(x.category);
    if (i == foreign_.end()) {
      if (foreign_.size() == most_categories)
        return errc::unspecified;
      i = foreign_
            .emplace(x.category, std::make_unique<foreign_category>(x.category))
            .first;
    }
    i->second->learn(x.code, x.text);
    return {x.code, *i->second};
  }

private:
  static constexpr std::size_t most_categories = 1000;

  categories() {
    for (const auto* x :
         {&vigil_category(), &std::generic_category(), &std::system_category()})
      known_.emplace(x->name(), x);
  }

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, const std::error_category*, std::less<>> known_;
  std::map<std::string, std::unique_ptr<foreign_category>, std::less<>>
    foreign_;
};

} // namespace

std::vector<wire_row> to_wire(const failure& x) {
  std::vector<wire_row> result;
  for (const auto* i = &x; i != nullptr; i = i->cause.get())
    result.push_back({i->code.category().name(), i->code.value(),
                      i->code ? i->code.message() : std::string{}, i->message,
                      i->path, i->incarnation, i->retry_after.count(),
                      i->fault});
  return result;
}

failure from_wire(const std::vector<wire_row>& xs) {
  std::shared_ptr<const failure> cause;
  failure result;
  for (auto i = xs.rbegin(); i != xs.rend(); ++i) {
    result = failure{categories::all().code(*i), i->message, i->path};
    result.incarnation = i->incarnation;
    result.retry_after = duration{i->retry_after};
    result.fault = i->fault;
    result.cause = std::move(cause);
    cause = std::make_shared<const failure>(result);
  }
  return result;
}

} // namespace vigil::detail

namespace vigil {

void add_error_category(const std::error_category& x) {
  detail::categories::all().add(x);
}

} // namespace vigil
