#!/usr/bin/env python3
"""Runs the intake service as its users do, and checks what it says.

usage: smoke.py PROGRAM SOURCE_ROOT [unittest arguments]

Files in the format of real servers are used if there are any: in the folder
that the environment variable FHIR_DATA names, or in ../shared/data/fhir.
"""

import os
import pty
import re
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

    def __init__(self, *args, user=None, timeout=100):
        done = subprocess.run([PROGRAM, *map(str, args)], user=user,
                              capture_output=True, text=True, timeout=timeout)
        self.status, self.out, self.err = (
            done.returncode, done.stdout, done.stderr)

    def __str__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"

    def number(self, name):
        found = re.search(rf"^{name} +(\d+)", self.out, re.M)
        return int(found.group(1)) if found else None


class Smoke(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        self.dir.chmod(0o777)
        self.db = self.dir / "intake.db"

    def check(self, run, status, read=None, stored=None, rejected=None):
        """The status, and that the numbers agree with each other."""
        self.assertEqual(run.status, status, run)
        numbers = [run.number(n) for n in ("read", "stored", "rejected")]
        self.assertNotIn(None, numbers, run)
        self.assertEqual(numbers[1] + numbers[2]
                         + (run.number("unsettled") or 0), numbers[0], run)
        for want, have in zip((read, stored, rejected), numbers):
            if want is not None:
                self.assertEqual(have, want, run)
        if status in (OK, REJECTIONS):
            self.assertEqual(run.out.count("check     ok"), 2, run)
            self.assertIn("hospital", run.out)
        if status != FAILED:
            self.assertNotIn("FAILED", run.out)
        return run

    def rows(self, sql="SELECT id, body FROM resource"):
        with sqlite3.connect(self.db) as db:
            return dict(db.execute(sql).fetchall())

    def write(self, name, *lines):
        path = self.dir / name
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o644)
        return path

    # -- runs that succeed ----------------------------------------------------

    def test_default(self):
        run = self.check(Run("--count", 300), OK, 300, 300, 0)
        self.assertEqual(run.number("crashes"), 0, run)
        self.assertEqual(run.number("restarts"), 0, run)
        self.assertEqual(run.err, "")
        self.assertIn("temporary, removed now", run.out)
        path = re.search(r"database  (\S+)", run.out).group(1)
        self.assertFalse(Path(path).parent.exists(), path)

    def test_nothing_to_do(self):
        self.check(Run("--count", 0), OK, 0, 0, 0)

    def test_faults_cost_the_damaged_lines_only(self):
        args = "--count", 2000, "--db", self.db
        self.check(Run(*args), OK, 2000, 2000, 0)
        all_rows = self.rows()
        self.db.unlink()
        run = self.check(Run(*args, "--faults", 0.05), OK, 2000)
        rejected = run.number("rejected")
        self.assertGreater(rejected, 50)
        self.assertEqual(run.number("crashes"), rejected, run)
        self.assertEqual(run.number("restarts"), rejected, run)
        self.assertIn("worker crashed: damaged line", run.out)
        self.assertIn("worker crashed: line lost its end", run.out)
        rows = self.rows()
        self.assertEqual(len(rows), 2000 - rejected)
        self.assertTrue(rows.items() <= all_rows.items())

    def test_faults_are_repeatable(self):
        args = "--count", 500, "--faults", 0.1, "--seed", 7
        self.assertEqual(Run(*args).number("rejected"),
                         Run(*args).number("rejected"))

    def test_all_lines_faulty(self):
        run = self.check(Run("--count", 500, "--faults", 1), OK, 500, 0, 500)
        self.assertEqual(run.number("crashes"), 500, run)

    def test_one_worker(self):
        self.check(Run("--count", 300, "--workers", 1, "--faults", 0.1), OK,
                   300)

    def test_killed_stores_lose_nothing(self):
        for every in (1, 100):
            run = self.check(Run("--count", 300, "--kill-store", every,
                                 "--db", self.db), OK, 300, 300, 0)
            self.assertGreaterEqual(run.number("crashes"), 2, run)
            self.assertEqual(run.number("crashes"), run.number("restarts"))
            self.assertEqual(len(self.rows()), 300)

    def test_both_at_once(self):
        self.check(Run("--count", 2000, "--faults", 0.05,
                       "--kill-store", 200), OK, 2000)

    def test_a_second_run_replaces(self):
        for _ in range(2):
            run = self.check(Run("--count", 100, "--db", self.db), OK, 100)
            self.assertIn("100 resources in all", run.out)

    # -- input ----------------------------------------------------------------

    def patient(self, name, rest=""):
        return f'{{"resourceType":"Patient","id":"{name}"{rest}}}'

    def test_a_line_that_is_not_json(self):
        path = self.write("x.ndjson", self.patient("a"), "no json", "",
                          self.patient("b"))
        run = self.check(Run(path), REJECTIONS, 3, 2, 1)
        self.assertIn(f"not JSON, first at {path}:2", run.out)
        self.assertEqual(run.number("crashes"), 0, run)

    def test_lines_with_the_same_id(self):
        path = self.write("x.ndjson", *(self.patient("a", f',"n":{i}')
                                        for i in range(3)), self.patient("b"))
        run = self.check(Run(path, "--db", self.db), OK, 4, 4, 0)
        self.assertIn("as 2 resources (2 replaced", run.out)
        self.assertIn('"n":2', self.rows()["a"])

    def test_a_folder(self):
        self.write("b.ndjson", self.patient("b"))
        self.write("a.ndjson", self.patient("a"))
        self.write("c.txt", "no input")
        self.check(Run(self.dir), OK, 2, 2, 0)

    def test_a_missing_file(self):
        good = self.write("x.ndjson", self.patient("a"))
        run = Run(good, self.dir / "missing.ndjson", "--db", self.db)
        self.assertEqual(run.status, UNREADABLE, run)
        self.assertRegex(run.err,
                         "cannot read '.*missing.ndjson': No such file")
        self.assertEqual(run.out, "")
        self.assertFalse(self.db.exists())

    def test_an_unreadable_file(self):
        path = self.write("x.ndjson", self.patient("a"))
        path.chmod(0)
        run = Run(path, user=NOBODY if os.getuid() == 0 else None)
        self.assertEqual(run.status, UNREADABLE, run)
        self.assertIn("Permission denied", run.err)

    def test_real_data(self):
        places = [os.environ.get("FHIR_DATA"),
                  SOURCE_ROOT / ".." / "shared" / "data" / "fhir"]
        data = next((Path(p) for p in places
                     if p and (Path(p) / "Patient.ndjson").is_file()), None)
        if data is None:
            self.skipTest("no Patient.ndjson: set FHIR_DATA to its folder")
        patients = data / "Patient.ndjson"
        lines = patients.read_bytes().count(b"\n")
        self.check(Run(patients), OK, lines, lines, 0)
        run = self.check(Run(patients, "--faults", 0.05), OK, lines)
        self.assertGreater(run.number("rejected"), 0)
        self.check(Run(data, "--kill-store", 100), OK, rejected=0)

    # -- databases that fail --------------------------------------------------

    def check_gives_up(self, run, *words):
        self.assertEqual(run.status, FAILED, run)
        for word in (*words, str(self.db), "hospital/kernel/store"):
            self.assertIn(word, run.err, run)

    def test_a_full_database(self):
        for args in ([], ["--kill-store", 500], ["--faults", 0.05]):
            run = self.check(Run("--db", self.db, "--max-db-pages", 100, *args),
                             FAILED)
            self.check_gives_up(run, "database or disk is full",
                                "restart_limit_reached")
            self.assertGreater(run.number("stored"), 0)
            stored = self.rows("SELECT 'n', count(*) FROM stored_line")["n"]
            self.assertGreaterEqual(stored, run.number("stored"))
            self.db.unlink()

    def test_a_database_full_at_the_start(self):
        run = Run("--db", self.db, "--max-db-pages", 1)
        self.check_gives_up(run, "database or disk is full", "start_failed")
        self.assertEqual(run.out, "")

    def test_a_read_only_database(self):
        self.check(Run("--count", 10, "--db", self.db), OK)
        self.db.chmod(0o444)
        run = Run("--db", self.db, user=NOBODY if os.getuid() == 0 else None)
        self.check_gives_up(run, "readonly database")
        self.assertEqual(len(self.rows()), 10)

    def test_a_folder_that_is_not_there(self):
        self.db = self.dir / "missing" / "intake.db"
        self.check_gives_up(Run("--db", self.db), "unable to open")

    def test_a_file_that_is_no_database(self):
        self.db = self.write("x.txt", "text " * 1000)
        self.check_gives_up(Run("--db", self.db), "file is not a database")

    def test_a_locked_database(self):
        with sqlite3.connect(self.db, isolation_level=None) as db:
            db.execute("BEGIN EXCLUSIVE")
            self.check_gives_up(Run("--db", self.db), "database is locked")

    # -- the command line -----------------------------------------------------

    def test_usage(self):
        run = Run("--help")
        self.assertEqual(run.status, OK)
        for option in ("--db", "--workers", "--faults", "--kill-store",
                       "--seed", "--count", "Exit status"):
            self.assertIn(option, run.out)
        for args in (["--faults", 2], ["--faults", "x"], ["--workers", 0],
                     ["--nonsense"], ["--count", -1]):
            run = Run(*args)
            self.assertEqual(run.status, USAGE, run)
            self.assertNotEqual(run.err, "")

    def test_interrupt(self):
        program = subprocess.Popen(
            [PROGRAM, "--count", "100000000", "--db", self.db], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not self.db.exists() or self.db.stat().st_size < 100_000:
            self.assertIsNone(program.poll())
            time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        run = Run.__new__(Run)
        run.out, run.err = program.communicate(timeout=60)
        run.status = program.returncode
        self.check(run, INTERRUPTED)
        self.assertIn("interrupted", run.err)

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
