#include <vigil/internal/decision/limit_text.hpp>
#include <vigil/snapshot.hpp>

#include <utility>

namespace vigil::detail {

std::string limit_text(const std::string& who, const restart_intensity& limit,
                       const std::vector<std::string>& earlier, bool clean) {
  auto result = who + (clean ? " ended" : " failed");
  if (limit.max_restarts == 0)
    result += "; no restart is allowed";
  else
    result += (clean || !earlier.empty() ? " again; the limit is "
                                         : "; the limit, spent by now, is ")
              + std::to_string(limit.max_restarts)
              + (limit.max_restarts == 1 ? " restart" : " restarts")
              + (limit.period == duration::max()
                   ? " ever"
                   : " in " + format_duration(limit.period));
  const char* glue = "; before: ";
  for (const auto& line : earlier)
    result += std::exchange(glue, "; ") + line;
  return result;
}

} // namespace vigil::detail
