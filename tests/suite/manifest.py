# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must have run: tests/manifest.txt says what its lines mean."""
import fnmatch
import re

from .case import SKIPPED

TIERS = ("default", "long")
OLD = 1.03  # from so much more on a count is told to be old
OUTGROWN = 1.05  # from so much more on a twentieth of the cases could vanish unseen


class Line:
    """Any of the steps will do; the pattern of cases is empty for all."""

    def __init__(self, steps, program, pattern, count):
        self.steps, self.program, self.pattern, self.count = steps, program, pattern, count

    @property
    def text(self):
        cases = f":{self.pattern}" if self.pattern else ""
        return f'{"|".join(self.steps)} {self.program}{cases}'


class Manifest:
    def __init__(self):
        self.steps = {tier: [] for tier in TIERS}
        self.lines = []

    def owed(self, tier, began, only):
        """The lines of a tier, or of the steps that began and the programs that alone were asked
        for."""
        if tier:
            began = self.steps["default"] + (self.steps["long"] if tier == "long" else [])
        in_part = {step for line in self.lines if line.program in only for step in line.steps}
        return [line for line in self.lines if set(line.steps) & set(began)
                and not (in_part & set(line.steps) and line.program not in only)]

    def unlisted(self, programs):
        known = {(step, line.program) for line in self.lines for step in line.steps}
        return [program for program in programs
                if program.seconds is not None and (program.step, program.name) not in known]


def read(path):
    manifest = Manifest()
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            words = text.split("#")[0].split()
            if words and words[0].rstrip(":") in TIERS:
                manifest.steps[words[0].rstrip(":")] += words[1:]
            elif len(words) == 3 and words[2].isdigit():
                program, _, pattern = words[1].partition(":")
                manifest.lines += [Line(steps.split("|"), program, pattern, int(words[2]))
                                   for steps in words[0].split(",")]
            elif words:
                raise ValueError(f"{path}:{number}: {text.strip()}")
    return manifest


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


def lacking(manifest, programs, tier, began, only=()):
    """What did not run although it is listed, or ran although it is not, in words."""
    steps_skipped = {program.step for program in programs if program.seconds is None
                     and any(case.outcome == SKIPPED for case in program.cases)}
    missing = set()
    for line in manifest.owed(tier, began, only):
        count, skipped = actual(line, programs)
        if not count and not line.pattern:
            missing.add((*line.steps, line.program))
        elif (*line.steps, line.program) in missing:
            continue  # that says it all
        if count < line.count and not skipped and (count or not steps_skipped & set(line.steps)):
            yield f"{line.text}: {count or 'none'} of {line.count} cases"
        elif count > line.count * OUTGROWN + 3:
            yield f"{line.text}: {count} cases, and only {line.count} are listed"
    for program in manifest.unlisted(programs):
        yield f"{program.step} {program.name}: it ran, but tests/manifest.txt does not list it"


def raise_counts(path, programs):
    """Writes the counts of what ran where they are higher than what is listed. None goes down: that
    something vanished is for a person to say."""
    counts, manifest = {}, read(path)
    for line in manifest.owed(None, {program.step for program in programs}, ()):
        count, _ = actual(line, programs)
        key = (f"{line.program}:{line.pattern}" if line.pattern else line.program, line.count)
        counts[key] = min(count, counts.get(key, count))
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    for i, text in enumerate(lines):
        words = text.split("#")[0].split()
        if len(words) == 3 and words[2].isdigit():
            count = counts.get((words[1], int(words[2])), 0)
            if count > int(words[2]):
                lines[i] = re.sub(r"(?<=\s)( *)" + words[2] + r"(?=\s)",
                                  lambda match, new=count, old=words[2]:
                                  str(new).rjust(len(match[1]) + len(old)), text, count=1)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


def compare(manifest, programs):
    """Where what ran differs from what is listed, in words."""
    for line in manifest.owed(None, {program.step for program in programs}, ()):
        count, _ = actual(line, programs)
        if count < line.count or count > line.count * OLD + 1:
            yield f"{line.text}: {count} ran, {line.count} listed"
    for program in manifest.unlisted(programs):
        yield f"{program.step} {program.name}: {len(program.cases)} ran, not listed"
