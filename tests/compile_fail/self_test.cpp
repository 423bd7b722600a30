// Shows that the runner tells a failing line from a sound file.
// expect: a sentence the author of the rule wrote

template <class T>
struct needs_an_integer {
  static_assert(T{} == 0, "a sentence the author of the rule wrote");
};

struct zero {
  friend constexpr bool operator==(zero, int) {
    return true;
  }
};

struct one {
  friend constexpr bool operator==(one, int) {
    return false;
  }
};

template struct needs_an_integer<zero>;

#ifndef VIGIL_EXPECT_SUCCESS
template struct needs_an_integer<one>;
#endif
