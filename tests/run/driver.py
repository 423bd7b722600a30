#!/usr/bin/env python3
"""Runs the test service as a process and looks at it from outside.

usage: driver.py SERVICE CASE

Waits for lines that the service prints. Time passes only where it is what a
second signal is about.
"""

import os
import signal
import subprocess
import sys
import threading
import time

LIMIT = 60  # seconds until a service that hangs is killed


class Service:
    def __init__(self, program, mode, *argv, prepare=None):
        self.process = subprocess.Popen(
            (program, *argv), env={**os.environ, "VIGIL_TEST_MODE": mode},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, preexec_fn=prepare)
        self.lines = []
        self.said = ""
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

    def wait_for_said(self, part):
        """Waits until a line on stderr holds that."""
        while part not in self.said:
            text = self.process.stderr.readline()
            if not text:
                sys.exit(f"the service ended without {part!r}: {self.said}")
            self.said += text

    def send(self, number):
        self.process.send_signal(number)

    def burst(self, *numbers):
        """Sends signals; returns whether they were close together."""
        began = time.monotonic()
        for number in numbers:
            self.send(number)
        return time.monotonic() - began < 0.02

    def answer(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def finish(self):
        out, err = self.process.communicate()
        self.stderr = self.said + err
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


def asked_to_stop(program):
    """A service that has heard its first signal and does not stop."""
    service = Service(program, "stubborn")
    service.wait_for("stubborn up")
    service.send(signal.SIGTERM)
    service.wait_for("asked to stop")
    return service


def second_signal(program):
    service = asked_to_stop(program)
    later()
    service.send(signal.SIGINT)
    check(service, 128 + signal.SIGINT,
          ["first up", "stubborn up", "asked to stop"], ["second signal"])


def later():
    """Lets the time pass in which signals are one request."""
    time.sleep(0.25)


def same_signal_again(program):
    # Each of them comes soon after the one before.
    service = asked_to_stop(program)
    while service.process.poll() is None:
        time.sleep(0.05)
        service.send(signal.SIGTERM)
    check(service, 128 + signal.SIGTERM,
          ["first up", "stubborn up", "asked to stop"], ["second signal"])


def doubled_signal(program):
    # As timeout(1) does: once to the process and once to its group.
    bursts(program, 5, signal.SIGTERM, signal.SIGTERM)


def mixed_signals(program):
    bursts(program, 5, signal.SIGINT, signal.SIGTERM, signal.SIGINT)


def burst_of_signals(program):
    # The program may have ended its run while the last of them come.
    bursts(program, 25, *[signal.SIGTERM] * 6)


def burst_with_hangup(program):
    # As a service manager does that wants to reach shells, too.
    bursts(program, 25, signal.SIGTERM, *[signal.SIGHUP] * 4)


def bursts(program, times, *numbers):
    close = 0
    while close < times:
        service = Service(program, "polite")
        service.wait_for("third up")
        if service.burst(*numbers):
            check(service, 0, UP + DOWN)
            close += 1
        else:  # a busy machine: that was no burst
            service.finish()


def after_run(program, stop, number):
    """What comes once the burst that ended the run is over is not ours."""
    service = Service(program, "lingering")
    service.wait_for("first up")
    service.send(stop)
    service.wait_for("run ended")
    later()
    service.send(number)
    check(service, -number, ["first up", "first down", "run ended"])


def signal_after_run(program):
    after_run(program, signal.SIGTERM, signal.SIGTERM)


def dump_after_run(program):
    after_run(program, signal.SIGINT, signal.SIGUSR1)


def hangup_after_run(program):
    after_run(program, signal.SIGTERM, signal.SIGHUP)


def run_again(program):
    service = Service(program, "twice")
    for _ in range(2):
        service.wait_for("first up")
        service.lines.clear()
        service.send(signal.SIGTERM)
        service.wait_for("first down")
        later()
    check(service, 0)


def dump(program):
    service = Service(program, "polite")
    service.wait_for("third up")
    service.send(signal.SIGUSR1)
    for name in ("root", "first", "inner", "second", "third"):
        service.wait_for_said(name)
    service.send(signal.SIGTERM)
    check(service, 0, UP + DOWN, ["root", "first"])


def dump_while_starting(program):
    service = Service(program, "slow")
    service.wait_for("starting")
    service.send(signal.SIGUSR1)
    service.wait_for_said("second")
    service.send(signal.SIGTERM)
    service.answer()
    check(service, 0, says=["root"])


def many_dumps(program):
    # More than the pipe of the handler holds; a stop is not lost among them.
    service = Service(program, "polite")
    service.wait_for("third up")
    for _ in range(100_000):
        service.send(signal.SIGUSR1)
    service.send(signal.SIGTERM)
    check(service, 0, UP + DOWN, ["root"])


def hangup(program):
    service = Service(program, "hangup")
    service.wait_for("up")
    for _ in range(2):
        service.lines.clear()
        service.said = ""
        service.send(signal.SIGHUP)
        service.wait_for("read again")
        service.wait_for_said("SIGHUP threw: bad configuration")
    service.send(signal.SIGTERM)
    check(service, 0, says=["SIGHUP"])


def hangup_without_hook(program):
    service = Service(program, "polite")
    service.wait_for("third up")
    service.send(signal.SIGHUP)
    service.send(signal.SIGUSR1)
    service.wait_for_said("third")
    service.send(signal.SIGTERM)
    check(service, 0, UP + DOWN, ["root"])


def null_functions(program):
    # Three runs, each of which nothing is called in.
    service = Service(program, "null")
    for _ in range(3):
        service.wait_for("first up")
        service.lines.clear()
        service.send(signal.SIGHUP)
        service.send(signal.SIGTERM)
        service.wait_for("first down")
        later()
    check(service, 0)


def bits(service, name):
    """The signals in that line of /proc/self/status."""
    line = next(x for x in service.lines if x.startswith(name))
    mask = int(line.split()[1], 16)
    return {n for n in range(1, 32) if mask >> (n - 1) & 1}


OURS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1}


def spawned_programs(program):
    service = Service(program, "spawning")
    service.wait_for("first up")
    service.send(signal.SIGTERM)
    check(service, 0)
    if bits(service, "SigBlk") & OURS or bits(service, "SigIgn") & OURS:
        sys.exit(f"a spawned program inherited signals: {service.lines}")


def nohup(program):
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    service = Service(program, "spawning", prepare=ignore)
    service.wait_for("first up")
    service.send(signal.SIGHUP)
    service.send(signal.SIGTERM)
    check(service, 0)
    if signal.SIGHUP not in bits(service, "SigIgn"):
        sys.exit(f"a spawned program heeds SIGHUP: {service.lines}")


def blocked_before(program):
    def block():
        signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
    service = Service(program, "spawning", prepare=block)
    service.wait_for("first up")
    service.send(signal.SIGTERM)
    check(service, 0)
    if bits(service, "SigBlk") & OURS:
        sys.exit(f"a spawned program inherited signals: {service.lines}")


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
    # Whoever runs the tests may ignore it (`nohup`).
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    globals()[sys.argv[2]](sys.argv[1])
    print(f"{sys.argv[2]}: fine")
