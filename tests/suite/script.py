# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests that are no GoogleTest programs: scripts that tell each case, and single commands."""
import re

from .case import EXPECTED, FAILED, MENDED, PASSED, SKIPPED, Case, twice
from .process import ending, execute, tail

LINE = re.compile(r"^(ok|not ok) - (.*?)(?: # (SKIP|XFAIL)(?: (.*))?)?$", re.M)
PLAN = re.compile(r"^1\.\.(\d+)$", re.M)


def cases_of(output):
    end = 0
    for match in LINE.finditer(output):
        verdict, name, mark, reason = match.groups()
        said = output[end:match.start()].strip("\n")
        end = match.end()
        if mark == "XFAIL":
            yield Case(name, EXPECTED, reason or "") if verdict == "not ok" else \
                Case(name, FAILED, MENDED)
        elif verdict == "not ok":
            yield Case(name, FAILED, said)
        else:
            yield Case(name, SKIPPED if mark else PASSED, reason or "")


def complaints(status, cases, output):
    """What is wrong with the script as a whole."""
    plans = PLAN.findall(output)
    if status != 0 and not any(case.outcome == FAILED for case in cases):
        yield ending(status)
    if not cases:
        yield "it printed no case"
    elif not plans:
        yield f"it printed {len(cases)} cases and no plan (1..N): it may have stopped half-way"
    elif (planned := sum(map(int, plans))) != len(cases):
        yield f"its plan has {planned} cases, it printed {len(cases)}"


def run_script(command, seconds):
    """(cases, output)"""
    status, output = execute(command, seconds)
    cases = list(cases_of(output))
    for name in twice(case.name for case in cases):
        cases.append(Case(name, FAILED, "two cases have this name"))
    if wrong := list(complaints(status, cases, output)):
        cases.append(Case("the script", FAILED, "; ".join(wrong) + "\n" + tail(output)))
    return cases, output


def run_command(command, seconds):
    """(the one case, output)"""
    status, output = execute(command, seconds)
    return [Case("", PASSED if status == 0 else FAILED,
                 "" if status == 0 else f"{ending(status)}\n{tail(output)}")], output
