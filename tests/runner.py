#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs test programs, keeps what each comes to, and adds it up. Used by tests/run.sh.

A program is of one of three kinds:
  gtest    a GoogleTest program. Its cases come from its JSON report, and each that it lists has to
           be there; from its output when it died before it could write one, and then the case that
           was running counts as failed. A case that passes with the property "expected_failure" is
           an expected failure. gtest/N runs it in N shards at once, --by-suite each
           test suite by itself.
  script   a script whose output tells each case in a line of its own:
             ok - NAME                     not ok - NAME
             ok - NAME # SKIP REASON       not ok - NAME # XFAIL REASON   (an expected failure)
           and how many there are in another, first or last: 1..N. (Plans of parts add up.)
  command  anything else: one case, its exit status.
A failing exit status without a failing case is a failure, and so is a program without a case.

Exit status: 0 when the results are kept (whatever they are), of `summary` when all is well; 1 when
`summary` finds that all is not well; 70 when the runner could not do its work.
"""
import argparse
import concurrent.futures
import os
import re
import sys
import time
import traceback

# Nothing of this belongs into the source tree.
sys.pycache_prefix = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../build/pycache")
from suite import gtest, manifest, script, summary  # noqa: E402
from suite.case import FAILED, OUTCOMES, Case, Program, keep, kept  # noqa: E402
from suite.process import tail  # noqa: E402

KINDS = ("gtest", "script", "command")
INCAPABLE = 70


def indented(text):
    return "\n".join("    " + line for line in text.splitlines())


def tell_failures(program):
    for case in program.cases:
        if case.outcome == FAILED:
            print(f"   FAILED {program.full_name(case)}\n{indented(tail(case.message))}",
                  flush=True)


def tell(program):
    numbers = {outcome: sum(case.outcome == outcome for case in program.cases)
               for outcome in OUTCOMES}
    words = ", ".join(f"{number} {outcome}" for outcome, number in numbers.items()
                      if number or outcome == OUTCOMES[0])
    print(f"   {program.prefix}{program.name}: {words} ({program.seconds:.1f} s)", flush=True)
    tell_failures(program)


def programs_of(listing, only):
    """The (kind, name, command) of a build directory's list of tests."""
    with open(listing, encoding="utf-8") as file:
        for line in file:
            kind, name, *command = line.rstrip("\n").split("\t")
            if not only or re.search(only, name):
                yield kind, name, command


class Work:
    """A program that runs, in parts of which each is a task of the pool."""

    def __init__(self, kind, name, command, arguments):
        self.kind, _, shards = kind.partition("/")
        if self.kind not in KINDS:
            raise ValueError(f"{name}: a test of the kind {kind}")
        self.name, self.command, self.arguments = name, command, arguments
        if self.kind != "gtest":
            self.parts = [gtest.Part(command)]
        elif arguments.by_suite:
            self.parts = gtest.suites(command, arguments.timeout, arguments.alone)
        else:
            self.parts = gtest.shards(command, int(shards or arguments.shards))
        self.done = {}

    def run_part(self, index):
        """(its index, what it came to, its seconds)."""
        began = time.monotonic()
        seconds = self.arguments.timeout
        try:
            if self.kind == "gtest":
                part = gtest.run_part(self.parts[index], seconds)
            elif self.kind == "script":
                part = script.run_script(self.command, seconds)
            else:
                part = script.run_command(self.command, seconds)
        except OSError as error:
            part = [Case("", FAILED, str(error))], "", False
        return index, part, time.monotonic() - began

    def finished(self):
        """(the program, its output) from the parts."""
        parts = [self.done[index] for index in sorted(self.done)]
        listed = []
        if self.kind == "gtest" and not any(case.name == "" for part, _ in parts
                                            for case in part[0]):
            cases, listed = gtest.merge(self.command, self.arguments.timeout,
                                        [part for part, _ in parts])
        else:
            cases = [case for part, _ in parts for case in part[0]]
        output = "\n".join(part[1] for part, _ in parts)
        program = Program(self.arguments.step, self.name, cases, self.arguments.prefix,
                          gtest.binary_of(self.command), max(seconds for _, seconds in parts), listed)
        return program, output


def wanted(arguments):
    if not arguments.listing:
        return [(arguments.kind, arguments.name, arguments.command)]
    programs = list(programs_of(arguments.listing, arguments.only))
    if not programs:
        raise ValueError(f"{arguments.listing} names no test that is wanted")
    return programs


def tasks(works, jobs):
    """(work, index of a part, what it came to, its seconds) as they end: first those that may run
    beside each other, then the others."""
    for is_alone in (False, True):
        with concurrent.futures.ThreadPoolExecutor(1 if is_alone else jobs) as pool:
            futures = {pool.submit(work.run_part, index): work for work in works
                       for index, part in enumerate(work.parts) if part.alone == is_alone}
            for future in concurrent.futures.as_completed(futures):
                yield futures[future], *future.result()


