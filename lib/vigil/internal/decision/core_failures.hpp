#pragma once

#include <vigil/detail/state/child_exit.hpp>
#include <vigil/internal/decision/core_child.hpp>
#include <vigil/policy.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace vigil::detail {

/// Puts into failures what a supervisor has to say of its children. Each has
/// the path of who it is about.
class core_failures {
public:
  /// `path` is the supervisor's own.
  explicit core_failures(std::string path);

  [[nodiscard]] std::string path_of(std::string_view id) const;

  [[nodiscard]] failure make(errc code, std::string text, std::string_view id,
                             time_point now) const;

  /// A call is refused. `x`, if not null, is the child that it is about.
  [[nodiscard]] failure refusal(errc code, const core_child* x,
                                std::string_view id, time_point now) const;

  /// There are `limit` children already. Says nothing of the time.
  [[nodiscard]] failure too_many(std::size_t limit) const;

  /// The start of the child failed, because of `why`.
  [[nodiscard]] failure start_failed(const core_child& x, failure why,
                                     time_point now) const;

  [[nodiscard]] failure start_took_too_long(const core_child& x,
                                            time_point now) const;

  [[nodiscard]] failure stopped_early(const core_child& x,
                                      time_point now) const;

  /// Why an end is a failure.
  [[nodiscard]] failure of_end(const core_child& x, const child_exit& how,
                               time_point now) const;

  /// The child's end was one too many for `limit`; `clean`: it did not fail.
  [[nodiscard]] failure spent(const core_child& x,
                              const restart_intensity& limit, failure last,
                              const std::vector<std::string>& earlier,
                              bool clean, time_point now) const;

private:
  std::string path_;
};

} // namespace vigil::detail
