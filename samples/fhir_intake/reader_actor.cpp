#include "reader_actor.hpp"

#include "errors.hpp"

#include <vigil/vigil.hpp>

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace fhir_intake {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// How often a line that got lost through no fault of its own is sent.
constexpr int max_attempts = 5;

// How long a batch may take to be stored, all attempts together. A store that
// fails is given up by its own supervisor long before; this is for one that
// fails too slowly for that.
constexpr auto patience = 30s;

// Before a batch is sent again.
constexpr auto pause = 20ms;

struct job {
  line what;
  int attempts = 0;
};

/// Returns whether the worker crashed over the line, rather than along with
/// its supervisor or on the way.
bool crashed(const vigil::failure& why) {
  return why.code == intake_errc::damaged_line
         || why.code == vigil::errc::exception;
}

bool is_answer(const vigil::failure& why) {
  return why.code.category() == intake_category() && !crashed(why);
}

std::string reason_of(const vigil::failure& why) {
  auto result
    = why.code == vigil::errc::exception ? std::string{} : why.code.message();
  if (!result.empty() && !why.message.empty())
    result += ": ";
  return result + why.message;
}

/// One life of the reader. The handlers of its actor share it.
class reading : public std::enable_shared_from_this<reading> {
public:
  reading(reader::pointer self, const reader_setup& setup, peers who,
          std::unique_ptr<source> from)
    : self_(self), setup_(setup), who_(std::move(who)), from_(std::move(from)),
      flow_(setup.batch_size) {
    for (std::size_t i = 0; i < who_.workers.size(); ++i)
      idle_.push_back(i);
  }

  /// Does all that can be done now.
  void pump() {
    while (!idle_.empty() && flow_.has_room()) {
      auto next = next_job();
      if (!next)
        break;
      auto worker = idle_.front();
      idle_.pop_front();
      flow_.taken();
      check(worker, std::move(*next));
    }
    if (auto due = flow_.next_batch(ended_ && again_.empty()))
      put(due);
    if (ended_ && again_.empty() && flow_.idle())
      self_->quit();
  }

private:
  std::optional<job> next_job() {
    if (!again_.empty()) {
      auto result = std::move(again_.front());
      again_.pop_front();
      return result;
    }
    while (!ended_) {
      auto next = from_->next();
      if (!next) {
        vigil::this_child(self_).fail(next.error().code, next.error().message);
        return std::nullopt;
      }
      if (!next.value()) {
        ended_ = true;
      } else if (auto& x = *next.value(); setup_.book->begin(x.seq)) {
        setup_.faults.apply(x);
        return job{std::move(x)};
      }
    }
    return std::nullopt;
  }

  void check(std::size_t worker, job x) {
    auto me = shared_from_this();
    auto what = std::make_shared<job>(std::move(x));
    self_->request(who_.workers[worker], caf::infinite, what->what)
      .then(
        [me, worker](resource& valid) {
          me->flow_.approved(std::move(valid));
          me->answered(worker);
        },
        [me, worker, what](const caf::error& error) {
          me->flow_.returned();
          me->refused(*what, vigil::to_failure(error));
          me->answered(worker);
        });
  }

  void answered(std::size_t worker) {
    idle_.push_back(worker);
    pump();
  }

  void refused(job& x, const vigil::failure& why) {
    if (is_answer(why))
      reject(x.what, reason_of(why));
    else if (crashed(why) || ++x.attempts == max_attempts)
      reject(x.what, "worker crashed: " + reason_of(why));
    else
      again_.push_back(std::move(x));
  }

  void reject(const line& x, const std::string& why) {
    setup_.book->reject(x.seq, why, origin(x),
                        setup_.faults.at(x.seq) != damage::none);
  }

  void put(const batch& x) {
    due_ = clock::now() + patience;
    send(x);
  }

  void send(const batch& x) {
    auto me = shared_from_this();
    self_->request(who_.keeper, due_ - clock::now(), x)
      .then([me, x] { me->stored(*x); },
            [me, x](const caf::error& why) { me->not_stored(x, why); });
  }

  void stored(const std::vector<resource>& x) {
    for (const auto& one : x)
      setup_.book->store(one.seq);
    flow_.batch_done();
    pump();
  }

  void not_stored(const batch& x, const caf::error& error) {
    auto child = vigil::this_child(self_);
    if (clock::now() + pause < due_)
      return child.run_after(pause,
                             [me = shared_from_this(), x] { me->send(x); });
    child.fail(intake_errc::database_failed,
               "the store did not keep a batch in 30 s, at last for: "
                 + reason_of(vigil::to_failure(error)));
  }

  reader::pointer self_;
  reader_setup setup_;
  peers who_;
  std::unique_ptr<source> from_;
  flow flow_;
  std::deque<std::size_t> idle_;
  std::deque<job> again_;
  clock::time_point due_;
  bool ended_ = false;
};

} // namespace

reader::behavior_type reader_actor(reader::pointer self,
                                   const reader_setup& setup) {
  // A first life is told when the tree stands, a later one knows.
  if (setup.peers->get())
    self->send(vigil::this_child(self).handle<reader>(), go{});
  return vigil::behavior(self, [self, setup](go) -> vigil::outcome<void> {
    auto who = setup.peers->get();
    if (!who)
      return vigil::error("nobody to talk to");
    auto from = open_source(setup.in, setup.book->resume_at());
    if (!from)
      return vigil::fault(from.error().code, from.error().message);
    std::make_shared<reading>(self, setup, std::move(*who),
                              std::move(from.value()))
      ->pump();
    return vigil::success();
  });
}

} // namespace fhir_intake
