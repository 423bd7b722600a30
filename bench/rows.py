"""The rows of the table: what is measured against what, and what we want.

A value is named `program:benchmark:counter`. A value is in nanoseconds unless
the row says otherwise.
"""

from dataclasses import dataclass
from typing import Callable, Optional


@dataclass(frozen=True)
class Target:
    text: str
    # From our value, that of the baseline and their ratio; the latter two are
    # nothing where there is no baseline.
    met: Callable[[float, Optional[float], Optional[float]], Optional[bool]]


@dataclass(frozen=True)
class Row:
    name: str
    ours: str
    baseline: Optional[str] = None
    baseline_name: str = ""
    target: Optional[Target] = None
    unit: str = "ns"
    floor: Optional[str] = None
    floor_name: str = ""
    floor_times: int = 1

    def values(self):
        return [x for x in (self.ours, self.baseline, self.floor) if x]


def at_most(limit, text=None):
    return Target(text or f"<= {limit:g}", lambda ours, _, __: ours <= limit)


def ratio(limit, text=None):
    return Target(text or f"<= {limit:g} x", lambda _, __, share:
                  None if share is None else share <= limit)


def above(limit):
    return Target(f"<= baseline + {limit:g}", lambda ours, base, _:
                  None if base is None else ours <= base + limit)


def both(x, y):
    def met(*values):
        results = [x.met(*values), y.met(*values)]
        return None if None in results else all(results)
    return Target(f"{x.text}, {y.text}", met)


def restart_rows():
    at = "restart_in_place:value/ready:"
    raw = "restart_in_place:raw_message/other:"
    name = "restart_in_place_value_"
    message = "raw message to an idle actor, sent and handled"
    yield Row(name + "p50", at + "p50", raw + "p50", message,
              both(at_most(500), ratio(0.5)))
    yield Row(name + "p99", at + "p99", raw + "p99", message, at_most(1000))
    yield Row(name + "p99_9", at + "p99_9", raw + "p99_9", message)
    yield Row(name + "max", at + "max", raw + "max", message)
    yield Row(name + "vs_message_to_itself", at + "p50",
              "restart_in_place:raw_message/itself:p50",
              "raw message to the running actor itself")
    yield Row(name + "to_actor_function",
              "restart_in_place:value/actor_function:p50")
    yield Row(name + "to_next_handler",
              "restart_in_place:value/next_handler:p50",
              "restart_in_place:no_crash/next_handler:p50",
              "no crash, to the next handler")
    yield Row("restart_in_place_exception",
              "restart_in_place:throw/ready:p50",
              "restart_in_place:throw_catch:p50", "one throw and catch",
              above(300))


def crash_rows():
    def at(name, counter="p50"):
        return f"crash_loop:{name}:{counter}"
    value = at("in_place/value")
    by_hand = at("raw_class/quit")
    # The same messages without a crash: what CAF alone asks for.
    floor = {"floor": at("raw_no_crash"),
             "floor_name": "raw CAF, the same messages, no crash"}
    # What else a child is that is a new actor each time.
    kept = {"floor": at("raw_kept"),
            "floor_name": "raw CAF, by hand, behind a handle that stays"}
    # Crashes come alone, and CAF's clock sleeps then. Back to back it does not.
    alone = at("isolated/raw"), "raw CAF, monitor + respawn"
    yield Row("crash_loop_vs_raw_caf", at("isolated/in_place"), *alone,
              ratio(0.35))
    yield Row("crash_loop_back_to_back", value, by_hand,
              "raw CAF, monitor + respawn", ratio(0.35), **floor)
    yield Row("crash_loop_vs_otp", value, "otp::crash_to_answer",
              "Erlang/OTP supervisor", ratio(1 / 6, "<= 1/6"), **floor)
    yield Row("crash_loop_value_p99", at("in_place/value", "p99"),
              at("raw_class/quit", "p99"), "raw CAF, monitor + respawn")
    for way, raw in (("fail", "quit"), ("quit", "quit"), ("throw", "throw"),
                     ("kill", "quit")):
        yield Row(f"crash_loop_{way}", at(f"in_place/{way}"),
                  at(f"raw_function/{raw}"), f"raw CAF function, {raw}")
    yield Row("crash_loop_error_reply", at("in_place/no_crash_error_reply"))
    yield Row("respawn_vs_raw_caf", at("isolated/respawn"), *alone,
              ratio(0.8), **kept)
    yield Row("respawn_back_to_back", at("respawn_class/quit"), by_hand,
              "raw CAF, monitor + respawn", ratio(1), **kept)
    for way in ("quit", "throw"):
        yield Row(f"respawn_function_{way}", at(f"respawn/{way}"),
                  at(f"raw_function/{way}"), f"raw CAF function, {way}",
                  ratio(1))
    yield Row("respawn_function_value", at("respawn/value"),
              at("raw_function/quit"), "raw CAF function, quit", ratio(1))
    yield Row("respawn_class_throw", at("respawn_class/throw"),
              at("raw_class/throw"), "raw CAF class, throw", ratio(1))