def run(arguments):
    """Runs them all, also when what they come to cannot be kept."""
    works = [Work(*program, arguments) for program in wanted(arguments)]
    troubles = []
    jobs = max(arguments.jobs, 1 if arguments.listing else arguments.shards)
    for work, index, part, seconds in tasks(works, jobs):
        work.done[index] = part, seconds
        if arguments.by_suite:
            print(f"   {work.parts[index].name}: {len(part[0])} ({seconds:.1f} s)", flush=True)
        if len(work.done) < len(work.parts):
            continue
        program, output = work.finished()
        if arguments.logs:
            path = os.path.join(arguments.logs, f"{program.prefix}{program.name}.log")
            try:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(output)
            except OSError as error:
                program.cases.append(Case("its output", FAILED, f"cannot be kept: {error}"))
        tell(program)
        try:
            keep(arguments.results, program)
        except OSError as error:
            troubles.append(f"{program.prefix}{program.name}: {error}")
    if troubles:
        raise OSError("what they came to cannot be kept: " + "; ".join(troubles))


def add(arguments):
    """Keeps one case whose outcome the caller knows."""
    case = Case("", arguments.outcome, arguments.message)
    program = Program(arguments.step, arguments.name, [case])
    tell_failures(program)
    keep(arguments.results, program)


def timed(text):
    name, _, seconds = text.partition("=")
    return name, int(seconds or 0)


def sum_up(arguments):
    if not summary.summarize(arguments.results, arguments.began, arguments.lost,
                             arguments.left_out, arguments.manifest, arguments.tier,
                             arguments.only_program):
        sys.exit(1)


def compare(arguments):
    programs, _ = kept(arguments.results)
    if arguments.raised:
        manifest.raise_counts(arguments.manifest, programs)
    for line in list(manifest.compare(manifest.read(arguments.manifest), programs)) or ["nothing"]:
        print(f"   {line}")


def arguments_of(words):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", required=True, help="the file that keeps what ran")
    parser.add_argument("--step", default="", help="the step that this is part of")
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("run", help="run programs")
    command.set_defaults(action=run)
    command.add_argument("--prefix", default="", help="put before each name")
    command.add_argument("--jobs", type=int, default=1)
    command.add_argument("--timeout", type=float, default=300,
                         help="seconds for each program, or part of one")
    command.add_argument("--logs", help="directory for the output of each program")
    command.add_argument("--listing", help="a build directory's tests.txt")
    command.add_argument("--only", help="of the listing, those whose name matches")
    command.add_argument("--kind", choices=KINDS, default="script")
    command.add_argument("--shards", type=int, default=1, help="of a gtest program, all at once")
    command.add_argument("--by-suite", action="store_true",
                         help="of a gtest program: a process for each test suite, --jobs at a time")
    command.add_argument("--alone", metavar="REGEX",
                         help="with --by-suite: cases that run when no other does")
    command.add_argument("--name")
    command.add_argument("command", nargs=argparse.REMAINDER)

    command = commands.add_parser("add", help="keep one case")
    command.set_defaults(action=add)
    command.add_argument("outcome", choices=OUTCOMES)
    command.add_argument("name")
    command.add_argument("message", nargs="?", default="")

    command = commands.add_parser("summary", help="print what came out")
    command.set_defaults(action=sum_up)
    command.add_argument("--began", action="append", type=timed, default=[],
                         metavar="STEP=SECONDS")
    command.add_argument("--lost", action="append", default=[], help="where the runner failed")
    command.add_argument("--left-out", action="append", default=[])
    command.add_argument("--manifest", help="what must have run")
    command.add_argument("--tier", choices=manifest.TIERS, help="of the manifest, all of this one;"
                         " otherwise what belongs to the steps that began")
    command.add_argument("--only-program", action="append", default=[],
                         help="the step `tests` was asked for these alone")

    command = commands.add_parser("manifest", help="what ran against what must run")
    command.set_defaults(action=compare)
    command.add_argument("--raise", action="store_true", dest="raised",
                         help="and write the counts there that are higher than what is listed")
    command.add_argument("manifest")

    arguments = parser.parse_args(words)
    if getattr(arguments, "command", None) and arguments.command[:1] == ["--"]:
        arguments.command = arguments.command[1:]
    return arguments


def main():
    arguments = arguments_of(sys.argv[1:])
    try:
        arguments.action(arguments)
    except Exception as error:  # pylint: disable=broad-except
        if not isinstance(error, (OSError, ValueError)):
            traceback.print_exc()
        print(f"   FAILED the runner: {error}", flush=True)
        sys.exit(INCAPABLE)


if __name__ == "__main__":
    main()
