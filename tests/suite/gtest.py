# SPDX-License-Identifier: LGPL-2.1-or-later
"""GoogleTest programs: what they have, what they ran, whole or in shards."""
import json
import os
import re
import tempfile

from .case import EXPECTED, FAILED, PASSED, SKIPPED, Case, twice
from .process import ending, execute, tail

LINE = re.compile(r"^\[ *(RUN|OK|FAILED|SKIPPED) *\] ([\w/]+\.[\w/]+)", re.M)
ALL_SKIPPED = 77  # the exit status of a program that tells so


def is_disabled(name):
    return any(part.startswith("DISABLED_") for part in re.split(r"[./]", name))


def names_in(text):
    """The names of --gtest_list_tests."""
    suite = None
    for line in text.splitlines():
        if match := re.match(r"^([\w/]+\.)(?:  # .*)?$", line):
            suite = match[1]
        elif suite and (match := re.match(r"^  ([\w/]+)(?:  # .*)?$", line)):
            yield suite + match[1]


def list_cases(command, seconds):
    """(the names, or None; what is wrong)."""
    status, output = execute(command + ["--gtest_list_tests"], seconds)
    if status != 0:
        return None, f"it does not list its tests: {ending(status)}\n{tail(output)}"
    return list(names_in(output)), ""


def binary_of(command):
    """The program itself, also behind a script that runs it elsewhere."""
    return next((word for word in reversed(command)
                 if os.path.isfile(word) and os.access(word, os.X_OK)), command[0])


def is_filtered(command):
    return any(word.startswith("--gtest_filter=") for word in command)


def property_of(test, name):
    """GoogleTest writes each byte of a text as a character of its own."""
    text = test[name]
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def report_cases(report):
    for suite in report.get("testsuites", []):
        for test in suite.get("testsuite", []):
            case = Case(f'{suite["name"]}.{test["name"]}', PASSED,
                        seconds=float(test.get("time", "0s").rstrip("s")))
            if test.get("failures"):
                case.outcome = FAILED
                case.message = "\n".join(failure["failure"] for failure in test["failures"])
                if "expected_failure" in test:
                    case.message += "\n(marked as an expected failure: " \
                                    f'{property_of(test, "expected_failure")};' \
                                    " when this is mended, remove the mark)"
            elif test.get("result") == "SKIPPED":
                texts = [entry.get("message", "") for entry in test.get("skipped", [])]
                case.outcome, case.message = SKIPPED, " ".join(" ".join(texts).split())
            elif test.get("status") != "RUN":
                if not is_disabled(case.name):
                    continue
                case.outcome, case.message = SKIPPED, "disabled (DISABLED_)"
            elif "expected_failure" in test:
                case.outcome, case.message = EXPECTED, property_of(test, "expected_failure")
            yield case


def skip_reasons(output):
    """Case name -> reason; the JSON of GoogleTest 1.12 has none."""
    reasons, running, lines = {}, None, []
    for line in output.splitlines():
        match = LINE.match(line)
        if match and match[1] == "RUN":
            running, lines = match[2], []
        elif match and match[1] == "SKIPPED" and match[2] == running:
            reasons[running] = " ".join(" ".join(lines).split())
            running = None
        elif running:
            lines.append(re.sub(r"^\S+:\d+: Skipped$", "", line))
    return reasons


def output_cases(output):
    """(the cases that ended, the one that was running or None) of a program without a report."""
    running, cases = None, {}
    for kind, name in LINE.findall(output):
        if kind == "RUN":
            running = name
        elif name == running:
            cases[name] = {"OK": PASSED, "FAILED": FAILED, "SKIPPED": SKIPPED}[kind]
            running = None
    return [Case(name, outcome) for name, outcome in cases.items()], running


class Part:
    """What one process runs of a program; `name` is empty when that is all of it. One that is alone
    has no other beside it."""

    def __init__(self, command, name="", environment=None, alone=False):
        self.command, self.name, self.alone = command, name, alone
        self.environment = environment or {}


def shards(command, count):
    """As many processes, each with every so many-th case."""
    if count == 1:
        return [Part(command)]
    return [Part(command, f"shard {index + 1} of {count}",
                 {"GTEST_TOTAL_SHARDS": str(count), "GTEST_SHARD_INDEX": str(index)})
            for index in range(count)]


def suites(command, seconds, alone):
    """A process for each test suite, so that what a suite sets up is set up once; the cases whose
    names match `alone` in others, which have the machine for themselves."""
    names, wrong = list_cases(command, seconds)
    if not names:
        raise ValueError(wrong or f"{command[0]} has no test case that is wanted")
    plain = [word for word in command if not word.startswith("--gtest_filter=")]
    groups = {}
    for name in names:
        is_alone = bool(alone and re.search(alone, name))
        groups.setdefault((is_alone, name.rpartition(".")[0]), []).append(name)
    return [Part(plain + ["--gtest_filter=" + ":".join(cases)], suite, alone=is_alone)
            for (is_alone, suite), cases in sorted(groups.items(), key=lambda group: group[0][0])]


def run_part(part, seconds):
    """(cases, output, whether the report is whole) of one process."""
    command, what, environment = part.command, part.name or "the program", part.environment
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "report.json")
        status, output = execute(command + [f"--gtest_output=json:{path}"], seconds, environment)
        try:
            with open(path, encoding="utf-8") as file:
                cases = list(report_cases(json.load(file)))
        except (OSError, ValueError):
            cases, running = output_cases(output)
            cases.append(Case(running or what, FAILED, f"{ending(status)}\n{tail(output)}"))
            return cases, output, False
    reasons = skip_reasons(output)
    for case in cases:
        if case.outcome == SKIPPED:
            case.message = case.message or reasons.get(case.name, "")
    if status != 0 and not any(case.outcome == FAILED for case in cases):
        if not (status == ALL_SKIPPED and any(case.outcome == SKIPPED for case in cases)):
            cases.append(Case(what, FAILED, f"{ending(status)}\n{tail(output)}"))
    return cases, output, True


def merge(command, seconds, parts):
    """(the cases of all parts, all names that the program has when a filter left out some)."""
    cases = [case for part in parts for case in part[0]]
    names = [case.name for case in cases]
    wanted, wrong = list_cases(command, seconds)
    listed = []
    for name in twice(names):
        cases.append(Case(name, FAILED, "two cases have this name, or it ran in two parts"))
    if wanted is None:
        cases.append(Case("the program", FAILED, wrong))
    elif all(part[2] for part in parts):  # otherwise what died is told already
        for name in sorted(set(wanted) - set(names)):
            cases.append(Case(name, FAILED, "the program lists it, but it did not run"))
    if is_filtered(command):
        plain = [word for word in command if not word.startswith("--gtest_filter=")]
        listed, wrong = list_cases(plain, seconds)
        if listed is None:
            listed = []
            cases.append(Case("the program", FAILED, wrong))
    if not cases:
        cases.append(Case("the program", FAILED, "it has no test case"))
    return cases, listed
