#include <vigil/detail/sync/thread_number.hpp>

#include <atomic>
#include <bit>
#include <cstdint>

namespace vigil::detail {

namespace {

static_assert(max_thread_number == 32);

std::atomic<std::uint32_t>& taken() noexcept {
  static std::atomic<std::uint32_t> instance{0};
  return instance;
}

class claim {
public:
  claim() noexcept {
    auto old = taken().load(std::memory_order_relaxed);
    while (~old != 0) {
      const auto bit = ~old & (old + 1);
      if (taken().compare_exchange_weak(old, old | bit,
                                        std::memory_order_acq_rel)) {
        bit_ = bit;
        return;
      }
    }
  }

  claim(const claim&) = delete;
  claim& operator=(const claim&) = delete;

  ~claim() {
    my_thread_number = 0;
    taken().fetch_and(~bit_, std::memory_order_acq_rel);
  }

  [[nodiscard]] unsigned number() const noexcept {
    return bit_ == 0 ? 0 : static_cast<unsigned>(std::countr_zero(bit_)) + 1;
  }

private:
  std::uint32_t bit_ = 0;
};

} // namespace

unsigned claim_thread_number() noexcept {
  static thread_local const claim mine;
  my_thread_number = mine.number();
  return my_thread_number;
}

} // namespace vigil::detail
