# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether the tests notice a fault: see tests/mutation/README.md."""
import argparse
import collections
import concurrent.futures
import difflib
import hashlib
import os
import re
import sys
import threading
import time

from killers import Program
from tree import ROOT, Failure, Tree, read

ROOMS = ("base", "nvme", "model", "snapshot", "journal", "diff", "linux", "attribution", "collect", "host",
         "fabric", "source", "judge", "catalogue", "policy", "report", "monitor", "capi", "arraysim",
         "tool")
# The least score, of what judges and acts more than of the rest.
BOUNDS = {"judge": 95, "catalogue": 95, "monitor": 95, "fabric": 95, "policy": 95}
OTHER_BOUND = 90
# Folders below tests/unit with a room's own programs, where they are not named like it.
FOLDERS = {"judge": ("judge", "catalogue"), "catalogue": ("catalogue", "judge", "linux"),
           "linux": ("linux", "host", "catalogue"), "attribution": ("attribution", "catalogue"),
           "policy": ("policy", "kernel_policy"), "tool": ("tool", "screen")}
# Then, for what is left. Not report_test for the catalogue: docs/rules.md is a copy of what it says.
THEN = ("scenario_test", "tool_test")
EQUIVALENT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "equivalent.tsv")
COLUMNS = ("id", "place", "function", "kind", "original", "mutated", "outcome", "program", "case",
           "how")


