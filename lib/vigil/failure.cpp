#include <vigil/failure.hpp>

#include <utility>

namespace vigil {

failure::failure(std::error_code code_, std::string message_, std::string path_)
  : code(code_), message(std::move(message_)), path(std::move(path_)) {
  // nop
}

failure::failure(errc code_, std::string message_, std::string path_)
  : failure(make_error_code(code_), std::move(message_), std::move(path_)) {
  // nop
}

failure failure::because(failure why) const {
  auto result = *this;
  result.cause = std::make_shared<const failure>(std::move(why));
  return result;
}

const failure& failure::root_cause() const noexcept {
  const auto* x = this;
  while (x->cause != nullptr)
    x = x->cause.get();
  return *x;
}

bool failure::has(std::error_code wanted) const noexcept {
  for (const auto* x = this; x != nullptr; x = x->cause.get())
    if (x->code == wanted)
      return true;
  return false;
}

bool operator==(const failure& x, const failure& y) noexcept {
  if (x.code != y.code || x.message != y.message || x.path != y.path
      || x.incarnation != y.incarnation)
    return false;
  if (x.cause == nullptr || y.cause == nullptr)
    return x.cause == y.cause;
  return *x.cause == *y.cause;
}

namespace {

std::string code_text(const std::error_code& code) {
  if (code.category() == vigil_category())
    return to_string(static_cast<errc>(code.value()));
  std::string result = code.category().name();
  result += ':';
  result += std::to_string(code.value());
  result += ' ';
  result += code.message();
  return result;
}

} // namespace

std::string to_string(const failure& x) {
  std::string result;
  if (!x.path.empty()) {
    result += x.path;
    if (x.incarnation > 0)
      result += '#' + std::to_string(x.incarnation);
    result += ": ";
  }
  // A code that says nothing gives way to a message that does.
  if (x.message.empty())
    return result + code_text(x.code);
  if (x.code != errc::unspecified)
    result += code_text(x.code) + ": ";
  return result + x.message;
}

std::string render(const failure& x) {
  auto result = to_string(x);
  std::string indent = "\n  ";
  for (auto next = x.cause; next != nullptr; next = next->cause) {
    result += indent + "because " + to_string(*next);
    indent += "  ";
  }
  return result;
}

} // namespace vigil
