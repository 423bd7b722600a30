#include "clinic.hpp"

namespace {

struct flood : std::runtime_error {
  flood() : std::runtime_error{"flood"} {
    // nop
  }
};

auto handler(ward::pointer self) {
  return vigil::behavior(self, [](int n) -> vigil::outcome<int> {
    if (n < 0)
      throw flood{};
    if (n == 0)
      return vigil::fault(vigil::errc::unspecified, "zero");
    return n + 1;
  });
}

ward::behavior_type simple(ward::pointer self) {
  return handler(self);
}

ward::behavior_type bed(ward::pointer self, int) {
  return handler(self);
}

class ward_class : public ward::base {
public:
  using ward::base::base;

  behavior_type make_behavior() override {
    return handler(this);
  }
};

clinic tree() {
  return vigil::supervisor("clinic")
    .intensity(1000, std::chrono::seconds{1})
    .child(vigil::child(ward_key, simple))
    .child(vigil::child<ward_class>(class_key))
    .child(vigil::dynamic_supervisor(beds_key, bed))
    .child(vigil::dynamic_supervisor(names_key, simple))
    .child(vigil::partition_supervisor(shards_key, vigil::child("", simple))
             .partitions(2))
    .child(vigil::pool(pool_key, 2, vigil::child("", simple)))
    .child(vigil::task_supervisor(tasks_key))
    .child(vigil::supervisor(wing_key).child(vigil::child(deep_key, simple)));
}

vigil::supervisor_builder<> broken(trouble x) {
  return vigil::supervisor("broken").child(
    vigil::child("child", [x]() -> vigil::result<caf::actor> {
      if (x == trouble::exception)
        throw flood{};
      return vigil::failure{vigil::errc::not_found, "no such clinic"};
    }));
}

void misread() {
  vigil::result<int> nothing = vigil::failure{vigil::errc::not_found};
  static_cast<void>(nothing.value());
}

} // namespace

extern "C" __attribute__((visibility("default")))
const plug_in offers{tree, broken, misread};
