#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs examples/agents/agent.py with a shared libhaoh, on two simulated arrays.

usage: python_agent_test.py LIBRARY HAOH_ARRAYSIM     exit status 0: it told what happened
"""

import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
NQN = "nqn.2026-01.io.example:stretched"  # of examples/pair.toml
LIMIT = 30


def wait_for(path):
    deadline = time.monotonic() + LIMIT
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not appear"
        time.sleep(0.02)


def follow(agent, control, simulator):
    """Goes through the agent's lines until an array was switched, and that was told."""
    lines = queue.Queue()
    threading.Thread(
        target=lambda: [lines.put(json.loads(one)) for one in agent.stdout], daemon=True
    ).start()

    def next_with(key, value):
        while True:
            told = lines.get(timeout=LIMIT)
            if told.get(key) == value:
                return told

    assert lines.get(timeout=LIMIT) == {"verdict": "pass"}
    next_with("event", "watching")
    subprocess.run([simulator, "--send", control, "ana", "a", "all", "inaccessible"], check=True)
    event = next_with("to", "inaccessible")
    assert event["schema"] == "haoh.event/1" and event["event"] == "ana_change", event


def main(library, simulator):
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        arrays = subprocess.Popen(
            [simulator, ROOT / "examples/pair.toml", "--control", work / "control",
             "--address-file", work / "addresses"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        agent = None
        try:
            wait_for(work / "addresses")
            addresses = [one.split()[1] for one in (work / "addresses").read_text().splitlines()]
            agent = subprocess.Popen(
                [sys.executable, ROOT / "examples/agents/agent.py", NQN, *addresses],
                env={**os.environ, "LIBHAOH": library},
                stdout=subprocess.PIPE,
                text=True,
            )
            follow(agent, work / "control", simulator)
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(LIMIT) == 0
            # And what is wrong is an exception with the library's words.
            wrong = subprocess.run(
                [sys.executable, ROOT / "examples/agents/agent.py", NQN, "udp://127.0.0.1"],
                env={**os.environ, "LIBHAOH": library},
                capture_output=True,
                text=True,
                check=False,
            )
            assert wrong.returncode == 1 and "udp://127.0.0.1" in wrong.stderr, wrong
        finally:
            for process in filter(None, [agent, arrays]):
                process.kill()
                process.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
