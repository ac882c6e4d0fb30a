#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs test programs, keeps one line for each case, and adds them up. Used by tests/run.sh.

A program is of one of two kinds:
  gtest   a GoogleTest program. Its cases come from its JSON report; from its output when it died
          before it could write one, and then the case that was running counts as failed.
  script  anything else. Each line "ok - NAME", "not ok - NAME" or "ok - NAME # SKIP REASON" of its
          output is a case; a script that prints none is one case by itself. A failing exit status
          without a failing case is a failure.
"""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
GTEST_LINE = re.compile(r"^\[ *(RUN|OK|FAILED|SKIPPED) *\] ([\w/]+\.[\w/]+)", re.M)
SCRIPT_LINE = re.compile(r"^(ok|not ok) - (.*?)(?: # SKIP ?(.*))?$", re.M)


class Case:
    def __init__(self, name, outcome, message=""):
        self.name, self.outcome, self.message = name, outcome, message

    def record(self):
        return {"name": self.name, "outcome": self.outcome, "message": self.message}


def execute(command, seconds, environment=None):
    """(exit status or None when time was up, output)."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True,
                                   env={**os.environ, **(environment or {})})
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
            stop(process)
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


def tail(text, lines=40):
    return "\n".join(text.rstrip().splitlines()[-lines:])


def gtest_report_cases(report):
    for suite in report.get("testsuites", []):
        for test in suite.get("testsuite", []):
            name = f'{suite["name"]}.{test["name"]}'
            if test.get("failures"):
                text = "\n".join(failure["failure"] for failure in test["failures"])
                yield Case(name, FAILED, text)
            elif test.get("result") == "SKIPPED":
                texts = [entry.get("message", "") for entry in test.get("skipped", [])]
                yield Case(name, SKIPPED, " ".join(" ".join(texts).split()))
            elif test.get("status") == "RUN":
                yield Case(name, PASSED)


def skip_reasons(output):
    """Case name -> reason; GoogleTest's JSON has none."""
    reasons, running, lines = {}, None, []
    for line in output.splitlines():
        match = GTEST_LINE.match(line)
        if match and match[1] == "RUN":
            running, lines = match[2], []
        elif match and match[1] == "SKIPPED" and match[2] == running:
            reasons[running] = " ".join(" ".join(lines).split())
            running = None
        elif running:
            lines.append(re.sub(r"^\S+:\d+: Skipped$", "", line))
    return reasons


def gtest_output_cases(output):
    running, cases = None, {}
    for kind, name in GTEST_LINE.findall(output):
        if kind == "RUN":
            running = name
        elif name == running:
            cases[name] = {"OK": PASSED, "FAILED": FAILED, "SKIPPED": SKIPPED}[kind]
            running = None
    return [Case(name, outcome) for name, outcome in cases.items()], running


def run_gtest(name, command, seconds):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "report.json")
        status, output = execute(command + [f"--gtest_output=json:{path}"], seconds)
        try:
            with open(path, encoding="utf-8") as file:
                cases = list(gtest_report_cases(json.load(file)))
            reasons = skip_reasons(output)
            for case in cases:
                if case.outcome == SKIPPED:
                    case.message = case.message or reasons.get(case.name, "")
            running = None
        except (OSError, ValueError):
            cases, running = gtest_output_cases(output)
            cases.append(Case(running or "the program", FAILED,
                              f"{ending(status)}\n{tail(output)}"))
            return prefixed(name, cases), output
    if status != 0 and not any(case.outcome == FAILED for case in cases):
        if not (status == 77 and any(case.outcome == SKIPPED for case in cases)):
            cases.append(Case("the program", FAILED, f"{ending(status)}\n{tail(output)}"))
    if not cases:
        cases.append(Case("the program", FAILED, "it has no test case"))
    return prefixed(name, cases), output


def run_script(name, command, seconds):
    status, output = execute(command, seconds)
    cases, end = [], 0
    for match in SCRIPT_LINE.finditer(output):
        verdict, case, reason = match.groups()
        if verdict == "not ok":
            cases.append(Case(case, FAILED, output[end:match.start()].strip("\n")))
        else:
            cases.append(Case(case, PASSED if reason is None else SKIPPED, reason or ""))
        end = match.end()
    if status != 0 and not any(case.outcome == FAILED for case in cases):
        cases.append(Case("the script", FAILED, f"{ending(status)}\n{tail(output)}"))
    elif not cases:
        cases.append(Case("", PASSED))
    return prefixed(name, cases), output


def prefixed(name, cases):
    for case in cases:
        case.name = f"{name}: {case.name}" if case.name else name
    return cases


RUN = {"gtest": run_gtest, "script": run_script}


def indented(text):
    return "\n".join("    " + line for line in text.splitlines())


