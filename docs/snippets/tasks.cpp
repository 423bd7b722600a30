// The code that docs/task-supervisor.md quotes, as one program.

#include <vigil/vigil.hpp>

#include <iostream>
#include <numeric>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct report {
  int pages = 0;
};

vigil::outcome<report> render_report(int pages) {
  if (pages < 0)
    return vigil::error("no such report");
  return report{pages};
}

// doc: tree
inline constexpr vigil::child_key<vigil::tasks_ref, "tasks"> tasks_key;
inline constexpr vigil::child_key<vigil::tasks_ref, "background">
  background_key;

auto service() {
  return vigil::supervisor("service")
    .child(vigil::task_supervisor(tasks_key)
             .max_children(10'000) // default: no limit
             .task_shutdown(2s)    // default: 5s
             .blocking_threads(8)  // default: 4
             .blocking_queue(100)  // default: 1024
             .intensity(3, 5s))    // for start_child(f, permanent)
    .child(vigil::task_supervisor(background_key)
             .max_children(2)); // a bulkhead: cannot crowd out the others
}
// doc: end

// doc: await
void from_a_thread(const vigil::tasks_ref& tasks) {
  auto started = tasks.async_nolink([] { return render_report(3); });
  if (!started) { // max_children, supervisor_down, …
    std::cout << to_string(started.error()) << '\n';
    return;
  }
  auto result = started.value().await(2s);
  if (result.has_value())
    std::cout << result.assume_value().pages << " pages\n";
  else if (is_error(result)) // an answer, such as "no such report"
    std::cout << "no: " << error_of(result).text << '\n';
  else // it died, or it was late
    std::cout << "failed: " << fault_of(result).text << '\n';
}
// doc: end

// doc: then
caf::behavior clerk(caf::event_based_actor* self, vigil::tasks_ref tasks) {
  return vigil::behavior(self, [self, tasks](int pages) {
    auto answer = vigil::this_child(self).promise<int>();
    auto print = [answer](vigil::outcome<report> x) mutable {
      if (x.has_value())
        answer.deliver(x.assume_value().pages);
      else
        answer.fail({vigil::errc::unspecified, "no report"});
    };
    auto started = tasks.async(self, [pages] { return render_report(pages); });
    if (started)
      started.value().then(self, print, 2s);
    else
      answer.fail(started.error());
    return answer;
  });
}
// doc: end

// doc: promise
/// Waits for an actor and blocks no thread.
auto ask_later(caf::actor_system& sys, const caf::actor& whom) {
  return [&sys, whom](vigil::task_promise<int> answer) {
    sys.spawn([=](caf::event_based_actor* self) {
      vigil::mail(self, 21).request(whom, 5s).then(
        [=](int x) { answer.deliver(x); },
        [=](const caf::error& why) {
          answer.deliver(vigil::fault(vigil::to_failure(why).message));
        });
    });
  };
}
// doc: end

// doc: blocking
int search(std::stop_token stop, const std::vector<int>& haystack) {
  for (int x : haystack)
    if (stop.stop_requested()) // asked to end
      return -1;
    else if (x == 42)
      return x;
  return 0;
}

auto start_search(const vigil::tasks_ref& tasks, std::vector<int> haystack) {
  return tasks.async_blocking(
    [haystack](std::stop_token stop) { return search(stop, haystack); });
}
// doc: end

// doc: stream
void all_reports(const vigil::tasks_ref& tasks,
                 const std::vector<int>& orders) {
  auto results = tasks.async_stream(orders, render_report,
                                    {.max_concurrency = 4, .timeout = 1s});
  if (!results)
    return; // an option that makes no sense
  for (auto& x : results.value())
    if (x.result.has_value())
      std::cout << "order " << x.index << ": " << x.result.assume_value().pages
                << " pages\n";
}
// doc: end

// doc: actor-stream
caf::behavior printer(caf::event_based_actor* self, vigil::tasks_ref tasks) {
  return vigil::behavior(self, [=](const std::vector<int>& orders) {
    auto done = vigil::this_child(self).promise<int>();
    auto sum = std::make_shared<int>(0);
    auto add = [sum](const vigil::stream_item<report>& x) {
      if (x.result.has_value())
        *sum += x.result.assume_value().pages;
    };
    auto end = [=]() mutable {
      done.deliver(*sum);
    };
    auto started = tasks.async_stream(self, orders, render_report,
                                      {.ordered = false}, add, end);
    if (!started)
      done.fail(started.error());
    return done;
  });
}
// doc: end

template <class T, class... Ts>
T ask(caf::actor_system& system, const caf::actor& whom, Ts... xs) {
  caf::scoped_actor self{system};
  T result{};
  vigil::mail(self, std::move(xs)...)
    .request(whom, 10s)
    .receive([&](T x) { result = x; },
             [](const caf::error& x) {
               std::cout << vigil::to_failure(x).message << '\n';
             });
  return result;
}

} // namespace

CAF_BEGIN_TYPE_ID_BLOCK(task_snippets, 1000)

CAF_ADD_TYPE_ID(task_snippets, (std::vector<int>))

CAF_END_TYPE_ID_BLOCK(task_snippets)

VIGIL_MESSAGE_TYPE(std::vector<int>)

int main() {
  vigil::prepare<caf::id_block::task_snippets>();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tree = service().start(system).value();
  auto tasks = tree[tasks_key];
  from_a_thread(tasks);
  auto who = tree.start_child(vigil::child("clerk", clerk, tasks)).value();
  auto sums = tree.start_child(vigil::child("printer", printer, tasks)).value();
  auto later = tasks.async_nolink(ask_later(system, who)).value();
  auto found = start_search(tasks, {1, 2, 42}).value();
  all_reports(tree[background_key], {});
  all_reports(tasks, {1, 2, 3});
  const auto good = ask<int>(system, who, 7) == 7
                    && ask<int>(system, sums, std::vector{1, 2, 3}) == 6
                    && later.await().assume_value() == 21
                    && found.await().assume_value() == 42;
  return good ? 0 : 1;
}