def spawn_rows():
    def at(name):
        return f"spawn:{name}:median"
    yield Row("start_dynamic_child", at("dynamic/from_thread"),
              at("raw/lazy_from_thread"), "raw lazy spawn from a thread",
              both(at_most(1000), ratio(1.2)),
              floor=at("raw/lazy_from_thread"),
              floor_name="raw lazy spawn from a thread")
    yield Row("start_dynamic_child_in_actor", at("dynamic/from_actor"),
              at("raw/lazy"), "raw lazy spawn")
    yield Row("start_dynamic_child_eager", at("dynamic/eager"),
              at("raw/run"), "raw CAF, spawned and run")
    yield Row("start_dynamic_child_vs_otp", at("dynamic/from_thread"),
              "otp::start_child", "Erlang/OTP simple_one_for_one")
    yield Row("start_child_call", at("start_child/from_actor"),
              at("raw/run_monitored"), "raw CAF, spawned, run and monitored",
              ratio(2), floor=at("raw/asked"),
              floor_name="raw CAF, by hand: asked, spawned, up, answered")
    yield Row("start_child_from_thread", at("start_child/from_thread"),
              at("raw/request_from_thread"), "raw request from a thread",
              ratio(1.05))
    yield Row("start_static_child", at("start_tree"),
              at("raw/run_monitored"), "raw CAF, spawned, run and monitored",
              ratio(2), floor=at("raw/one_by_one"),
              floor_name="raw CAF, by hand: the next one once this one is up")
    yield Row("raw_spawn_scheduled", at("raw/scheduled"))


def dynamic_rows():
    for threads in (2, 1, 4):
        name = "start_dynamic_child_any_thread"
        yield Row(name if threads == 2 else f"{name}_{threads}",
                  f"spawn_threads:dynamic/{threads}:median",
                  f"spawn_threads:raw/{threads}:median",
                  f"raw lazy spawn from {threads} threads at once",
                  both(at_most(1000), ratio(1.2)) if threads == 2 else None)
    for what in ("start", "crash", "stop"):
        yield Row(f"dynamic_{what}_1M_flatness",
                  f"dynamic_scale:alive/1000000:{what}",
                  f"dynamic_scale:alive/10:{what}", "the same among 10",
                  ratio(1.2))
    ours = "mass_exit:dynamic/10000:median"
    yield Row("mass_exit_10k", ours, "mass_exit:raw/10000:median",
              "raw CAF, by hand, per child")
    yield Row("mass_exit_10k_flatness", ours, "mass_exit:dynamic/1000:median",
              "the same with 1000", ratio(1.2))


def million_rows():
    def row(name, counter, target=None, **more):
        return Row("million_children_" + name, f"million:ours:{counter}",
                   f"million:raw:{counter}", "raw lazy CAF actors", target,
                   **more)
    yield row("bytes", "bytes", above(128), unit="B")
    yield row("bytes_run", "bytes_run", unit="B")
    yield row("rss", "rss", unit="B")
    yield row("start", "cpu", ratio(1.3))
    yield row("run", "wake", ratio(1.2))
    yield row("stop", "stop", ratio(1.5))
    yield Row("static_children_bytes", "million:static:bytes",
              "million:raw:bytes", "raw lazy CAF actors", above(1000),
              unit="B")
    yield Row("static_children_start", "million:static:start")
    yield Row("static_children_stop", "million:static:stop",
              "million:raw:stop", "raw lazy CAF actors", ratio(1.5))