def tell(name, cases, seconds):
    numbers = {outcome: sum(case.outcome == outcome for case in cases)
               for outcome in (PASSED, FAILED, SKIPPED)}
    words = ", ".join(f"{number} {outcome}" for outcome, number in numbers.items()
                      if number or outcome == PASSED)
    print(f"   {name}: {words} ({seconds:.1f} s)", flush=True)
    for case in cases:
        if case.outcome == FAILED:
            print(f"   FAILED {case.name}\n{indented(tail(case.message))}", flush=True)


def keep(results, cases):
    with open(results, "a", encoding="utf-8") as file:
        file.writelines(json.dumps(case.record()) + "\n" for case in cases)


def programs_of(listing, only):
    """The (kind, name, command) of a build directory's list of tests."""
    with open(listing, encoding="utf-8") as file:
        for line in file:
            kind, name, *command = line.rstrip("\n").split("\t")
            if not only or re.search(only, name):
                yield kind, name, command


def run(arguments):
    if arguments.listing:
        programs = list(programs_of(arguments.listing, arguments.only))
        if not programs:
            programs = []
            keep(arguments.results, [Case(f"{arguments.prefix}no test program", FAILED,
                                          f"{arguments.listing} names none that is wanted")])
    else:
        programs = [(arguments.kind, arguments.name, arguments.command)]

    def one(program):
        kind, name, command = program
        began = time.monotonic()
        try:
            cases, output = RUN[kind](arguments.prefix + name, command, arguments.timeout)
        except OSError as error:
            cases, output = [Case(arguments.prefix + name, FAILED, str(error))], ""
        return name, cases, output, time.monotonic() - began

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for future in concurrent.futures.as_completed(map(lambda p: pool.submit(one, p),
                                                          programs)):
            name, cases, output, seconds = future.result()
            tell(arguments.prefix + name, cases, seconds)
            keep(arguments.results, cases)
            if arguments.logs:
                path = os.path.join(arguments.logs, f"{arguments.prefix}{name}.log")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(output)


def add(arguments):
    """Keeps one case whose outcome the caller knows."""
    case = Case(arguments.name, arguments.outcome, arguments.message)
    if case.outcome == FAILED:
        print(f"   FAILED {case.name}\n{indented(tail(case.message))}", flush=True)
    keep(arguments.results, [case])


def summary(arguments):
    numbers = {PASSED: 0, FAILED: 0, SKIPPED: 0}
    lines = {FAILED: [], SKIPPED: {}}
    try:
        with open(arguments.results, encoding="utf-8") as file:
            for line in file:
                case = json.loads(line)
                numbers[case["outcome"]] += 1
                if case["outcome"] == FAILED:
                    lines[FAILED].append(case["name"])
                elif case["outcome"] == SKIPPED:
                    lines[SKIPPED].setdefault(case["message"] or "no reason given",
                                              []).append(case["name"])
    except FileNotFoundError:
        pass
    if numbers[SKIPPED]:
        print("skipped:")
        for reason, names in lines[SKIPPED].items():
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            print(f"   {names[0]}{more}: {reason}")
    if numbers[FAILED]:
        print("failed:")
        for name in lines[FAILED]:
            print(f"   {name}")
    text = f"{numbers[PASSED]} passed, {numbers[FAILED]} failed"
    if numbers[SKIPPED]:
        text += f", {numbers[SKIPPED]} skipped"
    print(text, flush=True)
    none_may_be_skipped = os.environ.get("CI") == "true"
    if numbers[FAILED] or not numbers[PASSED] or (none_may_be_skipped and numbers[SKIPPED]):
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", required=True, help="the file that keeps the cases")
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("run", help="run programs")
    command.set_defaults(action=run)
    command.add_argument("--prefix", default="", help="put before each name")
    command.add_argument("--jobs", type=int, default=1)
    command.add_argument("--timeout", type=float, default=300, help="seconds for each program")
    command.add_argument("--logs", help="directory for the output of each program")
    command.add_argument("--listing", help="a build directory's tests.txt")
    command.add_argument("--only", help="of the listing, those whose name matches")
    command.add_argument("--kind", choices=RUN, default="script")
    command.add_argument("--name")
    command.add_argument("command", nargs=argparse.REMAINDER)

    command = commands.add_parser("add", help="keep one case")
    command.set_defaults(action=add)
    command.add_argument("outcome", choices=(PASSED, FAILED, SKIPPED))
    command.add_argument("name")
    command.add_argument("message", nargs="?", default="")

    command = commands.add_parser("summary", help="print what came out")
    command.set_defaults(action=summary)

    arguments = parser.parse_args()
    if getattr(arguments, "command", None) and arguments.command[:1] == ["--"]:
        arguments.command = arguments.command[1:]
    arguments.action(arguments)


if __name__ == "__main__":
    main()
