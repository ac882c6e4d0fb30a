# SPDX-License-Identifier: LGPL-2.1-or-later
"""A case of a test program, and the file that keeps them all."""
import json
import os

PASSED, FAILED, EXPECTED, SKIPPED = "passed", "failed", "expected", "skipped"
OUTCOMES = (PASSED, FAILED, EXPECTED, SKIPPED)
MENDED = "it holds, but is marked as an expected failure: remove the mark"


class Case:
    """The name is the one within its program, and empty when the program is one case."""

    def __init__(self, name, outcome, message="", seconds=0.0):
        self.name, self.outcome, self.message, self.seconds = name, outcome, message, seconds


class Program:
    """What one run of a program came to. The prefix of its step is for what is told; without seconds
    it was the caller of the runner who ran it; all its cases are listed when a filter left out
    some."""

    def __init__(self, step, name, cases, prefix="", binary="", seconds=None, listed=()):
        self.step, self.name, self.cases, self.prefix = step, name, cases, prefix
        self.binary, self.seconds, self.listed = binary, seconds, listed

    def full_name(self, case):
        name = self.prefix + self.name
        return f"{name}: {case.name}" if case.name else name


def twice(names):
    seen = set()
    return sorted({name for name in names if name in seen or seen.add(name)})


def keep(path, program):
    """Appends; raises OSError when it cannot. What was torn by an earlier one ends its line, so that
    it takes no other with it."""
    line = (json.dumps(vars(program), default=vars) + "\n").encode()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:
            line = line[os.write(descriptor, line):]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept(path):
    """(the programs of a results file, what is wrong with the file)."""
    programs, wrong = [], []
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [f"the results cannot be read: {error}"]
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line:
            continue
        try:
            values = json.loads(line)
            cases = [Case(**case) for case in values.pop("cases")]
            if any(case.outcome not in OUTCOMES for case in cases):
                raise ValueError("an outcome that there is not")
            programs.append(Program(cases=cases, **values))
        except (ValueError, TypeError, KeyError, AttributeError):
            shown = line[:120].decode(errors="replace")
            wrong.append(f"the results are torn in line {number}: {shown}")
    return programs, wrong
