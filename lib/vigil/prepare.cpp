#include <vigil/caf.hpp>
#include <vigil/prepare.hpp>

namespace vigil {

void prepare() {
  compat::prepare();
}

} // namespace vigil
