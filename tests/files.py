#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles each source file by itself, without writing anything: whether it includes what it uses and
is free of warnings where no other file stands before it, as in the build of the suite (a unity
build). Prints "ok - DIRECTORY" or "not ok - DIRECTORY", and how many there are.

usage: files.py BUILD    a configured build directory without unity build and precompiled headers
"""
import collections
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))


def command_of(entry):
    """The compiler's command, which then writes nothing."""
    words, kept = iter(entry.get("arguments") or shlex.split(entry["command"])), []
    for word in words:
        if word == "-o":
            next(words)
        elif word != "-c":
            kept.append(word)
    return kept + ["-fsyntax-only"]


def files_of(build):
    """directory of the source -> its entries"""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    directories = collections.defaultdict(list)
    for entry in entries:
        path = os.path.relpath(os.path.realpath(entry["file"]), ROOT)
        if not path.startswith(("..", "build/")):
            directories[os.path.dirname(path)].append(entry)
    return directories


def complaints(entry):
    done = subprocess.run(command_of(entry), cwd=entry["directory"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False)
    return done.stdout if done.returncode else ""


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    directories = sorted(files_of(sys.argv[1]).items())
    all_well = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        running = [(name, [pool.submit(complaints, entry) for entry in entries])
                   for name, entries in directories]
        for name, results in running:
            said = "".join(result.result() for result in results)
            print(said + ("not ok" if said else "ok") + f" - {name}", flush=True)
            all_well = all_well and not said
    print(f"1..{len(directories)}")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
