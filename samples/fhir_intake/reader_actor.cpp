#include "reader_actor.hpp"

#include "errors.hpp"

#include <vigil/vigil.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <unordered_map>
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

vigil::failure why_of(const vigil::outcome<resource>& x) {
  const vigil::reason& why = is_fault(x)
                               ? static_cast<const vigil::reason&>(fault_of(x))
                               : error_of(x);
  return {why.code, why.text};
}

std::string reason_of(const vigil::failure& why) {
  auto result
    = why.code == vigil::errc::exception ? std::string{} : why.code.message();
  if (!result.empty() && !why.message.empty())
    result += ": ";
  return result + why.message;
}

/// A line with a worker.
struct assignment {
  job what;
  std::size_t worker = 0;
  validator to;
};

/// Has the worker answer for the task.
void hand_over(const assignment& x, vigil::task_promise<resource> answer) {
  vigil::anon_mail(check{x.what.what, std::move(answer)}).send(x.to);
}

/// One incarnation of the reader. The handlers of its actor share it.
class reading : public std::enable_shared_from_this<reading> {
public:
  reading(reader::pointer self, const reader_setup& setup, peers who,
          std::unique_ptr<source> from)
    : self_(self), setup_(setup), who_(std::move(who)), from_(std::move(from)),
      flow_(setup.batch_size) {
    for (std::size_t i = 0; i < who_.workers.size(); ++i)
      idle_.push_back(i);
  }

  /// Checks what is to be checked: the input, or lines that got lost.
  void begin() {
    out_.clear();
    next_index_ = 0;
    auto me = shared_from_this();
    auto started = who_.checks.async_stream(
      self_, [me] { return me->next_assignment(); }, hand_over,
      {.max_concurrency = std::min(idle_.size(), setup_.batch_size),
       .ordered = false,
       .timeout = vigil::duration::max()},
      [me](vigil::stream_item<resource> x) { me->answered(std::move(x)); },
      [me] { me->checked(); });
    if (!started)
      vigil::this_child(self_).fail(started.error().code,
                                    started.error().message);
    else
      checking_ = started.value();
  }

private:
  // There is a worker: the stream has as many tasks as there are.
  std::optional<assignment> next_assignment() {
    auto next = next_job();
    if (!next)
      return std::nullopt;
    const auto worker = idle_.front();
    idle_.pop_front();
    flow_.taken();
    if (!flow_.has_room())
      checking_.pause();
    assignment result{std::move(*next), worker, who_.workers[worker]};
    out_.emplace(next_index_++, result);
    return result;
  }

  void answered(vigil::stream_item<resource> x) {
    auto node = out_.extract(x.index);
    auto& line = node.mapped();
    idle_.push_back(line.worker);
    if (x.result.has_value()) {
      flow_.approved(std::move(x.result).assume_value());
    } else {
      flow_.returned();
      refused(line.what, why_of(x.result));
    }
    go_on();
  }

  /// The input is at its end, and all answers are there.
  void checked() {
    if (!again_.empty())
      return begin();
    ended_ = true;
    go_on();
  }

  void go_on() {
    if (auto due = flow_.next_batch(ended_ && again_.empty()))
      put(due);
    if (flow_.has_room())
      checking_.resume();
    if (ended_ && flow_.idle() && counting_ == 0)
      self_->quit();
  }

  std::optional<job> next_job() {
    if (!again_.empty()) {
      auto result = std::move(again_.front());
      again_.pop_front();
      return result;
    }
    while (!read_) {
      auto next = from_->next();
      if (!next) {
        vigil::this_child(self_).fail(next.error().code, next.error().message);
        return std::nullopt;
      }
      if (!next.value()) {
        read_ = true;
      } else if (auto& x = *next.value(); setup_.book->begin(x.seq)) {
        setup_.faults.apply(x);
        return job{std::move(x)};
      }
    }
    return std::nullopt;
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
    vigil::mail(self_, x)
      .request(who_.keeper, due_ - clock::now())
      .then([me, x] { me->stored(x); },
            [me, x](const caf::error& why) { me->not_stored(x, why); });
  }

  void stored(const batch& x) {
    for (const auto& one : *x)
      setup_.book->store(one.seq);
    flow_.batch_done();
    count(x);
    go_on();
  }

  // Not worth waiting for, save a moment at the very end.
  void count(const batch& x) {
    auto task = who_.background.async_nolink(
      [stock = setup_.stock, x] { stock->count(x); });
    if (!task)
      return setup_.stock->leave_out(x);
    ++counting_;
    auto counted = [me = shared_from_this()](const vigil::outcome<void>&) {
      --me->counting_;
      me->go_on();
    };
    task.value().then(self_, counted, 1s);
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
  vigil::stream_control checking_;
  std::unordered_map<std::size_t, assignment> out_;
  std::size_t next_index_ = 0;
  std::size_t counting_ = 0;
  // No line of the input is left; nor is one with a worker.
  bool read_ = false;
  clock::time_point due_;
  bool ended_ = false;
};

} // namespace

reader::behavior_type reader_actor(reader::pointer self,
                                   const reader_setup& setup) {
  // A first incarnation is told when the tree stands, a later one knows.
  if (setup.peers->get())
    vigil::mail(self, go{}).send(vigil::this_child(self).handle<reader>());
  return vigil::behavior(self, [self, setup](go) -> vigil::outcome<void> {
    auto who = setup.peers->get();
    if (!who)
      return vigil::error("nobody to talk to");
    auto from = open_source(setup.in, setup.book->resume_at());
    if (!from)
      return vigil::fault(from.error().code, from.error().message);
    std::make_shared<reading>(self, setup, std::move(*who),
                              std::move(from.value()))
      ->begin();
    return vigil::success();
  });
}

} // namespace fhir_intake
