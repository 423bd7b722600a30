"""Shows results beside each other: for the terminal, and for the docs."""

import json
import sys

from counts import KINDS
from rows import SECTIONS

# What is worse by less than this is noise, whatever the rounds say.
LEAST = 0.05


def load(path):
    """The rows of one bench.json by name."""
    if not path.exists():
        sys.exit(f"{path} is not there: run ./dev bench first")
    return {e["name"]: e for e in json.loads(path.read_text(encoding="utf-8"))}


def shown(x, unit, micro="us"):
    if x is None:
        return "-"
    if unit == "ns":
        for limit, divisor, name in ((1e3, 1, "ns"), (1e6, 1e3, micro)):
            if x < limit:
                return f"{x / divisor:.3g} {name}"
        return f"{x / 1e6:.4g} ms"
    return f"{x:.0f} {unit}"


def share(entry):
    return "-" if entry["ratio"] is None else f"{entry['ratio']:.3g}"


def print_columns(cells):
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        print("  ".join(x.ljust(w) for x, w in zip(row, widths)).rstrip())


def number(x):
    """A count as short as it can be read: 1,234, 12.3, 0.05, 0."""
    if x is None:
        return "-"
    return f"{x:,.0f}" if x >= 100 or x == 0 else f"{x:.3g}"


def pair(entry, kind):
    """Our count and, behind it, that of the baseline."""
    ours, base = (entry.get(k, {}).get(kind)
                  for k in ("counts", "baseline_counts"))
    if ours is None:
        return ""
    return number(ours) + (f" / {number(base)}" if base is not None else "")


def print_counts(entries):
    """What no machine changes, beside the same of the baseline."""
    cells = [("path, ours / baseline", *KINDS)]
    cells += [(e["name"], *(pair(e, kind) for kind in KINDS))
              for e in entries if e["counts"]]
    if len(cells) > 1:
        print_columns(cells)
        print("Counted per operation: instructions, those with a lock prefix "
              "and calls of malloc by callgrind, of futex(2) by strace, "
              "voluntary context switches by the kernel.")


def where(rows):
    """What the rows were measured on, as far as they tell."""
    first = next(iter(rows.values()), {})
    return ", ".join(filter(None, (
        f"CAF {first['caf']}" if "caf" in first else "",
        first.get("machine", ""), first.get("date", ""))))


def verdict(old, new):
    """Compares ratios where both have one, for they travel; else values.

    Worse is what is farther off than both spreads together, and than LEAST.
    """
    keys = ("ratio", "ratio") if old["ratio"] and new["ratio"] \
        else ("ours", "ours")
    before, after = old[keys[0]], new[keys[1]]
    if not before:
        return "", ""
    change = after / before - 1
    noise = max(LEAST, old["spread"] + new["spread"])
    word = "worse" if change > noise else "better" if change < -noise else ""
    return f"{100 * change:+.0f} %", word


def instructions(old, new):
    """How much more instructions a row takes, and whether that is worse."""
    before, after = (x.get("counts", {}).get("instructions")
                     for x in (old, new))
    if not before or not after:
        return "", ""
    change = after / before - 1
    word = "worse" if change > LEAST else "better" if change < -LEAST else ""
    return f"{100 * change:+.0f} %", word


def compare(old_path, new_path):
    """Prints two results beside each other and marks what got worse."""
    old, new = load(old_path), load(new_path)
    print(f"old: {old_path} ({where(old)})\nnew: {new_path} ({where(new)})\n")
    cells = [("path", "old", "ratio", "new", "ratio", "change", "",
              "instructions", "")]
    worse = more = 0
    for name, after in new.items():
        before = old.get(name)
        if before is None:
            continue
        change, word = verdict(before, after)
        worse += word == "worse"
        counted = instructions(before, after)
        more += counted[1] == "worse"
        unit = after["unit"]
        cells.append((name, shown(before["ours"], unit), share(before),
                      shown(after["ours"], unit), share(after), change, word,
                      *counted))
    print_columns(cells)
    for title, names in (("only in old", old.keys() - new.keys()),
                         ("only in new", new.keys() - old.keys())):
        if names:
            print(f"{title}: {', '.join(sorted(names))}")
    print(f"\n{len(cells) - 1} rows, {worse} worse, {more} with more "
          "instructions. The change is that of the ratio, where there is one; "
          "noise is the sum of both spreads, and "
          f"{100 * LEAST:.0f} % at least.")


def met(entry):
    word = {True: "yes", False: "**no**", None: ""}[entry["met"]]
    if entry["met"] is False and entry["floor"] is not None:
        word += f", floor {shown(entry['floor'], entry['unit'], 'µs')}"
    return word


def judge(row, entry):
    """Has the targets be those of today, which may be later than the figures."""
    if entry is not None:
        entry["met"] = None if row.target is None else row.target.met(
            entry["ours"], entry["baseline"], entry["ratio"])


def markdown(paths):
    """Prints the tables of the docs: one group of columns for each file."""
    all_rows = [load(p) for p in paths]
    for rows in SECTIONS.values():
        for row in rows:
            for x in all_rows:
                judge(row, x.get(row.name))
    titles = [f"CAF {next(iter(x.values())).get('caf', '?')}" for x in all_rows]
    for section, rows in SECTIONS.items():
        print(f"### {section}\n")
        head = ["path", "baseline"]
        for title in titles:
            head += [title, "baseline", "ratio", "spread"]
        print_row(head + ["target", "met"])
        print_row(["---"] * (len(head) + 2))
        for row in rows:
            entries = [x.get(row.name) for x in all_rows]
            if any(entries):
                print_row(line(row, entries))
        print()
        print_counts_of(rows, all_rows, titles)
    floors = {}
    for x in all_rows:
        for e in x.values():
            if e["met"] is False and e["floor"] is not None:
                floors.setdefault(e["floor_name"], {})[f"`{e['name']}`"] = None
    for text, names in floors.items():
        print(f"Floor of {', '.join(names)}: {text}.\n")


def line(row, entries):
    target = row.target.text.replace("<=", "≤") if row.target else ""
    cells = [f"`{row.name}`", row.baseline_name if row.baseline else ""]
    for e in entries:
        if e is None:
            cells += [""] * 4
            continue
        cells += [shown(e["ours"], e["unit"], "µs"),
                  shown(e["baseline"], e["unit"], "µs") if e["baseline"]
                  else "", share(e) if e["ratio"] else "",
                  f"{100 * e['spread']:.0f} %"]
    words = [met(e) for e in entries if e is not None]
    same = words[0] if len(set(words)) == 1 else "; ".join(words)
    return cells + [target, same]


def print_counts_of(rows, all_rows, titles):
    """What an operation costs in counts; each file's ours / baseline."""
    counted = [row for row in rows
               if any(x.get(row.name, {}).get("counts") for x in all_rows)]
    if not counted:
        return
    kinds = [f"{title}: {kind}" for title in titles for kind in KINDS]
    print_row(["path", *kinds])
    print_row(["---"] * (len(kinds) + 1))
    for row in counted:
        print_row([f"`{row.name}`", *(pair(x.get(row.name, {}), kind)
                                      for x in all_rows for kind in KINDS)])
    print()


def print_row(cells):
    print("| " + " | ".join(cells) + " |")
