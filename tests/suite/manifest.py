# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must have run: tests/manifest.txt says what its lines mean."""
import dataclasses
import fnmatch

from .case import SKIPPED

TIERS = ("default", "long")
RAISE = 1.03  # from here on a count is told to be old


@dataclasses.dataclass
class Line:
    tier: str
    steps: list  # any of them will do
    program: str
    pattern: str  # of cases; empty for all
    count: int

    @property
    def text(self):
        cases = f":{self.pattern}" if self.pattern else ""
        return f'{"|".join(self.steps)} {self.program}{cases}'


def read(path):
    lines, tier = [], None
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            words = text.split("#")[0].split()
            if len(words) == 1 and words[0].strip("[]") in TIERS:
                tier = words[0].strip("[]")
            elif tier and len(words) == 3 and words[2].isdigit():
                program, _, pattern = words[1].partition(":")
                # As "tests,threads": a line for each.
                lines += [Line(tier, steps.split("|"), program, pattern, int(words[2]))
                          for steps in words[0].split(",")]
            elif words:
                raise ValueError(f"{path}:{number}: {text.strip()}")
    return lines


def actual(line, programs):
    """How many cases of a line there were, in that of its steps that had most; and whether all of
    them were skipped (which is told by itself)."""
    count, skipped = 0, False
    for step in line.steps:
        cases = [case for program in programs
                 if program.step == step and program.name == line.program
                 for case in program.cases
                 if not line.pattern or fnmatch.fnmatchcase(case.name, line.pattern)]
        count = max(count, len(cases))
        skipped |= bool(cases) and all(case.outcome == SKIPPED for case in cases)
    return count, skipped


def applies(line, tier, steps, only):
    """Whether a run of a tier (or of those steps alone, and of those programs) owes this line."""
    if tier is None:
        if not set(line.steps) & set(steps):
            return False
        return not only or "tests" not in line.steps or line.program in only
    return line.tier == "default" or tier == "long"


def lacking(lines, programs, tier, steps, only=()):
    """What did not run, in words."""
    whole_steps_skipped = {program.step for program in programs if program.seconds is None
                           and any(case.outcome == SKIPPED for case in program.cases)}
    for line in lines:
        if not applies(line, tier, steps, only):
            continue
        count, skipped = actual(line, programs)
        if count >= line.count or skipped or not count and whole_steps_skipped & set(line.steps):
            continue
        yield f"{line.text}: {count} cases of {line.count}" if count else \
            f"{line.text}: none of {line.count} cases"
    known = {(step, line.program) for line in lines for step in line.steps}
    for program in programs:
        if program.seconds is not None and (program.step, program.name) not in known:
            yield f"{program.step} {program.name}: it ran, but tests/manifest.txt does not list it"


def show(lines, programs, tier, steps, only=()):
    """What ran against what is listed, where they differ."""
    different = False
    for line in lines:
        if not applies(line, tier, steps, only):
            continue
        count, _ = actual(line, programs)
        if count < line.count or count > line.count * RAISE + 1:
            different = True
            print(f"   {line.text}: {count} ran, {line.count} listed")
    known = {(step, line.program) for line in lines for step in line.steps}
    for program in programs:
        if program.seconds is not None and (program.step, program.name) not in known:
            different = True
            print(f"   {program.step} {program.name}: {len(program.cases)} ran, not listed")
    if not different:
        print("   nothing differs")
