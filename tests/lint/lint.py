#!/usr/bin/env python3
"""The rules of this repository that a program can check.

usage: lint.py SOURCE_ROOT

Prints one line per finding and fails if there is one. CONTRIBUTING.md says
what the rules are for.
"""

import re
import sys
from pathlib import Path

ROOTS = ["lib", "actors", "supervisors"]  # arrows point to the left
CODE_DIRS = ROOTS + ["tests", "bench", "samples", "docs"]
CPP = {".hpp", ".cpp"}
CODE = CPP | {".py", ".sh", ".build"}
TEXT = CODE | {".md", ".txt", ".in", ".wrap", ".supp", ".json", ".html", ""}
MAX_COLUMNS = 80
# Lines of ours that this header includes with either CAF, without those that
# the build makes.
HEAVIEST = "vigil/supervisor.hpp"
MAX_WEIGHT = {"caf_0_17": 5710, "caf_1": 6870}
EXCEPTIONS = "tests/caf/1/exceptions.txt"
MAX_EXCEPTIONS = 15
TEST_CASE = re.compile(r'\bTEST_CASE\("((?:[^"\\]|"\s*")*)"\)')
NAMED_BY = re.compile(r"^\s*#\s*define\s+(\w+)\s+<(vigil/[^>]+)>", re.M)
INCLUDE_BY = re.compile(r"^\s*#\s*include\s+(VIGIL_\w+)", re.M)

# Spelled so that this file passes its own rules.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|place" r"holder)\b")
MACHINE_PATH = re.compile(r"/(wo" r"rk|ho" r"me)/")
CAF_VERSION = re.compile(r"\b(VIGIL_)?CAF_((MAJ|MIN)OR|PATCH)(_VERSION)?\b"
                         r"|\bCAF_VERSION\b|\bVIGIL_CAF_[A-Z]\w*"
                         r"|\bcaf_(0_17|1)(_\w+)?\.hpp\b")
CAF_SEAM = re.compile(r"lib/vigil/(caf\.hpp|(detail|internal)/caf/\w+\.[hc]pp)$"
                      r"|supervisors/vigil/internal/caf/\w+\.cpp$")
# What CAF's versions spell in different ways, or only some of them have. Behind
# the seam each has one name: see tests/unit/seam.cpp.
CAF_LEAK = re.compile(
    r"\bcaf::(?:optional|variant|string_view|span|nullopt|sum_type"
    r"|message_builder|abstract_group|telemetry|flow|actor_from_state|prepare"
    r"|init_global_meta_objects\w*|id_block"
    r"|stateful_actor|detail|execution_unit|scheduler"
    r"|timeout_msg|atom\w*|monitorable_actor|attachable\w*|resumable"
    r"|invoke_message_result|infer_handle_from_fun|make_mailbox_element"
    r"|mailbox_element\w*|make_message_id|type_erased_tuple|actor_clock|meta"
    r"|\w*anon_send|drop|duration|intrusive|policy|replies_to|reacts_to"
    r"|group|upstream_msg|downstream_msg|open_stream_msg)\b"
    r"|\bCAF_[A-Z]\w*"
    r"|\bset_(?:default|error|down|exit|exception)_handler\b"
    r"|\b(?:dummy_execution_unit|fail_state_|current_element_|bhvr_stack_"
    r"|[gs]etf|unsetf|(?:is|has)_\w+_flag|exec_later|match_elements"
    r"|(?:add|remove)_(?:back)?link|current_mailbox_element)\b"
    r"|(?:\.|->)(?:sender|mid|stages|payload)\b(?!\s*\()"
    r"|(?:\.|->)(?:content|mailbox|registry|scheduler|groups)\(\)"
    r"|(?:\.|->)(?:template\s+)?(?:attach_functor|get_as<)"
    r"|\bvoid\s+(?:\w+::)*enqueue\(|\bbool\s+(?:\w+::)*cleanup\("
    r"|\b(?:on_destroy|on_cleanup|on_unreachable|consume)\("
    r"|(?:\.|->)(?:template\s+)?(?:request|send|delayed_send|mail)"
    r"(?:<[^<>;]*>)?\("
    r"|(?:->|(?<![\w.>:]))delegate\("
    r"|\bdeliver\(caf::unit\)")