def group_rows():
    for n in (10, 100, 1000, 10000):
        raw = f"group_restart:raw/{n}:median"
        yield Row(f"group_restart_{n}",
                  f"group_restart:one_for_all/{n}:median", raw,
                  "raw CAF, by hand, per child",
                  ratio(0.7),
                  floor="restart_in_place:raw_message/other:p50",
                  floor_name="four raw messages: stop, stopped, start, "
                  "started", floor_times=4)
        yield Row(f"group_restart_rest_{n}",
                  f"group_restart:rest_for_one/{n}:median", raw,
                  "raw CAF, by hand, per child", ratio(0.7))
    for n in range(1, 6):
        yield Row(f"escalation_{n}", f"escalation:levels/{n}:p50")


def message_rows():
    for kind in ("message", "request"):
        for way, limit in (("in_place", 1.05), ("slot", 1.3)):
            yield Row(f"{kind}_{way}", f"messages:{kind}/{way}:median",
                      f"messages:{kind}/raw:median", f"raw {kind}",
                      ratio(limit) if kind == "message" else None)
        yield Row(f"pool_{kind}", f"messages:{kind}/pool:median",
                  f"messages:{kind}/raw:median", f"raw {kind}",
                  ratio(1.3 if kind == "message" else 1.1))
        yield Row(f"{kind}_in_place_outcome",
                  f"messages:{kind}/in_place_outcome:median",
                  f"messages:{kind}/raw:median", f"raw {kind}")


def registry_rows():
    def at(name, n=10000, threads=1):
        return f"registry:{name}/{n}/real_time/threads:{threads}:cpu_time"
    get = "caf::actor_registry::get of the key it takes"
    yield Row("registry_whereis", at("whereis"), at("caf_get"), get,
              ratio(1.1))
    yield Row("registry_whereis_vs_text", at("whereis"), at("caf_get_text"),
              get + ", made from a text")
    yield Row("registry_whereis_10", at("whereis", 10), at("caf_get", 10), get)
    yield Row("registry_whereis_2_threads", at("whereis", threads=2),
              at("caf_get", threads=2), get)
    yield Row("registry_missing", at("missing"))
    yield Row("registry_register", at("take_and_give"),
              at("caf_put_and_erase"), "caf::actor_registry, erase and put",
              ratio(3))


def partition_rows():
    def at(name):
        return f"partition:{name}/real_time/threads:"
    yield Row("partition_lookup", at("number") + "1:cpu_time",
              at("hash_map") + "1:cpu_time",
              "the handle out of a std::unordered_map")
    yield Row("partition_lookup_modulo", at("number") + "1:cpu_time",
              at("vector") + "1:cpu_time",
              "the handle out of a std::vector, by modulo")
    yield Row("partition_lookup_text", at("text") + "1:cpu_time",
              at("text_hash") + "1:cpu_time",
              "hash of the text, handle out of a std::vector")
    yield Row("partition_lookup_2_threads", at("number") + "2:cpu_time",
              at("vector") + "2:cpu_time",
              "the handle out of a std::vector, by modulo", ratio(1.2))
    yield Row("partition_lookup_vs_otp", at("number") + "1:cpu_time",
              "otp::ets_lookup", "Erlang/OTP, the pid out of an ETS table")


def task_rows():
    def row(name, ours, raw):
        return Row(name, f"tasks:{ours}:median", f"tasks:{raw}:median",
                   "raw CAF, spawn an actor and ask it once", ratio(0.9))
    yield row("task_async_overhead", "async_nolink", "raw/request")
    yield row("task_async_overhead_linked", "async_linked", "raw/request")
    yield row("task_async_from_thread", "from_thread", "raw/from_thread")


