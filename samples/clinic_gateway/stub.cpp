#include "stub.hpp"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;

namespace clinic {

struct stub::impl {
  std::atomic<mood> now{mood::well};
  int port = 0;
  std::unique_ptr<httplib::Server> server;
  std::thread thread;

  void open() {
    server = std::make_unique<httplib::Server>();
    server->Get(R"(/values/(\w+))", [this](const httplib::Request& request,
                                           httplib::Response& response) {
      const auto mine = now.load();
      if (mine == mood::slow)
        std::this_thread::sleep_for(200ms);
      if (mine == mood::failing)
        response.status = 503;
      else
        response.set_content("values of " + request.matches[1].str(),
                             "text/plain");
    });
    if (port == 0)
      port = server->bind_to_any_port("127.0.0.1");
    else if (!server->bind_to_port("127.0.0.1", port))
      port = -1;
    if (port < 0)
      throw std::runtime_error("no port for the laboratory");
    thread = std::thread{[this] {
      server->listen_after_bind();
    }};
    // To stop it before it runs would be to miss it.
    while (!server->is_running())
      std::this_thread::sleep_for(1ms);
  }

  void close() {
    server->stop();
    thread.join();
    server.reset();
  }
};

stub::stub() : impl_(std::make_unique<impl>()) {
  impl_->open();
}

stub::~stub() {
  if (impl_->server != nullptr)
    impl_->close();
}

int stub::port() const noexcept {
  return impl_->port;
}

void stub::become(mood x) {
  impl_->now = x;
  if (x == mood::dead && impl_->server != nullptr)
    impl_->close();
  else if (x != mood::dead && impl_->server == nullptr)
    impl_->open();
}

} // namespace clinic