# The whole of it, and what each of its parts includes.
SEAM_HEADERS = {"vigil/caf.hpp", "vigil/detail/caf/caf_types.hpp"}
SEAM_NAME = re.compile(r"\bcompat::([A-Za-z_]\w*)")
SEAM_LIST = re.compile(r"^using vigil::compat::(\w+);", re.M)
# What is used without being named there.
SEAM_FOR_ITSELF = {"leftovers", "typed_actor"}
SEAM_LISTS = ("tests/unit/seam.cpp", "tests/brokers/seam.cpp")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(")
# What stands before an actor learns of its end, and who asked is looked for
# behind all guards, only by way of the functions that do it for all.
FRONT_BY_HAND = re.compile(r"\bmake_forwarder<\w*(front|layer)\b")
NO_GUARD = re.compile(r"\b(pool_front)\b")
ASKER_BY_HAND = re.compile(r"\bcompat::has_ended\s*\(")
CLOCK = re.compile(
    r"\b(schedule_message|(delayed|scheduled)_(anon_)?send"
    r"|set_(ordinary|multi|request|receive)_timeout|request_response_timeout)\b"
    r"|\bafter\s*\([^()]*\)\s*>>")
TIMERS = "lib/vigil/internal/caf/caf_0_17_alarm.hpp"
# Visits the clock, and leaves nothing in there.
VISITOR = "lib/vigil/detail/caf/caf_0_17_self.hpp"
REQUEST = re.compile(
    r"(->|\.)\s*(template\s+)?request\s*(<[^>;]*>)?\((?P<args>[^;]*);")
# Of an actor that is gone before the call returns.
# Runs an actor: has CAF set the timeout of its behavior, as CAF does.
LOOP = "lib/vigil/detail/caf/caf_1_control.hpp"
BLOCKING_CALL = "lib/vigil/detail/caf/caf_0_17_send.hpp"
# Of actors of users, who ask whom they like for as long as they like.
USERS_MAIL = "lib/vigil/detail/caf/caf_0_17_mail.hpp"
EMPTY_CATCH = re.compile(r"catch\s*\([^)]*\)\s*\{\s*\}")
# Sums of times are made in <vigil/time.hpp> alone. Those of a time and a
# duration are found by their types: see lib/pch/no_time_sums.hpp. This finds
# what types do not tell: `+=`, sums of bare numbers, and sums in templates. It
# goes by names that hold times here.
A_TIME = (r"(?:now(?:\(\))?|at_?|since_?|until_?|deadline_?|due|when|wake|then|t"
          r"|start(?:ed)?_?|began|ends?_?|expir\w+"
          r"|\w+_(?:since|until|deadline|at|time)|next_end(?:\(\))?"
          r"|(?:time_since_epoch\(\)(?:\.|->))?count\(\)|time_since_epoch\(\))")
TIME_SUM = re.compile(
    rf"\b{A_TIME}\s*(?:\s[-+]\s+(?!\d)|[-+]=)"
    rf"|(?<=\s[-+])\s+(?:\w+(?:\(\))?(?:\.|->))*{A_TIME}(?!\w|\s*\()")
DUE = re.compile(r"<= now\b|\bnow >= (?:\w+[._])*(?:deadline|due)\b")
COMMENT = re.compile(r"//.*")
DURATION_PARAMETER = re.compile(
    r"(?:[(,]\s*|^\s+)(?:const )?duration&?\s+\w+(?:\s*=[^;]*)?[,)]")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"](vigil/[^>"]+)[>"]', re.M)
NAMED_HEADER = re.compile(r"^\s*#\s*define\s+\w+\s+<(vigil/[^>]+)>", re.M)
PUBLIC = re.compile(r"vigil/\w+\.hpp")
CAF_INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]caf/', re.M)
# docs/architecture.md has this table with words. A wing may use what it names
# here, the headers that are in no wing, and all wings of roots to its left.
WING = re.compile(r"vigil/(?:detail|internal)/(\w+)/\w+\.[hc]pp")
WINGS = {
    "lib": {
        "base": set(), "sync": {"base"}, "breaker": {"base", "sync"},
        "resource": set(), "health": set(), "state": {"base", "caf"},
        "decision": {"base", "state"}, "caf": {"base"}},
    "actors": {
        "guard": set(), "child": {"guard"}, "dynamic": {"child"},
        "pool": {"child"}, "registry": {"child"}, "resource": set(),
        "task": {"child", "dynamic"}},
    "supervisors": {
        "health": set(), "static": {"health"}, "numbered": {"static"},
        "population": {"static"}, "caf": {"static", "population"}},
}
# What stands at namespace scope begins at the first column.
DECLARED = re.compile(
    r"^(?!using|template|static_assert|typedef|extern|namespace|inline"
    r"|constexpr|concept|enum|public:|private:|protected:|VIGIL_\w+\(|CAF_|BOOST_)"
    r"(?:\[\[\w+\]\] )?[\w:][^;{}#]*[;{]", re.M)
