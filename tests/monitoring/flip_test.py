#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Leads two arrays through a random life of legal ANA moves, connections that are lost and restarts, and
holds what haoh monitor tells against what the arrays say of themselves.

usage: flip_test.py HAOH HAOH_ARRAYSIM [FLIPS]   (default 300; with HAOH_TEST_LONG 10000)

Whenever the arrays rest:
  nothing is lost      each transition was told, or counted as one that was too short to be seen
  nothing is invented  the states that were told are some of those that were, in their order, and each
                       begins where the one before ended
  the last state       of each path is told, and what it means for access
HAOH_TEST_SEED=N leads another life. Prints one "ok - ..." or "not ok - ..." a case.
"""
import os
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../support")]

from cases import Cases
from live import NQN, Arrays, Monitor, free_port, wait_for

GROUPS = 4
NSIDS = range(1, GROUPS + 2)  # the last one shares the first group
RESTING = ("optimized", "non-optimized", "inaccessible", "persistent-loss")
READY = ("optimized", "non-optimized", "inaccessible")


def group_of(nsid):
    return (nsid - 1) % GROUPS + 1


def scenario(name, number, port):
    return f"""
[subsystem]
nqn = "{NQN}"
[[namespace]]
count = {len(NSIDS)}
ana_groups = {GROUPS}
[[array]]
name = "{name}"
listen = ["127.0.0.1:{port}"]
portid = {number + 1}
cntlid_min = {number * 1024 + 1}
cntlid_max = {number * 1024 + 1024}
"""


class Array:
    """One array, and all states that its groups had."""

    def __init__(self, program, directory, number):
        self.name = "ab"[number]
        port = free_port()
        self.controller = f"tcp://127.0.0.1:{port}"
        self.process = Arrays(program, directory, self.name, scenario(self.name, number, port))
        self.is_up = True
        self.begin()

    def begin(self):
        self.states = {group: ["optimized"] for group in range(1, GROUPS + 1)}
        self.changes = self.truth()[1]

    def truth(self):
        """Its own word: the state of each group, and how many transitions there were."""
        groups = self.process.state()[self.name]["groups"]
        return ({one["ana_grpid"]: one["ana_state"] for one in groups},
                sum(one["chgcnt"] for one in groups))

    def move(self, *moves):
        """(group, state); \\return how many changed something"""
        self.process.send(*(f"ana {self.name} {group} {state}" for group, state in moves))
        flips = 0
        for group, state in moves:
            if self.states[group][-1] != state:
                self.states[group].append(state)
                flips += 1
        return flips

    def restart(self):
        self.process.kill()
        self.process.start()
        # It has forgotten, and begins anew.
        for states in self.states.values():
            if states[-1] != "optimized":
                states.append("optimized")


class Told:
    """What the monitor told, read event by event."""

    def __init__(self, arrays):
        self.taken, self.wrong = 0, []
        self.states = {(one.controller, nsid): ["optimized"] for one in arrays for nsid in NSIDS}
        self.seen = {one.controller: 0 for one in arrays}      # transitions
        self.counted = {one.controller: 0 for one in arrays}   # that nobody saw
        self.live = {one.controller: True for one in arrays}
        self.access = {nsid: "restored" for nsid in NSIDS}

    def take(self, monitor):
        while self.taken < len(monitor.events):
            self.take_event(monitor.events[self.taken])
            self.taken += 1

    def take_event(self, event):
        kind, controller, nsid = event["event"], event.get("controller"), event.get("nsid")
        if kind == "ana_change":
            states = self.states[controller, nsid]
            if event["from"] != states[-1] or event["from"] == event["to"]:
                self.wrong.append(f"{event} after {states[-1]}")
            states.append(event["to"])
            if nsid <= GROUPS:
                self.seen[controller] += event["transitions"]
        elif kind == "ana_coalesced":
            self.counted[controller] += event["transitions"]
        elif kind == "controller_state":
            self.live[controller] = event["to"] == "live"
        elif kind == "access":
            self.access[nsid] = event["to"]
        elif kind not in ("aen", "source_lost", "source_restored"):
            self.wrong.append(f"{event}")


def is_part(told, were):
    """Whether these are some of those, in their order."""
    rest = iter(were)
    return all(state in rest for state in told)


def access_of(arrays, nsid):
    states = [one.states[group_of(nsid)][-1] for one in arrays if one.is_up]
    if not any(state in ("optimized", "non-optimized") for state in states):
        return "no_path"
    if sum(state in READY for state in states) < 2:
        return "single_array"
    return "restored" if "optimized" in states else "no_optimized_path"


class Life:
    def __init__(self, arrays, monitor, draw):
        self.arrays, self.monitor, self.draw = arrays, monitor, draw
        self.told = Told(arrays)
        self.flips, self.kills, self.restarts, self.steps = 0, 0, 0, []

    def is_told(self, array, cut):
        states = {nsid: array.states[group_of(nsid)][-1] for nsid in NSIDS}
        if self.told.live[array.controller] != array.is_up:
            return False
        if not array.is_up:
            return True
        if any(self.told.states[array.controller, nsid][-1] != states[nsid] for nsid in NSIDS):
            return False
        told = self.told.seen[array.controller] + self.told.counted[array.controller]
        return cut or told == array.truth()[1] - array.changes

    def rest(self, cut=()):
        """Waits until all is told. \\param cut arrays whose connection was lost, and what was told while there
        was none is no complete count"""
        def is_over():
            self.told.take(self.monitor)
            return (self.told.wrong or self.monitor.process.poll() is not None or
                    all(self.is_told(one, one in cut) for one in self.arrays) and
                    all(self.told.access[nsid] == access_of(self.arrays, nsid) for nsid in NSIDS))

        def details():
            lines = [f"last steps: {self.steps[-8:]}"]
            for one in self.arrays:
                told = {nsid: self.told.states[one.controller, nsid][-1] for nsid in NSIDS}
                truth = one.truth() if one.is_up else "down"
                lines.append(f"{one.name}: {truth}, {one.changes} at first; told {told}, "
                             f"{self.told.seen[one.controller]} seen, "
                             f"{self.told.counted[one.controller]} counted")
            lines.append(f"access told {self.told.access}")
            return "\n".join(lines + [str(one) for one in self.monitor.events[-12:]])
        wait_for(is_over, "all to be told", details)
        assert not self.told.wrong, f"{self.told.wrong[:5]}\n{details()}"
        assert self.monitor.process.poll() is None, f"it ended: {self.monitor.said()}"
        for one in self.arrays:
            if not one.is_up:
                continue
            states = {group: all_of[-1] for group, all_of in one.states.items()}
            assert one.truth()[0] == states, f"this script is wrong: {one.truth()[0]}, {states}"
            for nsid in NSIDS:
                told, were = self.told.states[one.controller, nsid], one.states[group_of(nsid)]
                assert is_part(told, were), f"{one.name} nsid {nsid}: told {told}, was {were}\n{details()}"
                del told[:-1]
            for states in one.states.values():
                del states[:-1]
            if one in cut:  # counted anew from here on
                one.changes = (one.truth()[1] - self.told.seen[one.controller] -
                               self.told.counted[one.controller])

    def random_state(self):
        return self.draw.choice(RESTING)

    def burst(self, array):
        """Quicker than anybody can look, also through Change, where nothing rests."""
        group = self.draw.randint(1, GROUPS)
        moves = []
        for _ in range(self.draw.randint(1, 6)):
            if self.draw.random() < 0.3:
                moves.append((group, "change"))
            moves.append((group, self.random_state()))
            if self.draw.random() < 0.3:
                group = self.draw.randint(1, GROUPS)
        self.flips += array.move(*moves)

    def step(self):
        array = self.draw.choice(self.arrays)
        kind = self.draw.choices(("one", "burst", "both", "all", "cut", "down", "restart"),
                                 (50, 25, 10, 10, 2, 2, 1))[0]
        self.steps.append(f"{kind} {array.name}")
        cut = ()
        if kind == "one":
            self.flips += array.move((self.draw.randint(1, GROUPS), self.random_state()))
        elif kind == "burst":
            self.burst(array)
        elif kind == "both":
            for one in self.arrays:
                self.burst(one)
        elif kind == "all":
            state = self.random_state()
            self.flips += array.move(*((group, state) for group in array.states))
        elif kind == "restart":
            array.restart()
            self.restarts += 1
            cut = (array,)
        else:
            # In one breath, or for a while in which the others go on.
            self.burst(array)
            array.process.send(f"down {array.name}")
            self.kills += 1
            cut = (array,)
            if kind == "down":
                array.is_up = False
                self.rest(cut)
                for one in self.arrays:
                    self.burst(one)
                self.rest(cut)
                array.is_up = True
            array.process.send(f"up {array.name}")
            self.burst(array)
        self.rest(cut)


def live(life, flips):
    """nothing is lost, nothing is invented, and the last state is told"""
    while life.flips < flips:
        life.step()


def notice(life):
    """a transition that nobody told would be noticed"""
    array = life.arrays[0]
    array.changes -= 1
    assert not life.is_told(array, False)
    array.changes += 1
    assert life.is_told(array, False)
    told = life.told.states[array.controller, 1]
    assert is_part(told, array.states[1]) and not is_part(told + ["change"], array.states[1])


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    flips = 10000 if "HAOH_TEST_LONG" in os.environ else 300
    flips = int(sys.argv[3]) if len(sys.argv) > 3 else flips
    seed = int(os.environ.get("HAOH_TEST_SEED", "1"))
    cases, arrays, monitor = Cases(), [], None
    with tempfile.TemporaryDirectory() as directory:
        try:
            arrays = [Array(sys.argv[2], directory, number) for number in range(2)]
            monitor = Monitor(sys.argv[1], [one.controller for one in arrays])
            monitor.wait_ready()
            life = Life(arrays, monitor, random.Random(seed))
            begin = time.monotonic()
            cases.run(live.__doc__, live, life, flips)
            told = life.told
            print(f"seed {seed}: {life.flips} flips, {life.kills} lost connections and {life.restarts} "
                  f"restarts in {time.monotonic() - begin:.0f} s; {sum(told.seen.values())} "
                  f"transitions seen, {sum(told.counted.values())} counted")
            cases.run(notice.__doc__, notice, life)
        finally:
            if monitor:
                monitor.end()
            for one in arrays:
                one.process.close()
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
