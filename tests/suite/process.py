# SPDX-License-Identifier: LGPL-2.1-or-later
"""Child processes, bounded in time."""
import contextlib
import os
import re
import signal
import subprocess
import tempfile

# What would make a GoogleTest program run less than all, or more often, unseen; what would let the
# tests judge other programs than those of the build; and what puts code of its own into each of them.
UNWANTED = re.compile(r"^(GTEST_.*|TESTBRIDGE_TEST_ONLY|TEST_TOTAL_SHARDS|TEST_SHARD_INDEX|"
                      r"TEST_PREMATURE_EXIT_FILE|XML_OUTPUT_FILE|LSAN_OPTIONS|"
                      r"HAOH_BIN|HAOH_ARRAYSIM_BIN|HAOH_NVME_CLI|HAOH_PROGRAM_ROOT|"
                      r"HAOH_PROGRAM_LIBRARIES|"
                      r"PYTHONPATH|PYTHONHOME|PYTHONSTARTUP|PYTHONOPTIMIZE|BASH_ENV|ENV|LD_PRELOAD|LD_AUDIT)$")


def unwanted_environment():
    return sorted(name for name in os.environ if UNWANTED.match(name))


def execute(command, seconds, environment=None):
    """(exit status or None when time was up, output)."""
    inherited = {name: value for name, value in os.environ.items() if not UNWANTED.match(name)}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True,
                                   env={**inherited, **(environment or {})})
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
            stop(process)
        # What it left behind would go on beside the tests that follow.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        output.seek(0)
        return status, output.read().decode(errors="replace")


def stop(process):
    """Ends the session of `process`: politely, then for good."""
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 30)):
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def ending(status):
    if status is None:
        return "out of time"
    if status < 0:
        try:
            return "ended by " + signal.Signals(-status).name
        except ValueError:
            return f"ended by signal {-status}"
    return f"exit status {status}"


def tail(text, lines=40, columns=1000):
    """The end of it, for people: no line without an end."""
    return "\n".join(line if len(line) <= columns else line[:columns] + " ..."
                     for line in text.rstrip().splitlines()[-lines:])
