# SPDX-License-Identifier: LGPL-2.1-or-later
"""A copy of the tree in which the sources of one room are rewritten, and its build."""
import fcntl
import glob
import hashlib
import json
import os
import re
import shlex
import subprocess

from clang.cindex import Index

import points
import text

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
PRESET = "suite"
MAX_ROUNDS = 15
PLACE = re.compile(r"^([^\s:][^:\n]*):(\d+):(\d+):\s+"
                   r"((?:internal compiler |fatal )?error|note|required)\b:?\s*(.*)$")


# What the copy has more.
CMAKE_LINES = rb"""
target_sources(haoh PRIVATE ${PROJECT_SOURCE_DIR}/tests/mutation/runtime.cpp)
get_property(tests GLOBAL PROPERTY HAOH_TESTS)
string(REGEX MATCHALL "gtest\t[^\t\n]+" programs "${tests}")
foreach(program IN LISTS programs)
    string(REPLACE "gtest\t" "" program "${program}")
    target_sources(${program} PRIVATE ${PROJECT_SOURCE_DIR}/tests/mutation/cases.cpp)
endforeach()
"""


class Failure(Exception):
    pass


def run(command, log=None, **options):
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          env=environment, **options)
    if log:
        with open(log, "w", encoding="utf-8") as file:
            file.write(done.stdout)
    return done


def listed_files():
    listing = run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
                   "--exclude-standard"], cwd=ROOT).stdout
    return sorted(path for path in set(listing.split("\0"))
                  if path and os.path.isfile(os.path.join(ROOT, path)))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write_if_new(path, content):
    try:
        if read(path) == content:
            return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def public_headers(room):
    """As tests/rooms_test.sh has it."""
    table = read(os.path.join(ROOT, "tests/rooms_test.sh")).decode()
    block = re.search(r"room_of_header=\((.*?)\n\)", table, re.S)
    if not block:
        raise Failure("tests/rooms_test.sh has no room_of_header")
    return {name for name, owner in re.findall(r"\[(\w+)\]=(\w+)", block[1]) if owner == room}


def files_of(room, listing):
    """The sources and headers of a room of the library, or of a folder of tools/."""
    if room in ("arraysim", "tool"):
        folder = {"arraysim": "tools/arraysim/", "tool": "tools/haoh/"}[room]
        return [path for path in listing if path.startswith(folder)
                and path.endswith((".cpp", ".hpp"))]
    names = public_headers(room)
    found = []
    for path in listing:
        if not path.endswith((".cpp", ".hpp")):
            continue
        header = path.startswith("libhaoh/include/haoh/")
        if path.startswith(f"libhaoh/src/{room}/") or header and (
                os.path.splitext(os.path.basename(path))[0] in names
                or os.path.basename(os.path.dirname(path)) == room):
            found.append(path)
    return found


