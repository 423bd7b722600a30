"""Draws bench.json: each path beside its baseline, on a logarithmic scale."""

import json
import shutil
import subprocess
import sys

# Rows that say something side by side, and how a reader calls them.
BARS = [
    ("restart_in_place_value_p50", "restart in place,\\nby value"),
    ("restart_in_place_exception", "restart in place,\\nexception"),
    ("crash_loop_vs_raw_caf", "crash loop\\nvs raw CAF"),
    ("crash_loop_vs_otp", "crash loop\\nvs OTP"),
    ("respawn_vs_raw_caf", "respawn\\nvs raw CAF"),
    ("start_dynamic_child", "start_child\\nvs raw spawn"),
    ("group_restart_1000", "group of 1000,\\nper child"),
    ("message_in_place", "message,\\nin place"),
    ("message_slot", "message,\\nslot"),
]

SCRIPT = """
set terminal pngcairo size 1200,560 font "sans,11" background "white"
set output "{out}"
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.9 border -1
set boxwidth 0.9
set logscale y
set ylabel "nanoseconds (logarithmic)"
set yrange [50:*]
set grid ytics
set key top left
set title "vigil and its baselines, medians; shorter is better"
set datafile separator "\\t"
plot "-" using 2:xtic(1) title "vigil" lc rgb "#2b6cb0", \\
     "" using 3 title "baseline" lc rgb "#c4c4c4"
{data}
e
{data}
e
"""


def plot(path):
    if not shutil.which("gnuplot"):
        sys.exit("there is no gnuplot (on Debian: gnuplot-nox)")
    if not path.exists():
        sys.exit(f"{path} is not there: run ./dev bench first")
    rows = {e["name"]: e for e in json.loads(path.read_text())}
    lines = [f"\"{label}\"\t{rows[name]['ours']}\t{rows[name]['baseline']}"
             for name, label in BARS
             if name in rows and rows[name]["baseline"] is not None]
    if not lines:
        sys.exit(f"{path} has none of the rows of the plot")
    out = path.with_suffix(".png")
    script = SCRIPT.format(out=out, data="\n".join(lines))
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    print(f"drawn: {out}")
