# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run came to: the end of its output and its exit status."""
import collections
import os

from . import manifest
from .case import EXPECTED, FAILED, OUTCOMES, PASSED, SKIPPED, kept
from .process import unwanted_environment

LONGEST = 10


def grouped(title, cases):
    """The cases by their reason: the first one's name stands for all."""
    reasons = collections.defaultdict(list)
    for name, case in cases:
        reasons[case.message or "no reason given"].append(name)
    lines = [title] if reasons else []
    for reason, names in reasons.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        lines.append(f"   {names[0]}{more}: {reason}")
    return lines


def told_shortly(lines, path):
    """The first of them; where there are many, the rest in a file."""
    if len(lines) > LONGEST + 1:
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in lines)
        except OSError:
            pass
        else:
            lines = lines[:LONGEST + 1] + [f"   ... {len(lines) - LONGEST - 1} more lines in "
                                           f"{os.path.relpath(path)}"]
    for line in lines:
        print(line)


def listed(title, texts):
    if texts:
        print(title)
    for text in texts:
        print(f"   {text}")


def where_the_time_went(steps, programs):
    def table(title, rows):
        listed(title, [f"{seconds:6.0f} s  {name}" for seconds, name in rows])

    def slowest(rows):
        return sorted((row for row in rows if row[0] and row[0] >= 1), reverse=True)[:LONGEST]

    table("where the time went:", [(seconds, name) for name, seconds in steps])
    table("slowest programs:", slowest((program.seconds, program.prefix + program.name)
                                       for program in programs))
    table("slowest cases:", slowest((case.seconds, program.full_name(case))
                                    for program in programs for case in program.cases))


def filtered_out(programs):
    """What filters left out and nothing else of the run ran, for each program in words."""
    ran, names = collections.defaultdict(set), {}
    for program in programs:
        ran[program.binary] |= {case.name for case in program.cases}
    for program in programs:
        if program.listed:
            names.setdefault(program.binary, (program.prefix + program.name, set(program.listed)))
    for binary, (name, known) in names.items():
        if missing := sorted(known - ran[binary]):
            suites = sorted({case.rpartition(".")[0] for case in missing})
            yield f"{name}: {len(missing)} cases by its filter ({', '.join(suites)})"


def without_results(steps, programs):
    owed = {program.step for program in programs if program.cases}
    return [f"{name}: the step began and has no result" for name, _ in steps if name not in owed]


def summarize(results, steps, lost=(), left_out=(), manifest_path=None, tier=None, only=()):
    """Prints the end; whether all is well. `steps` are those that began, with their seconds; `lost`
    says where the runner failed, `left_out` what this tier does not run, `only` the programs that
    alone were asked for."""
    strict = os.environ.get("CI") == "true"
    programs, broken = kept(results)
    by_outcome = {outcome: [(program.full_name(case), case) for program in programs
                            for case in program.cases if case.outcome == outcome]
                  for outcome in OUTCOMES}
    failed = [name for name, _ in by_outcome[FAILED]]
    failed += broken + list(lost) + without_results(steps, programs)
    failed += [f"{name}: there is no such test program" for name in only
               if not any(program.name == name for program in programs)]
    left_out = list(left_out) + list(filtered_out(programs))
    told = [f"{name} of the environment is kept from the tests" for name in unwanted_environment()]
    lacking = []
    if manifest_path:
        try:
            lacking = list(manifest.lacking(manifest.read(manifest_path), programs, tier,
                                            [name for name, _ in steps], only))
        except (OSError, ValueError) as error:
            failed.append(f"the list of what must run: {error}")
    if strict:
        failed += told + [f"lacking: {text}" for text in lacking]

    where_the_time_went(steps, programs)
    listed("left out:", left_out)
    if not strict:
        listed("told:", told)
        listed("lacking (tests/manifest.txt; a failure with CI=true):", lacking)
    told_shortly(grouped("expected failures:", by_outcome[EXPECTED]),
                 os.path.join(os.path.dirname(results), "expected-failures.txt"))
    for line in grouped("skipped:", by_outcome[SKIPPED]):
        print(line)
    listed("failed:", failed)
    passed, skipped = len(by_outcome[PASSED]), len(by_outcome[SKIPPED])
    text = f"{passed} passed, {len(failed)} failed"
    if by_outcome[EXPECTED]:
        text += f", {len(by_outcome[EXPECTED])} expected failures"
    if skipped:
        text += f", {skipped} skipped"
    print(text, flush=True)
    return bool(passed) and not failed and not (strict and skipped)