def matcher(pattern):
    """A pattern in which * is anything."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


def equivalents():
    """(line number, matchers of path, function, kind, original and mutated)"""
    with open(EQUIVALENT, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip() and not line.startswith("#"):
                fields = line.rstrip("\n").split("\t")
                if len(fields) != 6 or not fields[5]:
                    raise Failure(f"equivalent.tsv:{number}: wants five patterns and a reason")
                yield number, [matcher(field) for field in fields[:5]]


class Measure:
    def __init__(self, room, options):
        self.room, self.options = room, options
        self.tree = Tree(room)
        self.results = {}  # mutant id -> (outcome, program, case, how)
        self.notes = []

    def say(self, words):
        if sys.stderr.isatty():
            print(f"\r\033[K{self.room}: {words}", end="", file=sys.stderr, flush=True)

    def clear(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def find(self):
        self.say("looks for mutants")
        self.tree.prepare()
        self.tree.recall()

    def programs(self):
        """(the room's own, those for what is left), as the build has them."""
        folders = [f"/tests/unit/{name}/" for name in FOLDERS.get(self.room, (self.room,))]
        first, later = [], []
        with open(os.path.join(self.tree.build, "tests.txt"), encoding="utf-8") as file:
            for line in file:
                kind, name, path = line.rstrip("\n").split("\t")[:3]
                program = Program(name, path, self.tree.work, self.tree.top)
                if kind != "gtest":
                    continue
                if any(folder in path for folder in folders):
                    first.append(program)
                elif name in THEN and not self.options.mirror:
                    later.append(program)
        if not first:
            raise Failure(f"no test program below tests/unit is for {self.room}")
        return first, later

    def set_aside(self):
        """Marks what is known to change nothing."""
        unused = []
        aside = set()
        for number, matchers in equivalents():
            found = [mutant.id for mutant in self.tree.mutants
                     if all(one.fullmatch(field) for one, field in zip(matchers, (
                         mutant.path, mutant.function, mutant.kind, mutant.original,
                         mutant.mutated)))]
            aside.update(found)
            mine = any(matchers[0].fullmatch(path) for path in self.tree.sources)
            if not found and mine:
                unused.append(f"equivalent.tsv:{number}")
        if unused:
            self.notes.append("no mutant matches " + ", ".join(unused))
        return aside

    def sample(self, mutants):
        """By what a mutant is rather than by its number: where code moves, the sample stays."""
        if self.options.only:
            wanted = re.compile(self.options.only)
            mutants = [mutant for mutant in mutants if wanted.search(line_of(mutant))]
        if not self.options.random:
            return mutants
        seen = collections.Counter()
        ranked = []
        for mutant in mutants:
            seen[mutant.key()] += 1
            words = f"{self.options.seed}\t{seen[mutant.key()]}\t{mutant.key()}"
            ranked.append((hashlib.sha256(words.encode()).digest(), mutant))
        ranked.sort(key=lambda item: item[0])
        return [mutant for _, mutant in ranked[:self.options.random]]

    def run(self):
        self.began = time.monotonic()
        first, later = self.programs()
        self.say(f"builds {len(self.tree.mutants)} mutants")
        self.tree.compile([program.name for program in first + later], self.say)
        self.build_seconds = time.monotonic() - self.began
        for program in first + later:
            self.say(f"{program.name} without a mutant")
            program.baseline(len(self.tree.mutants))
            if program.unreliable:
                self.notes.append(f"fails without a mutant, so not asked: {program.name} "
                                  + ", ".join(sorted(program.unreliable)))
        aside = self.set_aside()
        able = [mutant for mutant in self.tree.mutants if not mutant.dropped]
        self.equivalent = sum(mutant.id in aside for mutant in able)
        # A function that the compiler evaluates is not reached, and yet used.
        self.silent = sum(mutant.constexpr and mutant.id not in aside and
                          not any(program.comes_by(mutant.id) for program in first + later)
                          for mutant in able)
        self.tried = self.sample(
            [mutant for mutant in able if mutant.id not in aside and
             not (mutant.constexpr and not any(program.comes_by(mutant.id)
                                               for program in first + later))])
        deadline = self.began + self.options.seconds
        self.programs_asked = first + later
        self.keep()
        lock = threading.Lock()
        counts = collections.Counter()

        def one(mutant):
            result = self.judge(mutant, deadline)
            with lock:
                self.results[mutant.id] = result
                self.keep(mutant)
                counts[result[0]] += 1
                self.say(f"{len(self.results)} of {len(self.tried)} mutants, "
                         f"{counts['survived']} survive")

        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            list(pool.map(one, self.tried))
        self.clear()
        for program in self.programs_asked:
            if program.unreliable:
                self.notes.append(f"failed without a mutant at some time: {program.name} "
                                  + ", ".join(sorted(program.unreliable)))

    def judge(self, mutant, deadline):
        reached = False
        for program in self.programs_asked:
            if not program.comes_by(mutant.id):
                continue
            reached = True
            found = program.kill(mutant.id, lambda: time.monotonic() > deadline)
            if found == "untried":
                return ("untried", "", "", "")
            if found:
                return ("killed", program.name, *found)
        return ("survived", "", "", "" if reached else "not reached")

    def keep(self, mutant=None):
        """A line of the results, as soon as it is known; without a mutant the head."""
        path = os.path.join(self.tree.work, "results.tsv")
        with open(path, "a" if mutant else "w", encoding="utf-8") as file:
            fields = COLUMNS if mutant is None else (
                str(mutant.id), f"{mutant.path}:{mutant.line}", mutant.function, mutant.kind,
                mutant.original, mutant.mutated, *self.results[mutant.id])
            file.write("\t".join(fields) + "\n")
        self.results_path = os.path.relpath(path, ROOT)

    def tell(self):
        """Prints the table and the survivors; whether the bound is met."""
        names = [program.name for program in self.programs_asked]
        header = ("kind", "tried", "killed", *names, "survived", "score")
        rows, total = [], collections.Counter()
        for kind in sorted({mutant.kind for mutant in self.tried}):
            count = collections.Counter()
            for mutant in self.tried:
                if mutant.kind == kind:
                    outcome, program, _, _ = self.results[mutant.id]
                    count[outcome] += 1
                    count[program] += bool(program)
            total += count
            rows.append((kind, count))
        rows.append(("all", total))
        lines = [header]
        for kind, count in rows:
            tried = count["killed"] + count["survived"]
            lines.append((kind, tried, count["killed"], *(count[name] for name in names),
                          count["survived"],
                          f"{100 * count['killed'] / tried:.1f} %" if tried else "-"))
        widths = [max(len(str(line[column])) for line in lines) for column in range(len(header))]
        for line in lines:
            print("  ".join(str(cell).ljust(width) if column == 0 else str(cell).rjust(width)
                            for column, (cell, width) in enumerate(zip(line, widths))))
        for mutant in sorted(self.tried, key=lambda one: one.id):
            outcome, _, _, how = self.results[mutant.id]
            if outcome == "survived":
                print(f"survived: {line_of(mutant)}" + (f"  ({how})" if how else ""))
        dropped = sum(bool(mutant.dropped) for mutant in self.tree.mutants)
        print(f"{len(self.tree.mutants)} mutants, {dropped} of them do not compile, "
              f"{self.equivalent} change nothing, {self.silent} only the compiler evaluates; "
              f"built in {self.build_seconds:.0f} s, in all "
              f"{time.monotonic() - self.began:.0f} s; {self.results_path}")
        for note in self.notes:
            print(f"note: {note}")
        tried = total["killed"] + total["survived"]
        bound = self.options.min if self.options.min is not None else BOUNDS.get(self.room,
                                                                                  OTHER_BOUND)
        score = 100 * total["killed"] / tried if tried else 0
        words = f"{self.room}: {total['killed']} of {tried} mutants noticed, {score:.1f} %"
        if total["untried"]:
            words += f"; {total['untried']} not tried for want of time"
        good = score >= bound and not total["untried"]
        print(f"{'ok' if good else 'not ok'} - {words} (at least {bound:g} %)", flush=True)
        return good


def line_of(mutant):
    return (f"{mutant.id} {mutant.path}:{mutant.line} {mutant.function} [{mutant.kind}] "
            f"{mutant.original} -> {mutant.mutated or '(nothing)'}")


def show(tree, number):
    mutant = next((one for one in tree.mutants if one.id == number), None)
    if mutant is None:
        raise Failure(f"there is no mutant {number}")
    code = read(os.path.join(ROOT, mutant.path))
    other = mutant.mutated if mutant.kind != "constant" else mutant.original + " + 1"
    mutated = code[:mutant.start] + other.encode() + code[mutant.end:]
    print(line_of(mutant) + (f"\ndropped: {mutant.dropped}" if mutant.dropped else ""))
    for line in difflib.unified_diff(code.decode().splitlines(), mutated.decode().splitlines(),
                                     mutant.path, f"{mutant.path} ({number})", lineterm=""):
        print(line)


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="tests/mutation.sh", description=__doc__)
    parser.add_argument("room", nargs="+", choices=(*ROOMS, "all"), metavar="ROOM",
                        help="of the library; arraysim or tool; all")
    parser.add_argument("--random", type=int, metavar="N", help="N mutants, each as likely")
    parser.add_argument("--seed", default="1", help="for another choice (default 1)")
    parser.add_argument("--only", metavar="REGEX", help="mutants whose line in --list matches")
    parser.add_argument("--mirror", action="store_true",
                        help="ask only the room's own unit tests")
    parser.add_argument("--seconds", type=float, default=7200,
                        help="for each room; what was not tried then is told (default 7200)")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count()))
    parser.add_argument("--min", type=float, metavar="PERCENT",
                        help="instead of the room's bound")
    parser.add_argument("--list", action="store_true", help="the mutants, and nothing else")
    parser.add_argument("--show", type=int, metavar="ID", help="one of them as a diff")
    return parser.parse_args(arguments)


def main():
    options = options_of(sys.argv[1:])
    rooms = ROOMS if "all" in options.room else options.room
    good = True
    for room in rooms:
        measure = Measure(room, options)
        try:
            measure.find()
            if options.list or options.show is not None:
                measure.clear()
                if options.show is not None:
                    show(measure.tree, options.show)
                else:
                    for mutant in measure.tree.mutants:
                        print(line_of(mutant) + ("  (does not compile)" if mutant.dropped else ""))
                continue
            measure.run()
            good = measure.tell() and good
        except Failure as failure:
            measure.clear()
            print(f"{failure}\nnot ok - {room}: not measured", flush=True)
            good = False
    if not options.list and options.show is None:
        print(f"1..{len(rooms)}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
