# SPDX-License-Identifier: LGPL-2.1-or-later
"""haoh monitor on simulated arrays, as processes: what tests of what it tells have in common."""
import json
import os
import socket
import subprocess
import threading
import time

BOUND = 120  # seconds; no busy machine takes that long
NQN = "nqn.2026-11.io.example:live"


def wait_for(condition, what, details=lambda: ""):
    """The first result of `condition` that is true. AssertionError when there is none in time."""
    end = time.monotonic() + BOUND
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"waited in vain for {what}\n{details()}"
        time.sleep(0.001)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Arrays:
    """haoh-arraysim with one scenario, and its control socket."""

    def __init__(self, program, directory, name, scenario):
        self.program, self.name = program, name
        self.paths = {what: os.path.join(directory, f"{name}.{what}")
                      for what in ("toml", "control", "addresses")}
        with open(self.paths["toml"], "w", encoding="utf-8") as file:
            file.write(scenario)
        self.process, self.control, self.targets = None, None, {}
        self.start()

    def start(self):
        for what in ("control", "addresses"):
            if os.path.exists(self.paths[what]):
                os.remove(self.paths[what])
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [self.program, self.paths["toml"], "--control", self.paths["control"],
             "--address-file", self.paths["addresses"]], stdout=subprocess.DEVNULL)

        def is_ready():
            assert self.process.poll() is None, f"haoh-arraysim ended for {self.name}"
            return os.path.exists(self.paths["addresses"])
        wait_for(is_ready, "haoh-arraysim")
        with open(self.paths["addresses"], encoding="utf-8") as file:
            self.targets = dict(line.split() for line in file)
        control = socket.socket(socket.AF_UNIX)
        control.settimeout(BOUND)
        control.connect(self.paths["control"])
        self.control = control.makefile("rw", encoding="utf-8")
        control.close()

    def send(self, *commands):
        """All at once; they have taken effect on return. \\return the lines of their replies"""
        self.control.write("".join(command + "\n" for command in commands))
        self.control.flush()
        lines = []
        for _ in commands:
            while (line := self.control.readline().rstrip("\n")) != "ok":
                assert line and not line.startswith("error: "), f"{commands}: {line}"
                lines.append(line)
        return lines

    def state(self):
        """What the simulator says of each array, by its name."""
        return {one["name"]: one for one in json.loads(self.send("state")[0])["arrays"]}

    def kill(self):
        """As an array that loses its power, with all that it knows."""
        self.control.close()
        self.process.kill()
        self.process.wait()

    def close(self):
        self.kill()


class Monitor:
    """haoh monitor -o json, and its events so far."""

    def __init__(self, program, targets, *more, before=()):
        words = [*before, program, "monitor", "--nqn", NQN, "-o", "json", "--metrics", "0", *more]
        for target in targets:
            words += ["-t", target]
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.events, self.errors = [], []
        self.readers = [threading.Thread(target=self.read, args=(self.process.stdout, self.events,
                                                                 json.loads)),
                        threading.Thread(target=self.read, args=(self.process.stderr, self.errors,
                                                                 str))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, lines, decode):
        for line in stream:
            lines.append(decode(line))

    def said(self):
        return "".join(self.errors)

    def of(self, *kinds):
        """Its events of these kinds."""
        return [event for event in list(self.events) if event["event"] in kinds]

    def wait_state(self, target, state, count=3):
        """Until it told that so many paths over this target are in this state."""
        def states():
            return {event["nsid"]: event["to"] for event in self.of("ana_change")
                    if event["controller"] == target}
        wait_for(lambda: list(states().values()) == count * [state], f"{state} of {target}",
                 lambda: f"{self.events[-20:]}\n{self.said()}")

    def wait_ready(self):
        """Until it watches."""
        wait_for(lambda: "/metrics" in self.said() or self.process.poll() is not None,
                 "the monitor to begin", self.said)
        assert self.process.poll() is None, f"it ended: {self.said()}"

    def end(self):
        """\\return its exit status"""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(BOUND)
        finally:
            self.process.kill()
            for reader in self.readers:
                reader.join()
            self.process.stdout.close()
            self.process.stderr.close()
