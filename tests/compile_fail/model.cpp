// Its flags are those with which runner.py, and headers.py, look at others.

#include <vigil/vigil.hpp>
