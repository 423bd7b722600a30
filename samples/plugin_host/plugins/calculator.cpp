// Works out sums such as `6 * 7`.

#include "plugin.hpp"

#include <sstream>

namespace {

struct calculator {
  const plugin_memory* memory;

  static std::string answer(const char* text) {
    std::istringstream in{text};
    double x = 0;
    double y = 0;
    char op = 0;
    if (!(in >> x >> op >> y))
      throw bad_argument{"write something like 6 * 7"};
    std::ostringstream out;
    out << apply(x, op, y);
    return out.str();
  }

  static double apply(double x, char op, double y) {
    switch (op) {
      case '+':
        return x + y;
      case '-':
        return x - y;
      case '*':
        return x * y;
      case '/':
        if (y == 0)
          throw bad_argument{"division by zero"};
        return x / y;
      default:
        throw bad_argument{"the operators are + - * /"};
    }
  }
};

} // namespace

extern "C" const plugin_api* vigil_sample_plugin() {
  return plugin_of<calculator>::api();
}
