#include <vigil/internal/decision/limit_text.hpp>
#include <vigil/internal/population/population_actor.hpp>

#include <utility>

namespace vigil::detail {

child_exit give_up(const supervisor_cell& cell, std::uint64_t incarnation,
                   const std::string& noun, population_exhausted& x) {
  failure why{errc::restart_limit_reached,
              limit_text(noun, cell.spec.intensity, x.earlier), cell.path};
  why.time = cell.tree->now();
  auto result = abnormal(why.because(std::move(x.last)));
  publish_of(cell, incarnation, event_type::gave_up, &result);
  return result;
}

} // namespace vigil::detail