EXPORT = re.compile(r"\bVIGIL_EXPORT\b")
SAID_BY_COMPILERS = re.compile(
    r'(?:static_assert\((?:[^;"]|"[^"]*")*\);|^ *# *error .*'
    r'|\[\[deprecated\([^]]*\]\])', re.M)
FRIEND = re.compile(r"^\s+friend\b[^;{}]*\boperator[^;{}=]*[^;{}]*;", re.M)
A_CLASS = re.compile(r"(class|struct)\b")
# Wings of lib that know no actors. No header or source of lib that is in no
# wing does, either, but those: what users have of the seam.
NO_CAF = {"base", "sync", "breaker", "resource", "health", "decision"}
WITH_CAF = {"caf", "caf_error", "mail", "prepare", "virtual_time"}
ARCHITECTURE = "docs/architecture.md"
WING_ROW = re.compile(r"^\| (\w+) \| (\w+)( \*)? \|.*\| ([\w, ]*) ?\|$", re.M)


class Linter:
    def __init__(self, root):
        self.root = root
        self.findings = []

    def say(self, path, line, text):
        where = f"{path}:{line}" if line else str(path)
        self.findings.append(f"{where}: {text}")

    def each_match(self, pattern, path, text, what):
        for match in pattern.finditer(text):
            self.say(path, text.count("\n", 0, match.start()) + 1, what)

    def files(self):
        """All files of ours as (relative posix path, text)."""
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            top = name.split("/")[0]
            if (top == ".git" or top.startswith("build")
                    or "__pycache__" in name or path.suffix not in TEXT
                    or re.match(r"subprojects/[^/]+/", name)
                    or not path.is_file()):
                continue
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass  # not text after all

    def check_text(self, name, text):
        self.each_match(MACHINE_PATH, name, text, "path of one machine")
        if Path(name).suffix in CODE:
            self.each_match(UNFINISHED, name, text, "unfinished work")

    def check_cpp(self, name, text):
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS and "://" not in line:
                self.say(name, number, f"longer than {MAX_COLUMNS} columns")
            if "\t" in line or line != line.rstrip():
                self.say(name, number, "tab or trailing space")
        if text and not text.endswith("\n"):
            self.say(name, len(lines), "no newline at the end")
        if (name.endswith(".hpp") and "/pch/" not in name
                and lines[:1] != ["#pragma once"]):
            self.say(name, 1, "does not start with #pragma once")
        if not CAF_SEAM.match(name):
            self.each_match(CAF_VERSION, name, text,
                            "CAF's version is tested outside the seam")
            if name.split("/")[0] in ROOTS and "/pch/" not in name:
                self.each_match(CAF_LEAK, name, self.code(text),
                                "CAF's versions differ in this: use the seam")
        if not name.startswith(("samples/", "tests/stress/")):
            self.each_match(SLEEP, name, text, "sleeps")
        self.each_match(EMPTY_CATCH, name, text, "empty catch")
        for match in SAID_BY_COMPILERS.finditer(text):
            if not match[0].isascii():
                self.say(name, text.count("\n", 0, match.start()) + 1,
                         "clang prints what is not ASCII as <U+2026>")
        if name.startswith(("actors/", "supervisors/")):
            self.each_match(FRONT_BY_HAND, name, NO_GUARD.sub("", text),
                            "a guard that is not made by make_front")
            if not name.endswith("/asker.cpp"):
                self.each_match(ASKER_BY_HAND, name, text,
                                "asks for the sender, not for who waits; use "
                                "nobody_waits")
        self.check_clock(name, text)
        root, _, path = name.partition("/")
        if root in ROOTS and name != "lib/vigil/time.hpp":
            self.check_times(name, path, lines)
        if (root in ROOTS and name.endswith(".hpp")
                and re.match(r"vigil/(detail/|\w+\.hpp$)", path)):
            self.check_exports(name, text)

    @staticmethod
    def code(text):
        return "\n".join(COMMENT.sub("", x) for x in text.splitlines())

    def check_times(self, name, path, lines):
        public = re.fullmatch(r"vigil/\w+\.hpp", path)
        hidden = False
        lines = [COMMENT.sub("", line) for line in lines]
        self.each_match(TIME_SUM, name, "\n".join(lines),
                        "a sum of times that can overflow: use time_after, "
                        "time_before, time_between, has_lasted")
        if path != "vigil/detail/base/due.hpp":
            self.each_match(DUE, name, "\n".join(lines),
                            "`never` must not come: use is_due")
        for number, code in enumerate(lines, 1):
            hidden = {"private:": True, "public:": False}.get(
                code.strip(), hidden)
            if public and not hidden and DURATION_PARAMETER.search(code):
                self.say(name, number, "a duration that users give: take "
                         "vigil::any_duration, which cannot overflow")

    def check_exports(self, name, text):
        """What a source defines of a header of users, and each class there,
        has VIGIL_EXPORT."""
        text = re.sub(r"//.*|^#.*", "", text, flags=re.M)
        for match in FRIEND.finditer(text):
            if not re.search(r"= *default", match[0]):
                self.say(name, text.count("\n", 0, match.start()) + 2,
                         "an operator that is a friend and stands in a source "
                         "is not there in a shared vigil: declare it outside")
        for match in DECLARED.finditer(text):
            what = match[0]
            # A line before it: the rest of a template's head, or of another.
            before = text[:match.start()].rstrip()
            if before and before[-1] not in ";{}":
                continue
            wanted = (what[-1] == "{" if A_CLASS.match(what)
                      else what[-1] == ";" and "(" in what)
            if wanted and "VIGIL_EXPORT" not in what:
                self.say(name, text.count("\n", 0, match.start()) + 1,
                         "has no VIGIL_EXPORT: is not there in a shared vigil")

    def check_clock(self, name, text):
        """CAF's clock keeps whom it has something for, ended or not."""
        if name.split("/")[0] not in ROOTS:
            return
        if name not in (TIMERS, VISITOR, LOOP):
            self.each_match(CLOCK, name, text,
                            "schedules with a strong reference: use "
                            "compat::timer")
        for match in REQUEST.finditer(text):
            if "infinite" not in match["args"] and name not in (BLOCKING_CALL,
                                                                 USERS_MAIL):
                self.say(name, text.count("\n", 0, match.start()) + 1,
                         "request with a timeout, which CAF's clock keeps: "
                         "use compat::request_then")

    def check_lists(self, names):
        """Every C++ file has to stand in a meson.build above it."""
        for name in names:
            parts = Path(name).parts
            if parts[0] not in CODE_DIRS or "pch" in parts:
                continue
            if name.startswith("tests/consume/"):
                continue
            if name.endswith(".hpp") and parts[0] not in ROOTS:
                continue
            if not any(self.listed(name, folder)
                       for folder in list(Path(name).parents)):
                self.say(name, 0, "stands in no meson.build")

    def listed(self, name, folder):
        build = self.root / folder / "meson.build"
        if not build.is_file():
            return False
        inside = Path(name).relative_to(folder)
        spellings = {inside.as_posix()}
        if name.startswith("tests/compile_fail/"):
            spellings.add(inside.stem)  # that list has names without .cpp
        text = build.read_text()
        return any(f"'{s}'" in text for s in spellings)

    def check_wings(self, name, text):
        """The borders within a root: docs/architecture.md, "Wings"."""
        root, _, path = name.partition("/")
        here = WING.fullmatch(path)
        if path.startswith(("vigil/detail/", "vigil/internal/")):
            if here is None:
                return self.say(name, 0, "stands in no wing")
            if here[1] not in WINGS[root]:
                return self.say(name, 0, f"{root} has no wing {here[1]}")
        private = "/internal/" in path or name.endswith(".cpp")
        if "/internal/" in path:
            self.each_match(EXPORT, name, text,
                            "shows what is not installed")
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            if "/internal/" in match[1] and not private:
                self.say(name, line, "includes what is not installed")
            there = WING.fullmatch(match[1])
            if (here and there and self.home.get(match[1]) == root
                    and there[1] != here[1]
                    and there[1] not in WINGS[root][here[1]]):
                self.say(name, line, f"{here[1]} uses {there[1]}: no arrow of "
                         "docs/architecture.md")
        knows = here[1] not in NO_CAF if here else Path(path).stem in WITH_CAF
        if root == "lib" and path.startswith("vigil/") and not knows:
            self.each_match(CAF_INCLUDE, name, text, "uses CAF")
            if SEAM_HEADERS & self.reached(path):
                self.say(name, 0, "includes the seam by some way")

    def check_map(self, text):
        """The table of the wings says what WINGS says."""
        rows = {}
        for root, wing, star, uses in WING_ROW.findall(text):
            if root in WINGS:
                rows.setdefault(root, {})[wing] = set(
                    re.findall(r"\w+", uses))
                if root == "lib" and bool(star) != (wing in NO_CAF):
                    self.say(ARCHITECTURE, 0, f"wing {wing}: a star says that "
                             "it knows no CAF")
        if rows != WINGS:
            self.say(ARCHITECTURE, 0, "the table of the wings is not the one "
                     "that lint.py checks")

    def check_seam(self, texts):
        """What other files name of the seam stands in its lists, and compiles
        there: a new version of CAF has to define that, and nothing else."""
        listed = {name: (path, texts[path].count("\n", 0, match.start()) + 1)
                  for path in SEAM_LISTS if path in texts
                  for match in SEAM_LIST.finditer(texts[path])
                  for name in [match[1]]}
        used = set()
        for path, text in texts.items():
            if CAF_SEAM.match(path) or path in SEAM_LISTS:
                continue
            text = self.code(text)
            used |= set(SEAM_NAME.findall(text))
            for match in SEAM_NAME.finditer(text):
                if match[1] not in listed:
                    self.say(path, text.count("\n", 0, match.start()) + 1,
                             f"compat::{match[1]} stands in no list of the "
                             f"seam: {' or '.join(SEAM_LISTS)}")
        for name in sorted(set(listed) - used - SEAM_FOR_ITSELF):
            self.say(*listed[name], f"nobody uses compat::{name}")

    def reached(self, path):
        """All headers of ours that one includes, directly or not."""
        seen, left = set(), [path]
        while left:
            text = self.by_path.get(left.pop(), "")
            new = {*INCLUDE.findall(text), *NAMED_HEADER.findall(text)} - seen
            seen |= new
            left += new
        return seen

    def check_weight(self):
        """What every user compiles does not grow unseen."""
        for folder, limit in MAX_WEIGHT.items():
            named = {name: path for text in self.by_path.values()
                     for name, path in NAMED_BY.findall(text)
                     if f"/{folder}" in path}
            seen, left = {HEAVIEST}, [HEAVIEST]
            while left:
                text = self.by_path.get(left.pop(), "")
                new = {*INCLUDE.findall(text),
                       *(named.get(x, "") for x in INCLUDE_BY.findall(text))}
                new = {x for x in new - seen if x in self.by_path
                       and (folder in x or "/caf/caf_0_17" not in x
                            and "/caf/caf_1" not in x)}
                seen |= new
                left += new
            lines = sum(self.by_path.get(x, "").count("\n") for x in seen)
            if lines > limit:
                self.say(f"supervisors/{HEAVIEST}", 0, f"pulls {lines} of our "
                         f"lines, and {limit} are allowed, with {folder}*")

    def check_exceptions(self, texts):
        """What one CAF alone is asked for is named, with a reason, and is
        not much."""
        file = self.root / EXCEPTIONS
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        rows = [x.split(" | ") for x in text.splitlines()
                if x and not x.startswith("#")]
        if any(len(x) != 3 or not all(x) for x in rows):
            self.say(EXCEPTIONS, 0, "each row is: suite | case | reason")
        if len(rows) > MAX_EXCEPTIONS:
            self.say(EXCEPTIONS, 0, f"has {len(rows)} rows, and "
                     f"{MAX_EXCEPTIONS} are allowed")
        cases = {(name, re.sub(r'"\s*"', "", case))
                 for name, code in texts.items()
                 for case in TEST_CASE.findall(code)
                 if name.startswith("tests/")}
        for x in {x[1] for x in rows if len(x) == 3} - {x[1] for x in cases}:
            self.say(EXCEPTIONS, 0, f"there is no test case: {x}")
        for name, case in sorted(cases):
            if (name.startswith("tests/caf/0_17/")
                    and case not in (x[1] for x in rows if len(x) == 3)):
                self.say(name, 0, f"is not named in {EXCEPTIONS}: {case}")

    def check_reach(self):
        """What no header of users needs is not installed."""
        needed = set()
        for path in self.home:
            if PUBLIC.fullmatch(path):
                needed |= self.reached(path)
        for path, top in self.home.items():
            if (path.endswith(".hpp") and path.startswith("vigil/detail/")
                    and path not in needed):
                self.say(f"{top}/{path}", 0, "only sources include it: it "
                         "belongs into internal/")

    def check_arrows(self, texts):
        """An include path lives in one root, and no root includes from one
        to its right."""
        home = {}
        for name in texts:
            top, _, path = name.partition("/")
            if top in ROOTS and path.startswith("vigil/"):
                if path in home:
                    self.say(name, 0, f"{home[path]}/{path} is in the way")
                home.setdefault(path, top)
        self.home = home
        self.by_path = {path: texts[f"{top}/{path}"]
                        for path, top in home.items()}
        for name, text in texts.items():
            top = name.split("/")[0]
            if top not in ROOTS:
                continue
            if (name.endswith(".hpp") and "/pch/" not in name
                    and not name.endswith("/detail/base/language.hpp")
                    and not INCLUDE.search(text)):
                self.say(name, 0, "includes no header of ours: it needs "
                         "<vigil/detail/base/language.hpp>")
            self.check_wings(name, text)
            for match in INCLUDE.finditer(text):
                line = text.count("\n", 0, match.start(1)) + 1
                target = home.get(match.group(1))
                if target is None:
                    # Made by the build, of a text with that name.
                    if (self.root / "lib" / f"{match.group(1)}.in").is_file():
                        continue
                    self.say(name, line, f"there is no {match.group(1)}")
                elif (ROOTS.index(target) > ROOTS.index(top)
                      and not name.endswith("/vigil/vigil.hpp")):
                    self.say(name, line, f"{top} includes from {target}")
        self.check_reach()
        self.check_weight()


def lint_of(root):
    """Returns what looked at the files of a source tree, and how many."""
    lint = Linter(root)
    texts, count = {}, 0
    for name, text in lint.files():
        count += 1
        lint.check_text(name, text)
        if name == ARCHITECTURE:
            lint.check_map(text)
        if (Path(name).suffix in CPP
                and name.split("/")[0] in CODE_DIRS):
            lint.check_cpp(name, text)
            texts[name] = text
    lint.check_lists(texts)
    lint.check_arrows(texts)
    lint.check_seam(texts)
    lint.check_exceptions(texts)
    return lint, count


def findings_in(root):
    return lint_of(root)[0].findings


def main():
    lint, count = lint_of(Path(sys.argv[1]).resolve())
    for finding in lint.findings:
        print(finding)
    print(f"{count} files, {len(lint.findings)} findings")
    sys.exit(1 if lint.findings else 0)


if __name__ == "__main__":
    main()
