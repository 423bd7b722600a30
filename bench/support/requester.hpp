#pragma once

#include "bench.hpp"
#include "messages.hpp"

namespace bench {

/// Sends one request after the other.
class requester : public caf::event_based_actor {
public:
  requester(caf::actor_config& cfg, caf::actor child)
    : caf::event_based_actor(cfg), child_(std::move(child)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return {[this](go x) -> caf::result<nanoseconds> {
      left_ = x.rounds;
      done_ = make_response_promise();
      begin_ = stamp();
      round();
      return done_;
    }};
  }

private:
  void round() {
    ask(this, child_, crash{way::error}).then([this](pong) {
      if (--left_ > 0)
        return round();
      done_.deliver(stamp() - begin_);
    });
  }

  caf::actor child_;
  std::size_t left_ = 0;
  caf::response_promise done_;
  nanoseconds begin_ = 0;
};

} // namespace bench
