#!/usr/bin/env python3
"""Runs the intake service as its users do, and checks what it says.

usage: smoke.py PROGRAM SOURCE_ROOT [unittest arguments]

Files in the format of real servers are used if there are any: in the folder
that the environment variable FHIR_DATA names, or in ../shared/data/fhir.
"""

import os
import pty
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = SOURCE_ROOT = None
OK, FAILED, USAGE, UNREADABLE, REJECTIONS, INTERRUPTED = 0, 1, 2, 3, 4, 130
NOBODY = 65534  # a user who may not do everything, unlike root


class Run:
    """One run of the program: status, output and the numbers in it."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __str__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"

    def number(self, name):
        """The number in the row of that name, or nothing."""
        found = re.search(rf"^{name} +(\d+)", self.out, re.M)
        return int(found.group(1)) if found else None


def run(*args, user=None):
    done = subprocess.run([PROGRAM, *map(str, args)], user=user,
                          capture_output=True, text=True, timeout=100)
    return Run(done.returncode, done.stdout, done.stderr)


class Smoke(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        self.dir.chmod(0o777)
        self.db = self.dir / "intake.db"

    def check(self, end, status, read=None, stored=None, rejected=None):
        """The status, and that the numbers agree with each other."""
        self.assertEqual(end.status, status, end)
        numbers = [end.number(n) for n in ("read", "stored", "rejected")]
        self.assertNotIn(None, numbers, end)
        self.assertEqual(numbers[1] + numbers[2]
                         + (end.number("unsettled") or 0), numbers[0], end)
        for want, have in zip((read, stored, rejected), numbers):
            if want is not None:
                self.assertEqual(have, want, end)
        if status in (OK, REJECTIONS):
            self.assertEqual(end.out.count("check     ok"), 2, end)
            self.assertIn("hospital", end.out)
        if status != FAILED:
            self.assertNotIn("FAILED", end.out)
        return end

    def rows(self, sql="SELECT id, body FROM resource"):
        with sqlite3.connect(self.db) as db:
            return dict(db.execute(sql).fetchall())

    def write(self, name, *lines):
        path = self.dir / name
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o644)
        return path

    def start(self, *args):
        """A run under way, with something in its database."""
        # Whoever runs the tests may ignore SIGHUP (`nohup`).
        program = subprocess.Popen(
            [PROGRAM, *args], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        self.addCleanup(program.kill)
        while not self.db.exists() or self.db.stat().st_size < 100_000:
            self.assertIsNone(program.poll())
            time.sleep(0.05)
        return program

    def finish(self, program):
        out, err = program.communicate(timeout=100)
        return Run(program.returncode, out, err)

    # -- runs that succeed ----------------------------------------------------

    def test_default(self):
        end = self.check(run("--count", 300), OK, 300, 300, 0)
        self.assertEqual(end.number("crashes"), 0, end)
        self.assertEqual(end.number("restarts"), 0, end)
        self.assertEqual(end.err, "")
        self.assertIn("temporary, removed now", end.out)
        path = re.search(r"database  (\S+)", end.out).group(1)
        self.assertFalse(Path(path).parent.exists(), path)

    def test_nothing_to_do(self):
        self.check(run("--count", 0), OK, 0, 0, 0)

    def test_faults_cost_the_damaged_lines_only(self):
        args = "--count", 2000, "--db", self.db
        self.check(run(*args), OK, 2000, 2000, 0)
        all_rows = self.rows()
        self.db.unlink()
        end = self.check(run(*args, "--faults", 0.05), OK, 2000)
        rejected = end.number("rejected")
        self.assertGreater(rejected, 50)
        self.assertEqual(end.number("crashes"), rejected, end)
        self.assertEqual(end.number("restarts"), rejected, end)
        self.assertIn("worker crashed: damaged line", end.out)
        self.assertIn("worker crashed: line lost its end", end.out)
        rows = self.rows()
        self.assertEqual(len(rows), 2000 - rejected)
        self.assertTrue(rows.items() <= all_rows.items())

    def test_faults_are_repeatable(self):
        args = "--count", 500, "--faults", 0.1, "--seed", 7
        self.assertEqual(run(*args).number("rejected"),
                         run(*args).number("rejected"))

    def test_all_lines_faulty(self):
        end = self.check(run("--count", 500, "--faults", 1), OK, 500, 0, 500)
        self.assertEqual(end.number("crashes"), 500, end)

    def test_one_worker(self):
        self.check(run("--count", 300, "--workers", 1, "--faults", 0.1), OK,
                   300)

    def test_killed_stores_lose_nothing(self):
        for every in (1, 100):
            end = self.check(run("--count", 300, "--kill-store", every,
                                 "--db", self.db), OK, 300, 300, 0)
            self.assertGreaterEqual(end.number("crashes"), 2, end)
            self.assertEqual(end.number("crashes"), end.number("restarts"))
            self.assertEqual(len(self.rows()), 300)

    def test_both_at_once(self):
        self.check(run("--count", 2000, "--faults", 0.05,
                       "--kill-store", 200), OK, 2000)

    def test_a_second_run_replaces(self):
        for _ in range(2):
            end = self.check(run("--count", 100, "--db", self.db), OK, 100)
            self.assertIn("100 resources in all", end.out)

    # -- input ----------------------------------------------------------------

    def patient(self, name, rest=""):
        return f'{{"resourceType":"Patient","id":"{name}"{rest}}}'

    def test_a_line_that_is_not_json(self):
        path = self.write("x.ndjson", self.patient("a"), "no json", "",
                          self.patient("b"))
        end = self.check(run(path), REJECTIONS, 3, 2, 1)
        self.assertIn(f"not JSON, first at {path}:2", end.out)
        self.assertEqual(end.number("crashes"), 0, end)

    def test_lines_with_the_same_id(self):
        path = self.write("x.ndjson", *(self.patient("a", f',"n":{i}')
                                        for i in range(3)), self.patient("b"))
        end = self.check(run(path, "--db", self.db), OK, 4, 4, 0)
        self.assertIn("as 2 resources (2 replaced", end.out)
        self.assertIn('"n":2', self.rows()["a"])

    def test_a_folder(self):
        self.write("b.ndjson", self.patient("b"))
        self.write("a.ndjson", self.patient("a"))
        self.write("c.txt", "no input")
        self.check(run(self.dir), OK, 2, 2, 0)

    def test_a_missing_file(self):
        good = self.write("x.ndjson", self.patient("a"))
        end = run(good, self.dir / "missing.ndjson", "--db", self.db)
        self.assertEqual(end.status, UNREADABLE, end)
        self.assertRegex(end.err,
                         "cannot read '.*missing.ndjson': No such file")
        self.assertEqual(end.out, "")
        self.assertFalse(self.db.exists())

    def test_an_unreadable_file(self):
        path = self.write("x.ndjson", self.patient("a"))
        path.chmod(0)
        end = run(path, user=NOBODY if os.getuid() == 0 else None)
        self.assertEqual(end.status, UNREADABLE, end)
        self.assertIn("Permission denied", end.err)

    def test_real_data(self):
        places = [os.environ.get("FHIR_DATA"),
                  SOURCE_ROOT / ".." / "shared" / "data" / "fhir"]
        data = next((Path(p) for p in places
                     if p and (Path(p) / "Patient.ndjson").is_file()), None)
        if data is None:
            self.skipTest("no Patient.ndjson: set FHIR_DATA to its folder")
        patients = data / "Patient.ndjson"
        lines = patients.read_bytes().count(b"\n")
        self.check(run(patients), OK, lines, lines, 0)
        end = self.check(run(patients, "--faults", 0.05), OK, lines)
        self.assertGreater(end.number("rejected"), 0)
        self.check(run(data, "--kill-store", 100), OK, rejected=0)

    def test_runs_that_are_over_leave_resources_only(self):
        program = self.start("--db", str(self.db), "--count", "1000000")
        program.kill()
        program.wait()
        self.check(run("--count", 10, "--db", self.db), OK, 10, 10, 0)
        self.check(run("--count", 20, "--db", self.db), OK, 20, 20, 0)
        runs = self.rows("SELECT run, count(*) FROM stored_line GROUP BY run")
        self.assertEqual(list(runs.values()), [20])
        self.assertGreater(len(self.rows()), 20)

    def test_two_runs_at_once_keep_their_lines(self):
        program = self.start("--db", str(self.db), "--count", "20000")
        run("--count", 10, "--db", self.db)
        self.check(self.finish(program), OK, 20000, 20000, 0)

    # -- output that nobody gets ----------------------------------------------

    def test_output_to_a_full_disk_fails_with_a_name(self):
        for args in (["--count", "10"], ["--help"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([PROGRAM, *args], stdout=full, text=True,
                                      stderr=subprocess.PIPE, timeout=100)
            self.assertEqual(done.returncode, FAILED, args)
            self.assertIn("standard output", done.stderr)

    def test_output_to_a_closed_pipe_fails_with_a_name(self):
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run([PROGRAM, "--count", "10"], stdout=theirs,
                              text=True, stderr=subprocess.PIPE, timeout=100)
        os.close(theirs)
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("standard output", done.stderr)

    def test_a_file_that_may_not_grow_is_named(self):
        def limit():
            size = 200_000
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        done = subprocess.run([PROGRAM, "--db", str(self.db)], text=True,
                              capture_output=True, timeout=100,
                              preexec_fn=limit)
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn(str(self.db), done.stderr)

    def test_a_hangup_interrupts(self):
        program = self.start("--db", str(self.db), "--count", "10000000")
        program.send_signal(signal.SIGHUP)
        self.assertEqual(self.finish(program).status, INTERRUPTED)

    # -- databases that fail --------------------------------------------------

    def check_gives_up(self, end, *words):
        self.assertEqual(end.status, FAILED, end)
        for word in (*words, str(self.db), "hospital/kernel/store"):
            self.assertIn(word, end.err, end)

    def test_a_full_database(self):
        for args in ([], ["--kill-store", 500], ["--faults", 0.05]):
            end = self.check(run("--db", self.db, "--max-db-pages", 100,
                                 *args), FAILED)
            self.check_gives_up(end, "database or disk is full",
                                "restart_limit_reached")
            self.assertGreater(end.number("stored"), 0)
            stored = self.rows("SELECT 'n', count(*) FROM stored_line")["n"]
            self.assertGreaterEqual(stored, end.number("stored"))
            self.db.unlink()

    def test_a_database_full_at_the_start(self):
        end = run("--db", self.db, "--max-db-pages", 1)
        self.check_gives_up(end, "database or disk is full", "start_failed")
        self.assertEqual(end.out, "")

    def test_a_read_only_database(self):
        self.check(run("--count", 10, "--db", self.db), OK)
        self.db.chmod(0o444)
        end = run("--db", self.db, user=NOBODY if os.getuid() == 0 else None)
        self.check_gives_up(end, "readonly database")
        self.assertEqual(len(self.rows()), 10)

    def test_a_folder_that_is_not_there(self):
        self.db = self.dir / "missing" / "intake.db"
        self.check_gives_up(run("--db", self.db), "unable to open")

    def test_a_file_that_is_no_database(self):
        self.db = self.write("x.txt", "text " * 1000)
        self.check_gives_up(run("--db", self.db), "file is not a database")

    def test_a_locked_database(self):
        with sqlite3.connect(self.db, isolation_level=None) as db:
            db.execute("BEGIN EXCLUSIVE")
            self.check_gives_up(run("--db", self.db), "database is locked")

    def test_a_database_locked_meanwhile(self):
        program = self.start("--count", "100000000", "--db", self.db)
        with sqlite3.connect(self.db, isolation_level=None, timeout=30) as db:
            db.execute("BEGIN IMMEDIATE")
            end = self.finish(program)
        self.check_gives_up(self.check(end, FAILED), "database is locked")

    # -- the command line -----------------------------------------------------

    def test_usage(self):
        end = run("--help")
        self.assertEqual(end.status, OK)
        for option in ("--db", "--workers", "--faults", "--kill-store",
                       "--seed", "--count", "Exit status"):
            self.assertIn(option, end.out)
        for args in (["--faults", 2], ["--faults", "x"], ["--workers", 0],
                     ["--nonsense"], ["--count", -1]):
            end = run(*args)
            self.assertEqual(end.status, USAGE, end)
            self.assertNotEqual(end.err, "")

    def test_interrupt(self):
        program = self.start("--count", "100000000", "--db", self.db)
        program.send_signal(signal.SIGINT)
        end = self.check(self.finish(program), INTERRUPTED)
        self.assertIn("interrupted", end.err)

    def test_progress_is_for_terminals(self):
        ours, theirs = pty.openpty()
        done = subprocess.run([PROGRAM, "--count", "300"], stderr=theirs,
                              stdout=subprocess.PIPE)
        os.close(theirs)
        self.assertEqual(done.returncode, OK)
        self.assertIn(b"stored", os.read(ours, 10_000))
        os.close(ours)


if __name__ == "__main__":
    PROGRAM, SOURCE_ROOT = sys.argv[1], Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