def resource_rows():
    def at(name, threads=1):
        return f"resources:{name}/threads:{threads}:cpu_time"
    load = "the load of a flag"
    yield Row("resource_admit", at("admit"), at("load"), load, at_most(5))
    yield Row("resource_admit_2_threads", at("admit", 2), at("load", 2), load)
    yield Row("resource_shedding", "resources:shedding:cpu_time", at("load"),
              load, at_most(5))
    yield Row("resource_refuse", "resources:refuse:cpu_time")
    yield Row("resource_read", "resources:read/memory_cpu:cpu_time")
    for n in (10, 500):
        yield Row(f"resource_read_descriptors_{n}",
                  f"resources:read/descriptors/{n}:cpu_time")


def small_rows():
    yield Row("event_publish", "events:subscribers/0:cpu_time",
              target=at_most(20))
    yield Row("event_publish_1", "events:subscribers/1:cpu_time",
              "events:build_only:cpu_time", "building the event")
    one = "budget_check:admit/1/real_time/threads:1:cpu_time"
    yield Row("budget_check",
              "budget_check:admit/10000/real_time/threads:1:cpu_time", one,
              "a window of 1 entry", at_most(30))
    yield Row("budget_check_100",
              "budget_check:admit/100/real_time/threads:1:cpu_time", one,
              "a window of 1 entry")
    yield Row("budget_check_2_threads",
              "budget_check:admit/10000/real_time/threads:2:cpu_time", one,
              "a window of 1 entry, 1 thread", ratio(3))
    for n in (10, 100, 1000, 10000, 100000):
        yield Row(f"snapshot_{n}", f"snapshot:children/{n}:cpu_time",
                  target=at_most(20e6, "<= 20 ms") if n == 100000
                  else None)


def guard_rows():
    def at(name, threads=1):
        return f"guards:{name}/real_time/threads:{threads}:cpu_time"
    alone, beside = at("atomic"), at("atomic", 2)
    one, two = "one atomic addition", "one atomic addition, contended"
    yield Row("breaker_admit_closed", at("breaker/admit"), alone, one,
              at_most(10))
    yield Row("breaker_admit_closed_2_threads", at("breaker/admit", 2), beside,
              two, ratio(1))
    yield Row("breaker_record", at("breaker/record"), alone, one,
              both(at_most(15), ratio(1.5)))
    yield Row("breaker_record_2_threads", at("breaker/record", 2), beside, two,
              ratio(1.2))
    yield Row("breaker_record_failures", at("breaker/record_failures"), alone,
              one)
    yield Row("breaker_record_time_window", at("breaker/record_timed"), alone,
              one)
    yield Row("breaker_record_tracked", at("breaker/record_tracked"), alone,
              one)
    yield Row("breaker_reject_open", at("breaker/refuse"), alone, one,
              at_most(5))
    yield Row("breaker_reject_open_2_threads", at("breaker/refuse", 2), beside,
              two)
    yield Row("breaker_state", at("breaker/state"))
    yield Row("bulkhead_admit", at("bulkhead"), alone, one)
    yield Row("bulkhead_admit_2_threads", at("bulkhead", 2), beside, two,
              ratio(2))
    yield Row("rate_limiter_admit", at("rate_limiter"), alone, one)
    yield Row("rate_limiter_admit_2_threads", at("rate_limiter", 2), beside,
              two, ratio(2))
    for name, layer, limit in (
            ("breaker_actor_request", "breaker", ratio(1.1)),
            ("bulkhead_actor_request", "bulkhead", None),
            ("rate_limiter_actor_request", "rate_limit", None),
            ("retry_actor_request", "retry", None),
            ("time_limiter_actor_request", "timeout", None),
            ("guard_chain", "chain", ratio(1.3))):
        yield Row(name, f"guard_requests:{layer}:median",
                  "guard_requests:raw:median", "raw request", limit)


# As the docs have them.
SECTIONS = {
    "Restart and crash": [*restart_rows(), *crash_rows(), *group_rows()],
    "Start, hold and stop": [*spawn_rows(), *dynamic_rows(), *million_rows()],
    "Messages, look-ups and tasks": [*message_rows(), *registry_rows(),
                                     *partition_rows(), *task_rows()],
    "Guards": [*resource_rows(), *guard_rows()],
    "Inspection and budgets": [*small_rows()],
}

ROWS = [row for rows in SECTIONS.values() for row in rows]
