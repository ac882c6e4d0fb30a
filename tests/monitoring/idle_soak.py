#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets monitors watch a healthy pair on which nothing happens: nothing may be told.

usage: idle_soak.py HAOH HAOH_ARRAYSIM [MONITORS [MINUTES]]   (default 8 monitors, 10 minutes)

HAOH_SOAK_LOAD=N has so many processes beside them that never rest (default 0). At the end something
happens, which each monitor has to tell: they did watch. Prints one "ok - ..." or "not ok - ..." a case,
and what rate of false events the time without one bounds.
"""
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../support")]

from cases import Cases
from live import NQN, Arrays, Monitor, wait_for

PAIR = f"""
[subsystem]
nqn = "{NQN}"
[[namespace]]
count = 16
ana_groups = 4
[[array]]
name = "a"
[[array]]
name = "b"
"""
# None in a time T: with a probability of 95 % less than 3 / T.
WITHOUT_ONE = 3


def complaints(monitors):
    """What was told, and who ended, with the words."""
    for number, monitor in enumerate(monitors):
        for event in list(monitor.events):
            yield f"monitor {number}: {event}"
        if monitor.process.poll() is not None:
            yield f"monitor {number} ended with {monitor.process.returncode}: {monitor.said()}"


def soak(monitors, seconds):
    """nothing is told as long as nothing happens"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wrong = list(complaints(monitors))
        assert not wrong, "\n".join(wrong)
        time.sleep(min(1, seconds / 10))


def tell(monitors, arrays):
    """and each monitor tells what happens then"""
    arrays.send("ana b 2 inaccessible")
    for number, monitor in enumerate(monitors):
        wait_for(lambda monitor=monitor: any(event.get("to") == "inaccessible"
                                             for event in list(monitor.events)),
                 f"monitor {number}", monitor.said)


def main():
    if len(sys.argv) not in (3, 4, 5):
        print(__doc__, file=sys.stderr)
        return 2
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 8
    minutes = float(sys.argv[4]) if len(sys.argv) > 4 else 10
    load = int(os.environ.get("HAOH_SOAK_LOAD", "0"))
    cases, monitors, busy, arrays = Cases(), [], [], None
    with tempfile.TemporaryDirectory() as directory:
        try:
            arrays = Arrays(sys.argv[2], directory, "pair", PAIR)
            busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(load)]
            for _ in range(count):
                monitors.append(Monitor(sys.argv[1], arrays.targets.values()))
            for monitor in monitors:
                monitor.wait_ready()
            cases.run(soak.__doc__, soak, monitors, minutes * 60)
            told = sum(len(monitor.events) for monitor in monitors)
            hours = count * minutes / 60
            bound = f": less than {WITHOUT_ONE / hours:.2g} an hour and monitor (95 %)"
            print(f"{count} monitors x {minutes:g} min = {hours:.2g} monitor hours, {load} busy "
                  f"processes beside them, {told} events{'' if told else bound}")
            cases.run(tell.__doc__, tell, monitors, arrays)
        finally:
            for process in busy:
                process.kill()
                process.wait()
            for monitor in monitors:
                monitor.end()
            if arrays:
                arrays.close()
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
