#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""clang-tidy over everything that a build directory compiles.

The files of one directory are checked as one translation unit, or a few where two of them use one
name: most of the time goes to the headers of Asio and the standard library, and so it goes there
once. What was clean and did not change is not checked again. Prints "ok - DIRECTORY" or "not ok - DIRECTORY",
and how many there are.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
ROOMS = "/(libhaoh|tools|tests|examples)/"
TOOL = next(filter(shutil.which, ("clang-tidy-16", "clang-tidy-19")), None)
COMPILER = (TOOL or "").replace("clang-tidy", "clang++")


def arguments_of(entry):
    """The compiler's arguments without the compiler, input and output."""
    words = entry.get("arguments") or shlex.split(entry["command"])
    kept, skip = [], False
    for word in words[1:]:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif word != "-c" and os.path.join(entry["directory"], word) != entry["file"]:
            kept.append(word)
    return kept


def groups_of(build):
    """(directory, arguments) -> files"""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    groups = collections.defaultdict(list)
    for entry in entries:
        path = os.path.relpath(os.path.realpath(entry["file"]), ROOT)
        if not path.startswith("..") and not path.startswith("build/"):
            groups[os.path.dirname(path), tuple(arguments_of(entry))].append(path)
    return groups


def digest(paths, *more):
    total = hashlib.sha256()
    for path in sorted(paths):
        with open(os.path.join(ROOT, path), "rb") as file:
            total.update(path.encode() + b"\0" + file.read() + b"\0")
    for text in more:
        total.update(str(text).encode() + b"\0")
    return total.hexdigest()


def headers_and_settings():
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others",
         "--exclude-standard", "*.hpp", "*.h", ".clang-tidy", "*/.clang-tidy"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [path for path in listing if path and os.path.exists(os.path.join(ROOT, path))]


def check(path, arguments, more=()):
    """(clean, what clang-tidy says)"""
    command = [TOOL, "--quiet", *more, path, "--", *arguments]
    run = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, errors="replace", check=False)
    return run.returncode == 0, run.stdout + (run.stderr if "error" in run.stderr else "")


def write_unit(work, files, arguments):
    """One source of them all, below copies of the settings that are theirs."""
    folder = os.path.join(work, digest(files, *arguments)[:16])
    parts = os.path.dirname(files[0]).split(os.sep)
    for depth in range(len(parts) + 1):
        below = os.path.join(*parts[:depth]) if depth else ""
        os.makedirs(os.path.join(folder, below), exist_ok=True)
        settings = os.path.join(ROOT, below, ".clang-tidy")
        if os.path.exists(settings):
            shutil.copy(settings, os.path.join(folder, below))
    unit = os.path.join(folder, *parts, "together.cpp")
    with open(unit, "w", encoding="utf-8") as file:
        file.writelines(f'#include "{os.path.join(ROOT, path)}"\n' for path in files)
    return unit


def batches_of(work, files, arguments):
    """The files in batches that compile as one translation unit each: a file that takes a name of
    an earlier one goes to the next batch."""
    while files:
        batch, later = list(files), []
        while len(batch) > 1:
            run = subprocess.run([COMPILER, "-fsyntax-only", "-w", "-ferror-limit=0",
                                  "-fno-caret-diagnostics", *arguments,
                                  write_unit(work, batch, arguments)],
                                 cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                                 text=True, errors="replace", check=False)
            if run.returncode == 0:
                break
            named = set(re.findall(r"^([^:\n]+):\d+:\d+: (?:fatal )?error:", run.stderr, re.M))
            moved = [path for path in batch[1:] if os.path.join(ROOT, path) in named]
            moved = moved or batch[1:]
            batch = [path for path in batch if path not in moved]
            later += moved
        yield batch
        files = later


def check_batch(work, batch, arguments):
    if len(batch) == 1:
        return check(batch[0], arguments)
    return check(write_unit(work, batch, arguments), arguments,
                 ("--header-filter=" + ROOMS, "--checks=-bugprone-suspicious-include"))


def readable(output):
    """Without notes' macro expansions and what clang-tidy says of other people's headers."""
    return "\n".join(line for line in output.replace(ROOT + "/", "").splitlines()
                     if not re.match(r"\d+ warnings? (and \d+ errors? )?generated", line))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="a build directory with compile_commands.json")
    parser.add_argument("only", nargs="?", default="", help="directories that match")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()

    if TOOL is None:
        sys.exit("clang-tidy is not installed: tools/setup.sh")
    version = subprocess.run([TOOL, "--version"], check=True, capture_output=True,
                             text=True).stdout
    work = os.path.join(os.path.realpath(options.build), "tidy")
    os.makedirs(work, exist_ok=True)
    common = digest(headers_and_settings(), version)
    groups = groups_of(options.build)

    def one(group):
        (directory, arguments), files = group
        stamp = os.path.join(work, digest(files, common, *arguments) + ".clean")
        if os.path.exists(stamp):
            return directory, True, ""
        results = [check_batch(work, batch, arguments)
                   for batch in batches_of(work, files, arguments)]
        clean = all(result[0] for result in results)
        if clean:
            with open(stamp, "w", encoding="utf-8"):
                pass
        return directory, clean, readable("\n".join(result[1] for result in results))

    clean = True
    told = collections.Counter()
    wanted = [group for group in groups.items() if re.search(options.only, group[0][0])]
    # The dear ones first.
    wanted.sort(key=lambda group: -len(group[1]))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for directory, passed, output in pool.map(one, wanted):
            if not passed:
                print(output)
            told[directory] += 1
            again = f" ({told[directory]})" if told[directory] > 1 else ""
            print(f'{"ok" if passed else "not ok"} - {directory}{again}', flush=True)
            clean = clean and passed
    print(f"1..{told.total()}")
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
