#pragma once

#include <memory>

namespace clinic {

/// The laboratory that others run: an HTTP server on the loopback interface
/// that can be well, slow, failing or dead.
class stub {
public:
  enum class mood { well, slow, failing, dead };

  /// Begins to serve on a port of its own. Throws if there is none.
  stub();

  stub(const stub&) = delete;
  stub& operator=(const stub&) = delete;

  ~stub();

  [[nodiscard]] int port() const noexcept;

  /// Dead closes the port; any other mood opens it again.
  void become(mood x);

private:
  struct impl;

  std::unique_ptr<impl> impl_;
};

} // namespace clinic
