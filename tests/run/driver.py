#!/usr/bin/env python3
"""Runs the test service as a process and looks at it from outside.

usage: driver.py SERVICE CASE

Waits for lines that the service prints, never for time to pass.
"""

import os
import signal
import subprocess
import sys
import threading

LIMIT = 60  # seconds until a service that hangs is killed


class Service:
    def __init__(self, program, mode, *argv):
        self.process = subprocess.Popen(
            (program, *argv), env={**os.environ, "VIGIL_TEST_MODE": mode},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.timer = threading.Timer(LIMIT, self.process.kill)
        self.timer.start()

    def wait_for(self, line):
        while line not in self.lines:
            text = self.process.stdout.readline()
            if not text:
                self.finish()
                sys.exit(f"the service ended without {line!r}: {self.lines}\n"
                         + self.stderr)
            self.lines.append(text.rstrip("\n"))

    def send(self, number):
        self.process.send_signal(number)

    def answer(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def finish(self):
        out, self.stderr = self.process.communicate()
        self.lines += out.splitlines()
        self.timer.cancel()
        self.status = self.process.returncode


def check(service, status, lines=None, says=()):
    service.finish()
    problems = []
    if service.status != status:
        problems.append(f"status {service.status}, not {status}")
    if lines is not None and service.lines != lines:
        problems.append(f"lines {service.lines}, not {lines}")
    position = 0
    for text in says:
        position = service.stderr.find(text, position)
        if position < 0:
            problems.append(f"not said, or not in this order: {text}")
            break
    if not says and service.stderr:
        problems.append("said something on stderr")
    if problems:
        sys.exit("\n".join(problems + ["stderr:", service.stderr]))


UP = ["first up", "second up", "third up"]
DOWN = ["third down", "second down", "first down"]


def stop_by(program, number):
    service = Service(program, "polite")
    service.wait_for("third up")
    service.send(number)
    check(service, 0, UP + DOWN)


def sigterm(program):
    stop_by(program, signal.SIGTERM)


def sigint(program):
    stop_by(program, signal.SIGINT)


def second_signal(program):
    service = Service(program, "stubborn")
    service.wait_for("stubborn up")
    service.send(signal.SIGTERM)
    service.wait_for("asked to stop")
    service.send(signal.SIGINT)
    check(service, 128 + signal.SIGINT,
          ["first up", "stubborn up", "asked to stop"], ["second signal"])


def doubled_signal(program):
    # As timeout(1) does: once to the process and once to its group.
    service = Service(program, "polite")
    service.wait_for("third up")
    service.send(signal.SIGTERM)
    service.send(signal.SIGTERM)
    check(service, 0, UP + DOWN)


def failed_start(program):
    check(Service(program, "broken"), 1, ["first up", "first down"],
          ["the tree did not start: root/inner: start_failed",
           "because root/inner/second: start_failed",
           "because root/inner/second#1: exception: no such database"])


def wrong_tree(program):
    check(Service(program, "mistaken"), 1, [],
          ["the tree did not start: root/first: duplicate_id"])


def give_up(program):
    check(Service(program, "crashing"), 1, ["first up", "first down"],
          ["the tree failed: root: restart_limit_reached",
           "because root/second#2: exception: disk on fire"])


def auto_shutdown(program):
    check(Service(program, "finishing"), 0, ["first up", "first down"])


def call_stop(program):
    check(Service(program, "stopping"), 0, ["first up", "first down"])


def wrong_option(program):
    check(Service(program, "polite", "--no-such-option"), 1, [],
          ["command line: "])


def help_option(program):
    service = Service(program, "polite", "--help")
    check(service, 0)
    if not any("--help" in line for line in service.lines):
        sys.exit(f"no help: {service.lines}")


def signal_while_starting(program):
    service = Service(program, "slow")
    service.wait_for("starting")
    service.send(signal.SIGTERM)
    service.answer()
    check(service, 0,
          ["first up", "starting", "second up", "second down", "first down"])


def signal_while_hanging(program):
    service = Service(program, "hanging")
    service.wait_for("hanging")
    service.send(signal.SIGTERM)
    check(service, 1, ["first up", "hanging", "first down"],
          ["root/second did not stop in time and was killed",
           "root/second did not even react to being killed",
           "a child that hangs was left behind"])


if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[1])
    print(f"{sys.argv[2]}: fine")
