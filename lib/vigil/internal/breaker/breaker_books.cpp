#include <vigil/internal/base/rule.hpp>
#include <vigil/internal/breaker/breaker_books.hpp>

namespace vigil::detail {

namespace {

bool adds_up(const call_tally& x) noexcept {
  return x.failed <= x.total && x.slow <= x.total;
}

} // namespace

const char* flaw(const breaker_books& x) noexcept {
  const auto closed = x.state == breaker_state::closed;
  const auto half_open = x.state == breaker_state::half_open;
  const auto metrics_only = x.state == breaker_state::metrics_only;
  const auto counts = closed || metrics_only;
  return first_broken({
    {!x.ends || !closed || x.first_stay, "ends and closed: the first stay"},
    {!x.ends || !half_open || x.trying, "ends and half_open: trying"},
    {!x.has_error || !closed, "has_error: not closed"},
    {x.window.total == 0 || counts, "window: closed or metrics_only"},
    {adds_up(x.window), "window: no more failed or slow than calls"},
    {x.streak == 0 || counts, "streak: closed or metrics_only"},
    {!closed || !x.failed_enough, "closed: streak below the limit"},
    {x.overdue == 0 || counts || half_open,
     "overdue: closed, half_open or metrics_only"},
    {x.taken == 0 || half_open, "taken: half_open"},
    {x.taken == 0 || x.trying, "taken: trying"},
    {x.taken <= x.places, "taken: no more than places"},
    {x.probes.total <= x.taken, "probes: no more back than places taken"},
    {adds_up(x.probes), "probes: no more failed or slow than back"},
    {!x.trying || half_open, "trying: half_open"},
    {!x.decided || !half_open, "half_open: not decided"},
    {!x.exceeded || metrics_only, "exceeded: metrics_only"},
    {!x.ordered || !half_open, "ordered: not half_open"},
    {x.attempts == 0 || !closed || x.keeps_attempts,
     "attempts and closed: kept"},
  });
}

} // namespace vigil::detail
