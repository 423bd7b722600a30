#!/usr/bin/env python3
"""Shows that rules of lint.py find what they are for, and nothing else.

usage: rules.py

Each case is a small source tree with what has to be found in it.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import lint  # noqa: E402 (the path comes first)

# Lines that have no place outside the seam.
LEAKS = """
caf::optional<int> f();
struct s<caf::stateful_actor<State, Base>> {};
self.set_default_handler(caf::skip);
this->set_error_handler(f);
self->set_down_handler(f);
self->set_exit_handler(f);
self->set_exception_handler(f);
auto* ctx = sys.dummy_execution_unit();
void run(caf::execution_unit* ctx);
get_if<caf::timeout_msg>(x);
struct s<caf::detail::type_list<Ts...>> {};
using t = caf::detail::get_callable_trait<F>::type;
using t = caf::infer_handle_from_fun<F>;
return this->fail_state_;
if (x.getf(is_terminated_flag))
this->setf(caf::abstract_actor::is_initialized_flag);
answer(x.sender);
answer(x->sender);
if (x.mid.is_request())
x->stages.clear();
auto& who = this->current_element_;
void enqueue(compat::element_ptr x, compat::context* ctx) override;
void slot::enqueue(compat::element_ptr x, compat::context* ctx) {
bool cleanup(caf::error&& why, compat::context* ctx) override;
void on_destroy() override;
void on_cleanup(const caf::error& why) override;
auto consume(compat::mailbox_element& x) override;
handle->get()->add_link(x);
this->mailbox().closed();
sys.registry().put(name, x);
sys.scheduler().enqueue(job);
class job : public caf::resumable {};
class hook : public caf::attachable {};
class front : public caf::monitorable_actor {};
constexpr auto name = caf::atom("vigil");
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parcel)
return f(caf::meta::type_name("parcel"), x.weight);
self->request(to, caf::infinite, x);
self->template request<urgent>(to, caf::infinite, x);
self->send(to, x);
caf::anon_send(to, x);
self->delayed_send(to, d, x);
return self->delegate(to, x);
return delegate(to, x);
promise.deliver(caf::unit);
x.content().match_elements<int>();
ctx->exec_later(job);
caf::variant<int, double> x;
f(caf::string_view{name});
caf::message_builder b;
handle->attach_functor(f);
x.get_as<int>(0);
x.template get_as<int>(0);
auto g = sys.groups().anonymous();
caf::telemetry::counter* n = nullptr;
auto x = caf::actor_from_state<S>;
caf::init_global_meta_objects<ids>();
"""

HARMLESS = """
caf::strong_actor_ptr handle;
compat::enqueue_result enqueue(compat::element_ptr x) override;
answer(compat::sender_of(x));
auto from = sender;
bool cleanup_done = false;
promise.deliver(std::move(x));
caf::error why = x.fail_state();
// in CAF 0.17: self->send(to, x), caf::optional
auto text = x.content_type();
compat::request_then(self, to);
return vigil::mail(self, x).delegate(to);
"""

SEAM_LIST = "using vigil::compat::context;\nusing vigil::compat::timer;\n"


def findings(files):
    """Returns what lint says of these files, `{path: text}`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        return [x for x in lint.findings_in(root) if "meson.build" not in x]


def says(files, words):
    return any(words in x for x in findings(files))


