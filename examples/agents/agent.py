#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host agent in Python, by ctypes: checks once, then prints each event as JSON.

usage: agent.py NQN ADDRESS...     two arrays, "tcp://192.0.2.1"; ends on ^C

Needs a shared libhaoh.so.1; LIBHAOH names it where the loader does not find it.
"""

import ctypes
import json
import os
import signal
import sys
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p, sizeof

JSON = 1  # HAOH_JSON


class Source(Structure):
    """struct haoh_source"""

    _fields_ = [
        ("size", c_size_t),
        ("names", POINTER(c_char_p)),
        ("names_count", c_size_t),
        ("sysroot", c_char_p),
        ("targets", POINTER(c_char_p)),
        ("targets_count", c_size_t),
        ("nqn", c_char_p),
        ("hostnqn", c_char_p),
        ("hostid", c_char_p),
        ("timeout_ms", c_uint32),
        ("command_timeout_ms", c_uint32),
        ("flags", c_uint32),
        ("progress", c_void_p),
        ("progress_data", c_void_p),
    ]


def load():
    """The functions that are used here, with their types."""
    library = ctypes.CDLL(os.environ.get("LIBHAOH", "libhaoh.so.1"))
    handle, text, error = c_void_p, c_void_p, POINTER(c_void_p)
    for name, result, arguments in [
        ("haoh_error_message", c_char_p, [handle]),
        ("haoh_error_free", None, [handle]),
        ("haoh_text_free", None, [text]),
        ("haoh_observe", handle, [POINTER(Source), error]),
        ("haoh_observation_free", None, [handle]),
        ("haoh_check", handle, [handle, c_void_p, error]),
        ("haoh_report_render", text, [handle, c_int, c_void_p, error]),
        ("haoh_report_free", None, [handle]),
        ("haoh_monitor_new", handle, [POINTER(Source), c_void_p, error]),
        ("haoh_monitor_start", c_int, [handle, error]),
        ("haoh_monitor_next", c_int, [handle, c_int, POINTER(c_void_p), error]),
        ("haoh_monitor_running", c_int, [handle]),
        ("haoh_monitor_free", None, [handle]),
        ("haoh_event_render", text, [handle, c_int, c_void_p, error]),
        ("haoh_event_free", None, [handle]),
    ]:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Haoh:
    """Calls that raise instead of giving errors, and texts that are freed."""

    def __init__(self):
        self.library = load()

    def call(self, name, *arguments):
        """Of a function whose last argument is an error."""
        error = c_void_p()
        result = getattr(self.library, name)(*arguments, byref(error))
        if error:
            message = self.library.haoh_error_message(error).decode()
            self.library.haoh_error_free(error)
            raise RuntimeError(message)
        return result

    def text(self, name, *arguments):
        """Likewise, of one that gives a text."""
        address = self.call(name, *arguments)
        try:
            return ctypes.string_at(address).decode()
        finally:
            self.library.haoh_text_free(address)

    def check(self, source):
        """The report, as `haoh check -o json` gives it."""
        observation = self.call("haoh_observe", byref(source))
        try:
            report = self.call("haoh_check", observation, None)
        finally:
            self.library.haoh_observation_free(observation)
        try:
            return json.loads(self.text("haoh_report_render", report, JSON, None))
        finally:
            self.library.haoh_report_free(report)

    def events(self, source):
        """Each event, as `haoh monitor -o json` gives it."""
        monitor = self.call("haoh_monitor_new", byref(source), None)
        try:
            self.call("haoh_monitor_start", monitor)
            yield {"event": "watching"}
            event = c_void_p()
            while self.library.haoh_monitor_running(monitor):
                # Bounded, so that Python sees signals.
                if self.call("haoh_monitor_next", monitor, 200, byref(event)) == 1:
                    told = self.text("haoh_event_render", event, JSON, None)
                    self.library.haoh_event_free(event)
                    yield json.loads(told)
        finally:
            self.library.haoh_monitor_free(monitor)


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    targets = (c_char_p * (len(arguments) - 1))(*[one.encode() for one in arguments[1:]])
    source = Source(
        size=sizeof(Source), nqn=arguments[0].encode(), targets=targets, targets_count=len(targets)
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    haoh = Haoh()
    try:
        report = haoh.check(source)
        print(json.dumps({"verdict": report["verdict"]}), flush=True)
        for finding in report["findings"]:
            print(json.dumps({"rule": finding["rule"], "fix": finding["fix"]}), flush=True)
        for event in haoh.events(source):
            print(json.dumps(event), flush=True)
    except RuntimeError as error:
        print(f"agent.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
