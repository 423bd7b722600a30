#include <vigil/detail/registry/indexed_list.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <random>
#include <vector>

namespace {

struct item {
  int key;
  int number;

  // Few, so that many share one.
  [[nodiscard]] std::size_t hash() const noexcept {
    return static_cast<std::size_t>(key % 7);
  }

  friend bool operator==(const item&, const item&) = default;
};

using list = vigil::detail::indexed_list<item>;

std::size_t hash_of(int key) {
  return item{key, 0}.hash();
}

auto with(int key) {
  return [key](const item& x) {
    return x.key == key;
  };
}

std::vector<item> all(const list& xs) {
  std::vector<item> result;
  xs.visit([&](const item& x) {
    result.push_back(x);
    return true;
  });
  return result;
}

// What a plain vector would do.
std::optional<item> take_from(std::vector<item>& xs, int key) {
  auto i = std::find_if(xs.begin(), xs.end(), with(key));
  if (i == xs.end())
    return std::nullopt;
  auto result = *i;
  xs.erase(i);
  return result;
}

void check_same(const list& mine, const std::vector<item>& model) {
  REQUIRE(all(mine) == model);
  REQUIRE(mine.size() == model.size());
  REQUIRE(mine.empty() == model.empty());
  const auto* first = mine.first();
  REQUIRE((first != nullptr) == !model.empty());
  if (first != nullptr)
    REQUIRE(*first == model.front());
}

} // namespace

TEST_CASE("an indexed list holds what a vector would, in the same order") {
  // Short lists stay without an index, long ones come and go over its border.
  for (const int keys : {1, 3, 12, 40, 200})
    for (const unsigned seed : {1U, 2U, 3U}) {
      std::mt19937 random{seed};
      list mine;
      std::vector<item> model;
      for (int step = 0; step < 2000; ++step) {
        const auto key
          = static_cast<int>(random() % static_cast<unsigned>(keys));
        const bool there = std::any_of(model.begin(), model.end(), with(key));
        REQUIRE((mine.find(hash_of(key), with(key)) != nullptr) == there);
        if (random() % 50 == 0) {
          auto odd = [](const item& x) {
            return x.number % 2 != 0;
          };
          mine.erase_if(odd);
          std::erase_if(model, odd);
        } else if (there) {
          REQUIRE(mine.take(hash_of(key), with(key)) == take_from(model, key));
        } else {
          const item x{key, step};
          REQUIRE(mine.add(x) == x);
          model.push_back(x);
        }
        check_same(mine, model);
      }
    }
}

TEST_CASE("an indexed list gives back the value that it takes out, once") {
  list xs;
  xs.add({1, 10});
  xs.add({2, 20});
  CHECK(xs.take(hash_of(1), with(1)) == item{1, 10});
  CHECK(xs.take(hash_of(1), with(1)) == std::nullopt);
  CHECK(xs.first()->number == 20);
}
