#!/usr/bin/env python3
"""Checks that the documentation tells the truth where a program can tell.

usage: check.py [--fix] SOURCE_ROOT [NAME=COMMAND ...]

- Code is quoted, never written twice. A block of C++, Meson or CMake stands
  below a line `<!-- from: FILE REGION -->` and equals what lies between
  `doc: REGION` and `doc: end` in that file, which some test compiles.
- A block below `<!-- output: NAME [SECTION] -->` equals what COMMAND prints,
  or what follows the line `== SECTION` of that. Uptimes may differ.
- Inline code that begins with `vigil: ` is a sentence of a static_assert.
- Links lead to files and headings that are there.

With --fix, quotes that differ are replaced by what they quote.
"""

import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

QUOTED = {"cpp", "meson", "cmake"}  # languages that need a source
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SOURCE = re.compile(r"<!-- (from|output): (\S+)(?: (\S+))? -->\s*\Z")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)
SENTENCE = re.compile(r"`(vigil: [^`]*)`")
MARKER = re.compile(r"\s*(?://|#) doc: (\S+)$")
UPTIME = re.compile(r"\bup [0-9.]+[a-z]+")


def slug(heading):
    """The anchor that forges give a heading."""
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


def region(path, name):
    """The marked lines of a file, without their common indentation."""
    lines, inside, found = [], False, False
    for line in path.read_text(encoding="utf-8").splitlines():
        marker = MARKER.match(line)
        if marker and marker.group(1) in (name, "end"):
            inside = marker.group(1) == name
            found = found or inside
        elif inside and not marker:
            lines.append(line)
    return textwrap.dedent("\n".join(lines)).strip("\n") if found else None


def same(one, other):
    return (UPTIME.sub("up T", one.strip("\n"))
            == UPTIME.sub("up T", other.strip("\n")))


class Checker:
    def __init__(self, root, programs):
        self.root, self.programs = root, programs
        self.outputs, self.findings, self.blocks = {}, [], 0
        self.sentences = self.all_sentences()

    def all_sentences(self):
        """The text of the sources with adjacent string literals joined."""
        text = ""
        for top in ("lib", "actors", "supervisors"):
            for path in sorted((self.root / top).rglob("*.hpp")):
                text += path.read_text(encoding="utf-8")
        return re.sub(r'"\s*"', "", text).replace('\\"', '"')

    def say(self, path, text, offset, what):
        line = text.count("\n", 0, offset) + 1
        self.findings.append(
            f"{path.relative_to(self.root)}:{line}: {what}")

    def output(self, name, section):
        if name not in self.programs:
            return None
        if name not in self.outputs:
            run = subprocess.run(shlex.split(self.programs[name]), text=True,
                                 stdout=subprocess.PIPE, timeout=60)
            if run.returncode != 0:
                sys.exit(f"{name} ended with {run.returncode}")
            self.outputs[name] = run.stdout
        text = self.outputs[name]
        if section:
            parts = re.split(r"^== (\S+)\n", text, flags=re.M)
            text = dict(zip(parts[1::2], parts[2::2])).get(section)
        return text and text.strip("\n")

    def expected(self, kind, name, part):
        if kind == "output":
            return self.output(name, part)
        file = self.root / name
        return region(file, part) if file.is_file() else None

    def fix(self, path):
        text = path.read_text(encoding="utf-8")

        def quote(match):
            source = SOURCE.search(text[:match.start()])
            new = source and self.expected(*source.groups())
            if not new or same(new, match.group(2)):
                return match.group()
            return f"```{match.group(1)}\n{new}\n```"
        path.write_text(FENCE.sub(quote, text), encoding="utf-8")

    def check_block(self, path, text, match):
        language, body = match.group(1), match.group(2)
        source = SOURCE.search(text[:match.start()])
        if source is None:
            if language in QUOTED:
                self.say(path, text, match.start(), "code without a source")
            return
        self.blocks += 1
        _, name, part = source.groups()
        expected = self.expected(*source.groups())
        if expected is None:
            self.say(path, text, source.start(), f"there is no {name} {part}")
        elif not same(expected, body):
            self.say(path, text, match.start(),
                     f"differs from {name} {part or ''}:\n"
                     + textwrap.indent(expected, "    "))

    def check_link(self, path, text, match):
        target = match.group(1)
        if "://" in target or target.startswith("mailto:"):
            return
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            self.say(path, text, match.start(), f"dead link {target}")
        elif anchor and file.suffix == ".md":
            plain = FENCE.sub("", file.read_text(encoding="utf-8"))
            if anchor not in map(slug, HEADING.findall(plain)):
                self.say(path, text, match.start(), f"no heading {target}")

    def check(self, path):
        text = path.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            self.check_block(path, text, match)
        # Blank the blocks out, so that offsets stay.
        prose = FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
        for match in LINK.finditer(prose):
            self.check_link(path, prose, match)
        for match in SENTENCE.finditer(prose):
            sentence = re.sub(r"\s+", " ", match.group(1))
            if sentence not in self.sentences:
                self.say(path, prose, match.start(), "nobody says this")


def main():
    fix, args = "--fix" in sys.argv, [a for a in sys.argv[1:] if a != "--fix"]
    if not args:
        sys.exit(__doc__)
    root = Path(args[0]).resolve()
    checker = Checker(root, dict(arg.split("=", 1) for arg in args[1:]))
    pages = sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))
    for page in pages:
        if fix:
            checker.fix(page)
        checker.check(page)
    for finding in checker.findings:
        print(finding)
    print(f"{len(pages)} pages, {checker.blocks} quoted blocks, "
          f"{len(checker.findings)} findings")
    sys.exit(1 if checker.findings else 0)


if __name__ == "__main__":
    main()