def main():
    failed = []

    def check(right, what):
        if not right:
            failed.append(what)

    leak = "CAF's versions differ in this"
    for line in LEAKS.split("\n"):
        if line:
            check(says({"actors/vigil/a.cpp": line + "\n"}, leak),
                  f"does not find: {line}")
            for seam in ("lib/vigil/caf.hpp", "lib/vigil/detail/caf/a.hpp"):
                check(not says({seam: line + "\n"}, leak),
                      f"finds in {seam}: {line}")
            check(not says({"tests/unit/a.cpp": line + "\n"}, leak),
                  f"finds in tests: {line}")
    for line in HARMLESS.split("\n"):
        check(not says({"lib/vigil/a.cpp": line + "\n"}, leak),
              f"finds: {line}")

    lists = {"tests/unit/seam.cpp": SEAM_LIST}
    use = "compat::context* f(compat::timer&);\n"
    check(not says({**lists, "lib/vigil/a.cpp": use}, "compat::"),
          "finds names of the seam that are listed and used")
    check(says({**lists, "lib/vigil/a.cpp": use + "compat::job x;\n"},
               "a.cpp:2: compat::job stands in no list"),
          "does not find a name of the seam that is not listed")
    check(not says({**lists, "lib/vigil/a.cpp": use,
                    "lib/vigil/detail/caf/b.cpp": "compat::job x;\n"},
                   "compat::job"),
          "finds a name that the seam uses itself")
    check(says({**lists, "lib/vigil/a.cpp": "compat::context* f();\n"},
               "seam.cpp:2: nobody uses compat::timer"),
          "does not find a name of the seam that nobody uses")

    wing = "lib/vigil/detail/sync/a.hpp"
    for text, where, words in (
        ("#include <caf/all.hpp>\n", wing, "uses CAF"),
        ("#include <caf/all.hpp>\n", "lib/vigil/a.cpp", "uses CAF"),
        ("#include <vigil/caf.hpp>\n", "lib/vigil/a.hpp", "by some way"),
        ("#include <vigil/detail/caf/caf_types.hpp>\n", "lib/vigil/a.hpp",
         "by some way"),
        ("#include <vigil/internal/sync/b.hpp>\n", wing, "not installed"),
        ("#include <vigil/detail/state/b.hpp>\n", wing, "no arrow"),
        ("class VIGIL_EXPORT b {\n", "lib/vigil/internal/sync/a.hpp",
         "shows what is not installed"),
        ("int a;\n", "lib/vigil/detail/a.hpp", "stands in no wing"),
        ("int a;\n", "lib/vigil/detail/odd/a.hpp", "has no wing odd"),
    ):
        others = {"lib/vigil/internal/sync/b.hpp": "",
                  "lib/vigil/detail/state/b.hpp": "", "lib/vigil/caf.hpp": ""}
        check(says({**others, where: text}, words),
              f"does not find in {where}: {text}")
    for text, where in (
        ("#include <caf/all.hpp>\n", "lib/vigil/caf.hpp"),
        ("#include <caf/all.hpp>\n", "lib/vigil/detail/caf/a.hpp"),
        ("#include <vigil/detail/base/b.hpp>\n", wing),
    ):
        check(not any(says({where: text}, x)
                      for x in ("uses CAF", "no arrow")),
              f"finds in {where}: {text}")

    case = 'TEST_CASE("a thing "\n          "happens") {}\n'
    named = "core | a thing happens | no way to\n"
    one = {"tests/caf/0_17/a.cpp": case, lint.EXCEPTIONS: named}
    check(not says(one, lint.EXCEPTIONS), "finds an exception with its case")
    check(says({"tests/caf/0_17/a.cpp": case}, "is not named in"),
          "does not find a case of one CAF that has no reason")
    check(says({lint.EXCEPTIONS: named}, "there is no test case"),
          "does not find an exception without a case")
    check(says({**one, lint.EXCEPTIONS: named * 16}, "are allowed"),
          "does not count exceptions")
    check(says({**one, lint.EXCEPTIONS: named + "core | b\n"}, "each row is"),
          "does not find an exception without a reason")

    for text in ("while (x.at <= now)\n", "if (now >= word_.deadline(at))\n"):
        check(says({"lib/vigil/a.cpp": text}, "use is_due"),
              f"does not find: {text}")
    check(not says({"lib/vigil/a.cpp": "if (is_due(x.at, now))\n"},
                   "use is_due"), "finds a use of is_due")

    friend = ("class VIGIL_EXPORT a {\n  friend bool operator==(const a& x, "
              "const a& y){}\n};\n")
    check(says({"lib/vigil/a.hpp": friend.replace("{}", ";")}, "is a friend"),
          "does not find an operator that is a friend and not exported")
    check(not says({"lib/vigil/a.hpp": friend.replace("{}", " = default;")},
                   "is a friend"), "finds an operator that is a friend and there")

    said = ('static_assert(sizeof(T) > 1,\n              "take child(...)");\n'
            '#pragma once\n// child(\u2026) in a comment\n')
    check(not says({"lib/vigil/a.cpp": said}, "not ASCII"),
          "finds a sentence of ASCII")
    check(says({"lib/vigil/a.cpp": said.replace("...", "\u2026")}, "not ASCII"),
          "does not find a sentence that compilers cannot print")

    reached = {"lib/vigil/a.hpp": "#include <vigil/detail/base/b.hpp>\n",
               "lib/vigil/detail/base/b.hpp":
               "#  define NAME <vigil/detail/base/c.hpp>\n",
               "lib/vigil/detail/base/c.hpp": ""}
    check(not says(reached, "only sources"),
          "finds a detail header that users need")
    check(says({**reached, "lib/vigil/a.cpp":
                "#include <vigil/detail/base/d.hpp>\n",
                "lib/vigil/detail/base/d.hpp": ""}, "d.hpp: only sources"),
          "does not find a detail header that sources alone need")

    row = "| lib | {} | words | {} |\n"
    rows = "".join(
        row.format(x + (" *" if x in lint.NO_CAF else ""), ", ".join(uses))
        for x, uses in lint.WINGS["lib"].items())
    others = "".join(
        f"| {top} | {x} | words | {', '.join(uses)} |\n"
        for top in ("actors", "supervisors")
        for x, uses in lint.WINGS[top].items())
    check(not says({lint.ARCHITECTURE: rows + others}, lint.ARCHITECTURE),
          "finds a table of wings that is right")
    check(says({lint.ARCHITECTURE: others}, "is not the one"),
          "does not find a table of wings without lib")
    check(says({lint.ARCHITECTURE: rows.replace("base * |", "base |") + others},
               "a star says"), "does not find a star that is missing")

    for what in failed:
        print(what)
    print(f"{len(failed)} findings")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