class Tree:
    def __init__(self, room):
        self.room = room
        self.work = os.path.join(ROOT, "build", f"mutation-{room}")
        self.top = os.path.join(self.work, "tree")
        self.build = os.path.join(self.top, "build", PRESET)
        self.sources, self.mutants, self.objects = {}, [], []

    def prepare(self):
        """Copies, configures, finds the mutants."""
        os.makedirs(self.work, exist_ok=True)
        self.lock = open(os.path.join(self.work, "lock"), "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failure(f"another run is under way in {self.work}") from error
        listing = listed_files()
        files = files_of(self.room, listing)
        if not files:
            raise Failure(f"there is no room {self.room}")
        digest = hashlib.sha256()
        for path in listing:
            content = read(os.path.join(ROOT, path))
            if path.startswith(("libhaoh/", "tools/", "tests/mutation/", "CMake", "cmake/")):
                digest.update(path.encode() + b"\0" + content)
            if path in files:
                self.sources[path] = text.Source(path, content)
                if not os.path.exists(os.path.join(self.top, path)):
                    write_if_new(os.path.join(self.top, path), content)
                continue
            if path == "CMakeLists.txt":
                content += CMAKE_LINES
            write_if_new(os.path.join(self.top, path), content)
            if os.access(os.path.join(ROOT, path), os.X_OK):
                os.chmod(os.path.join(self.top, path), 0o755)
        self.stamp = digest.hexdigest()
        self.forget_files_but(set(listing))
        write_if_new(os.path.join(self.top, "libhaoh/include/haoh_mutation.hpp"),
                     read(os.path.join(HERE, "haoh_mutation.hpp")))
        done = run(["cmake", "--preset", PRESET], cwd=self.top,
                   log=os.path.join(self.work, "configure.log"))
        if done.returncode != 0:
            raise Failure(f"cmake failed: {self.work}/configure.log")
        self.find()

    def forget_files_but(self, listing):
        for folder in ("libhaoh", "tools", "tests"):
            for path in glob.glob(os.path.join(self.top, folder, "**", "*"), recursive=True):
                name = os.path.relpath(path, self.top)
                if os.path.isfile(path) and name not in listing \
                        and os.path.basename(path) != "haoh_mutation.hpp":
                    os.remove(path)

    def units(self):
        """The translation units, with clang's arguments, that have every source of the room."""
        with open(os.path.join(self.build, "compile_commands.json"), encoding="utf-8") as file:
            entries = json.load(file)
        missing = {os.path.join(self.top, path) for path in self.sources if path.endswith(".cpp")}
        for entry in entries:
            path = os.path.join(entry["directory"], entry["file"])
            if path.startswith(os.path.join(self.build, "tests")):
                continue
            here = {path, *re.findall(r'#include "([^"]+)"', read(path).decode())} & missing
            if here:
                missing -= here
                words = shlex.split(entry["command"])
                self.objects.append(words[words.index("-o") + 1])
                yield path, [word for word in words if word.startswith(("-I", "-D", "-std="))] + [
                    words[index + 1] if offset else "-isystem"
                    for index, word in enumerate(words) if word == "-isystem" for offset in (0, 1)]

    def find(self):
        walk = points.Walk(self.top, self.sources)
        index = Index.create()
        originals = [(os.path.join(self.top, path), source.code.decode())
                     for path, source in self.sources.items()]
        for path, arguments in self.units():
            unit = index.parse(path, args=["-w", *arguments], unsaved_files=originals,
                               options=points.options())
            errors = [str(one) for one in unit.diagnostics if one.severity >= 3]
            if errors:
                raise Failure(f"clang does not understand {path}: {errors[0]}")
            walk.unit(unit)
        seen = {}
        for source in self.sources.values():
            for mutant in source.mutants():
                seen.setdefault(id(mutant), mutant)
        self.mutants = sorted(seen.values(), key=lambda one: (one.path, one.start, -one.end,
                                                               one.kind, one.mutated))
        for number, mutant in enumerate(self.mutants, 1):
            mutant.id = number

    # What does not compile is dropped.

    def compile(self, programs, tell):
        self.recall()
        self.compile_targets(self.objects, tell)  # where most errors are
        self.compile_targets(programs, tell)
        self.remember()

    def compile_targets(self, targets, tell):
        for number in range(1, MAX_ROUNDS + 1):
            for path, source in self.sources.items():
                source.render()
                write_if_new(os.path.join(self.top, path), source.rewritten)
            log = os.path.join(self.work, "build.log")
            done = run(["ninja", "-C", self.build, f"-j{os.cpu_count()}", "-k0", *targets], log=log)
            if done.returncode == 0:
                return
            dropped = self.drop(done.stdout, number)
            tell(f"round {number}: {dropped} mutants do not compile")
            if not dropped:
                raise Failure(f"what is left does not compile: {log}")
        raise Failure(f"after {MAX_ROUNDS} rounds it still does not compile: {log}")

    def drop(self, output, number):
        """Drops what the compiler's errors point at; how many mutants that are."""
        before = self.count()
        lines = output.splitlines()
        errors = [(index, match) for index, match in enumerate(map(PLACE.match, lines))
                  if match and "error" in match[4]]
        # What is not a constant any more makes errors wherever it is used: those go with it.
        named = {match[1] for index, match in errors
                 if "const" in match[5] and self.blame_constant(self.places(lines, index, match))}
        for index, match in errors:
            if match[1] not in named:
                self.blame(self.places(lines, index, match), number)
        return before - self.count()

    def count(self):
        return sum(not mutant.dropped for mutant in self.mutants)

    def places(self, lines, index, match):
        """Where an error is and what led to it, in the files of the room: (source, match)."""
        found = [match]
        for line in lines[index + 1:index + 60]:
            other = PLACE.match(line)
            if other and "error" in other[4]:
                break
            found += [other] if other else []
        for line in lines[max(index - 40, 0):index][::-1]:
            if " error: " in line:
                break
            other = PLACE.match(line)
            found += [other] if other else []
        paths = (os.path.relpath(os.path.join(self.build, place[1]), self.top) for place in found)
        return [(self.sources[path], place) for path, place in zip(paths, found)
                if path in self.sources]

    def blame_constant(self, places):
        for source, place in places:
            if self.keep_constant(source, place[5]):
                return True
        for source, place in places:
            if place[4] == "note" and "not initialized with a constant" in place[5]:
                return self.give_up(source.mutants_on(int(place[2])), place)
        return False

    def blame(self, places, number):
        for source, place in places:
            at = source.mutants_at(int(place[2]), int(place[3]))[:1] if number < 4 else []
            if self.give_up(at or source.mutants_on(int(place[2])), place):
                return

    @staticmethod
    def give_up(mutants, place):
        for mutant in mutants:
            mutant.dropped = mutant.dropped or place[5][:200]
        return bool(mutants)

    def keep_constant(self, source, message):
        """A table that something needs as a constant stays one."""
        names = set(re.findall(r"\b(\w+)(?:<[^']*>)?'", message))
        found = False
        for other in self.sources.values():
            for table in other.tables:
                if table.name in names and not table.kept and (other is source
                                                               or other.path.endswith(".hpp")):
                    table.kept = found = True
                    for mutant in other.mutants():
                        if mutant.table is table:
                            mutant.dropped = "its table must be a constant"
        return found

    def remember(self):
        with open(os.path.join(self.work, "dropped.json"), "w", encoding="utf-8") as file:
            json.dump({"stamp": self.stamp, "dropped": {mutant.id: mutant.dropped
                                                        for mutant in self.mutants
                                                        if mutant.dropped}}, file)

    def recall(self):
        try:
            with open(os.path.join(self.work, "dropped.json"), encoding="utf-8") as file:
                known = json.load(file)
        except (OSError, ValueError):
            return
        if known["stamp"] == self.stamp:
            for mutant in self.mutants:
                mutant.dropped = known["dropped"].get(str(mutant.id), "")
