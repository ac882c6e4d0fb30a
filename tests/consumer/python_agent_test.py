#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs examples/agents/agent.py with a shared libhaoh, on two simulated arrays.

usage: python_agent_test.py LIBRARY HAOH_ARRAYSIM     exit status 0: it told what happened
"""

import contextlib
import ctypes
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
LIMIT = 120
HOSTILE = b"\x1b]0;owned\x07\xff"


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


@contextlib.contextmanager
def served(simulator, scenario, work):
    """Two simulated arrays: their addresses."""
    arrays = subprocess.Popen(
        [simulator, scenario, "--control", work / "control", "--address-file", work / "addresses"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(work / "addresses")
        yield [one.split()[1] for one in (work / "addresses").read_text().splitlines()]
    finally:
        arrays.kill()
        arrays.wait()


def goes_on(library, simulator, work):
    """A failover, and what is wrong."""
    command = [sys.executable, ROOT / "examples/agents/agent.py", NQN]
    environment = {**os.environ, "LIBHAOH": library}
    with served(simulator, ROOT / "examples/pair.toml", work) as addresses:
        agent = subprocess.Popen(
            [*command, *addresses], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            follow(agent, work / "control", simulator)
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(LIMIT) == 0
        finally:
            agent.kill()
            agent.wait()
    # And what is wrong is an exception with the library's words.
    wrong = subprocess.run(
        [*command, "udp://127.0.0.1"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert wrong.returncode == 1 and "udp://127.0.0.1" in wrong.stderr, wrong


def is_safe(library, simulator, work):
    """What an array has written for terminals, and what is no UTF-8."""
    (work / "scenario.toml").write_text(
        f"""[subsystem]
nqn = "{NQN}"
[[array]]
name = "a"
[[array]]
name = "b"
[[array.override]]
answer = "identify-controller"
offset = 4
value = "{HOSTILE.hex()}"
"""
    )
    os.environ["LIBHAOH"] = library
    sys.path.insert(0, str(ROOT / "examples/agents"))
    sys.dont_write_bytecode = True
    import agent

    haoh = agent.Haoh()
    with served(simulator, work / "scenario.toml", work) as addresses:
        targets = (ctypes.c_char_p * 2)(*[one.encode() for one in addresses])
        source = agent.Source(
            size=ctypes.sizeof(agent.Source), nqn=NQN.encode(), targets=targets, targets_count=2
        )
        report = haoh.check(source)
        assert report["verdict"] == "warn", report
        broken = {finding["rule"] for finding in report["findings"]}
        assert broken == {"ctrl.sn.equal", "ctrl.sn_mn.ascii_padded"}, report
        observation = haoh.call("haoh_observe", ctypes.byref(source))
        judged = haoh.call("haoh_check", observation, None)
        text = haoh.text("haoh_report_render", judged, 0, None)
        haoh.library.haoh_report_free(judged)
        haoh.library.haoh_observation_free(observation)
    for said in (text, *(value["value"] for one in report["findings"] for value in one["values"])):
        assert not any(ord(letter) < 0x20 and letter != "\n" for letter in said), said
    assert r"\x1b]0;owned\x07\xff" in text, text


def main(library, simulator):
    for case in (goes_on, is_safe):
        with tempfile.TemporaryDirectory() as directory:
            case(library, simulator, pathlib.Path(directory))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
