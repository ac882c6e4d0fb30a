#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""haoh monitor where its machine has nothing left for it for a while, or does not let it run.

usage: survival_test.py HAOH HAOH_ARRAYSIM STEPPING_CLOCK

It goes on, blames no array for what is its own affair, and knows everything again in the end. Prints one
"ok - ..." or "not ok - ..." a case.
"""
import contextlib
import datetime
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../support")]

from cases import Cases
from live import BOUND, NQN, Arrays, Monitor, wait_for

NOBODY = "65534"
HOUR = 3600
# Presence::kShortestGap and its kBeat, and a bit.
LONG_STOP = 7


def scenario(namespaces):
    return f"""
[subsystem]
nqn = "{NQN}"
[[namespace]]
count = {namespaces}
[[array]]
name = "a"
[[array]]
name = "b"
"""


class World:
    def __init__(self, haoh, arraysim, clock):
        self.haoh, self.arraysim, self.clock = haoh, arraysim, clock

    @contextlib.contextmanager
    def watched(self, *more, namespaces=3, before=(), host="127.0.0.1"):
        """A pair and its monitor, which has to end well."""
        with tempfile.TemporaryDirectory() as directory:
            arrays = Arrays(self.arraysim, directory, "pair", scenario(namespaces))
            arrays.targets = {name: target.replace("127.0.0.1", host)
                              for name, target in arrays.targets.items()}
            monitor = None
            try:
                monitor = Monitor(self.haoh, arrays.targets.values(), *more, before=before)
                monitor.wait_ready()
                yield arrays, monitor
                assert monitor.process.poll() is None, f"it ended: {monitor.said()}"
                assert monitor.end() == 0, monitor.said()
            finally:
                if monitor:
                    monitor.process.kill()
                    monitor.end()
                arrays.close()


@contextlib.contextmanager
def limited(monitor, what, soft, before=()):
    """For a while it may have only so much. \\param before  words that make a process of its user"""
    def limit(*words):
        return subprocess.run([*before, "prlimit", "--pid", str(monitor.process.pid), *words],
                              check=True, timeout=BOUND, stdout=subprocess.PIPE, text=True).stdout
    usual = limit(f"--{what}", "--output=SOFT", "--noheadings").strip()
    limit(f"--{what}={soft}:")
    yield
    assert monitor.process.poll() is None, f"it ended: {monitor.said()}"
    limit(f"--{what}={usual}:")


def lost(monitor, target):
    return [event for event in monitor.of("source_lost") if event["source"] == target]


def wait_restored(monitor, target):
    """Until the source was restored as often as it was lost, once at least."""
    wait_for(lambda: any(event["source"] == target for event in monitor.of("source_restored")) and
             [event["event"] for event in monitor.of("source_lost", "source_restored")
              if event["source"] == target][-1] == "source_restored", f"{target} to be restored",
             lambda: f"{monitor.events[-20:]}\n{monitor.said()}")


def check_short_stop(world):
    """what happens while it is stopped for a moment is told, and nothing else"""
    with world.watched() as (arrays, monitor):
        monitor.process.send_signal(signal.SIGSTOP)
        arrays.send("ana a all non-optimized")
        time.sleep(1)
        monitor.process.send_signal(signal.SIGCONT)
        monitor.wait_state(arrays.targets["a"], "non-optimized")
        assert not monitor.of("source_lost", "controller_state", "path_lost"), monitor.events


def check_long_stop(world):
    """that it was stopped it says of itself, and arrays that are there are not called lost"""
    with world.watched() as (arrays, well), world.watched() as (others, broken):
        for monitor in (well, broken):
            monitor.process.send_signal(signal.SIGSTOP)
        # What arrays do with a host that says nothing for as long as KATO.
        arrays.send("down a", "down b", "up a", "up b")
        others.send("down a", "down b", "up a")
        time.sleep(LONG_STOP)
        for monitor in (well, broken):
            monitor.process.send_signal(signal.SIGCONT)
        for monitor in (well, broken):
            told = wait_for(lambda monitor=monitor: lost(monitor, "monitor"), "its own word")
            assert len(told) == 1 and "did not run for" in told[0]["text"], told
        arrays.send("ana a all non-optimized", "ana b all non-optimized")
        for name in "ab":
            well.wait_state(arrays.targets[name], "non-optimized")
        assert len(well.of("source_lost", "controller_state", "path_lost")) == 1, well.events
        assert {event["to"] for event in well.of("access")} <= {"no_optimized_path"}, well.events
        # One that is not there is told as ever, after it was asked.
        wait_for(lambda: len(broken.of("access")) >= 3, "the array that is down",
                 lambda: f"{broken.events}")
        assert {event["to"] for event in broken.of("access")} == {"single_array"}, broken.events
        assert lost(broken, others.targets["b"]) and not lost(broken, others.targets["a"])
        others.send("up b")
        wait_restored(broken, others.targets["b"])


def check_descriptors(world):
    """without descriptors an array is not reached, and it is again with the first one"""
    with world.watched() as (arrays, monitor):
        with limited(monitor, "nofile", 3):
            arrays.send("down b", "up b")
            wait_for(lambda: any("Too many open files" in event["text"]
                                 for event in lost(monitor, arrays.targets["b"])), "the reason",
                     lambda: f"{monitor.events}")
            arrays.send("ana a all non-optimized")
            monitor.wait_state(arrays.targets["a"], "non-optimized")
        wait_restored(monitor, arrays.targets["b"])
        assert not lost(monitor, arrays.targets["a"]), monitor.events


def check_threads(world):
    """without threads and processes it goes on, and has them again as soon as there are some"""
    before = ("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
    before = before if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        told, program = os.path.join(directory, "told"), os.path.join(directory, "program")
        with open(program, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\ncat >/dev/null\necho >>{told}\n")
        os.chmod(program, 0o755)
        # A name is looked up by a thread, and each event has a process.
        with world.watched("--exec", program, before=before, host="localhost") as (arrays, monitor):
            with limited(monitor, "nproc", 0, before):
                arrays.send("down b", "up b")
                wait_for(lambda: any("temporarily unavailable" in event["text"]
                                     for event in lost(monitor, arrays.targets["b"])),
                         "the reason", lambda: f"{monitor.events}\n{monitor.said()}")
                wait_for(lambda: f"{program}: Resource temporarily" in monitor.said(),
                         "the program", monitor.said)
                arrays.send("ana a all non-optimized")
                monitor.wait_state(arrays.targets["a"], "non-optimized")
                assert not os.path.exists(told), "there are processes"
            wait_restored(monitor, arrays.targets["b"])
            wait_for(lambda: os.path.exists(told), "the program", monitor.said)


def check_memory(world):
    """without more memory for a while it goes on, and knows all in the end"""
    for namespaces in (3, 1024):
        with world.watched(namespaces=namespaces) as (arrays, monitor):
            arrays.send("ana a all non-optimized")
            monitor.wait_state(arrays.targets["a"], "non-optimized", namespaces)
            with open(f"/proc/{monitor.process.pid}/statm", encoding="ascii") as file:
                used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            with limited(monitor, "as", used):
                arrays.send("down b", "up b")
                end = time.monotonic() + 3
                while time.monotonic() < end:
                    arrays.send("ana a all inaccessible")
                    time.sleep(0.02)
                    arrays.send("ana a all optimized")
                    time.sleep(0.02)
            arrays.send("ana b all non-optimized")
            monitor.wait_state(arrays.targets["b"], "non-optimized", namespaces)
            arrays.send("ana a all persistent-loss")
            monitor.wait_state(arrays.targets["a"], "persistent-loss", namespaces)


def check_clock_steps(world):
    """a time of day that steps is in the times of events, and in nothing else"""
    with tempfile.TemporaryDirectory() as directory:
        step = os.path.join(directory, "step")
        journal = os.path.join(directory, "journal")

        def write(hours):
            with open(step, "r+b") as file:
                file.write(struct.pack("=q", hours * HOUR * 10 ** 9))
        with open(step, "wb") as file:
            file.write(bytes(8))
        before = ("env", f"LD_PRELOAD={world.clock}", f"HAOH_CLOCK_STEP={step}")
        with world.watched("--journal", journal, before=before) as (arrays, monitor):
            for hours, state in ((0, "non-optimized"), (1, "inaccessible"), (-30, "non-optimized"),
                                 (400 * 24, "optimized")):
                write(hours)
                monitor.events.clear()
                arrays.send(f"ana b all {state}")
                monitor.wait_state(arrays.targets["b"], state)
                for event in monitor.of("ana_change"):
                    told = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
                    late = time.time() + hours * HOUR - told.timestamp()
                    assert 0 <= late < BOUND, f"{event} {late} s ago, {hours} h off"
                    assert 0 <= event["latency_us"] < BOUND * 10 ** 6, event
                assert not monitor.of("source_lost", "source_late", "controller_state")
            last = max(event["sequence"] for event in monitor.events)
        done = subprocess.run([world.haoh, "monitor", "--replay", journal, "-o", "json"],
                              capture_output=True, text=True, timeout=BOUND, check=False)
        told = [json.loads(line)["sequence"] for line in done.stdout.splitlines()]
        assert done.returncode == 0 and told == list(range(1, told[-1] + 1)), done
        assert told[-1] >= last, f"{told[-1]} of {last}"


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    world = World(*sys.argv[1:])
    cases = Cases()
    for case in (check_short_stop, check_long_stop, check_descriptors, check_threads, check_memory,
                 check_clock_steps):
        cases.run(case.__doc__, case, world)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
