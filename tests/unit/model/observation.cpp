#include "observation.hpp"

namespace vigil::test {

namespace {

std::string name(child_uid x) {
  return '#' + std::to_string(x);
}

std::string code_name(int x) {
  return x == 0 ? "ok" : to_string(static_cast<errc>(x));
}

} // namespace

std::string to_string(const observation& x) {
  std::string result = "moves";
  for (const auto& y : x.moves)
    result += std::string{' '} + y.what + name(y.child);
  result += "; news";
  for (const auto& y : x.published) {
    result += std::string{' '} + y.what + name(y.child);
    if (y.after > duration::zero())
      result += '@' + std::to_string(y.after.count());
  }
  if (!x.forgotten.empty())
    result += "; forgot";
  for (auto y : x.forgotten)
    result += ' ' + name(y);
  for (const auto& y : x.replies)
    result += "; call " + std::to_string(y.call) + ": " + code_name(y.code)
              + (y.code == 0 ? ' ' + name(y.child) : std::string{});
  for (const auto& y : x.ends)
    result += "; went down " + std::string{to_string(y.kind)} + ' '
              + code_name(y.code) + ' ' + y.path + " because "
              + code_name(y.cause) + (y.start_failed ? " (start)" : "");
  result += x.down ? "; down:" : "; up:";
  for (const auto& y : x.rows)
    result += ' ' + name(y.child) + ' ' + std::string{to_string(y.state)}
              + (y.parked ? " parked" : "");
  return result + "; used " + std::to_string(x.used);
}

} // namespace vigil::test
