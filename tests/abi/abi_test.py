#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the C interface of a shared libhaoh against what was promised: data/libhaoh-1.abi.

usage: abi_test.py HEADERS [--update]

  HEADERS   the directory with haoh/haoh.h
  --update  record the interface: after an addition, with HAOH_API_VERSION of haoh.h raised and a
            node of its own in libhaoh/haoh.map.in. What is there already must not change.

Types are compared by libabigail, as a C program sees them: of a library that is made of the header
alone, with a body for each function. What the real library exports is compared by name and version;
that its functions are those of the header, the compiler has seen to.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(str(HERE.parent / "support"))

from cases import Cases

BASELINE = HERE / "data" / "libhaoh-1.abi"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def functions_of(headers):
    """The declarations of haoh.h, each without its semicolon."""
    source = '#include "haoh/visibility.h"\n#undef HAOH_API\n#define HAOH_API HAOH_MARK\n'
    text = subprocess.run(
        ["gcc", "-E", "-P", "-I", str(headers), "-x", "c", "-"],
        input=source + "#include <haoh/haoh.h>\n",
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [" ".join(one.split()) for one in re.findall(r"\bHAOH_MARK\b([^;{]*);", text)]


def describe(headers, work):
    """What libabigail says of a library of the header's functions: the path of its description."""
    bodies = [f"{one} {{ __builtin_trap(); }}" for one in functions_of(headers)]
    # Arguments and members are int; so that the constants are described as well:
    header = (headers / "haoh" / "haoh.h").read_text()
    bodies += [f"enum {one} of_{one};" for one in re.findall(r"^enum (\w+) \{", header, re.M)]
    source = work / "interface.c"
    source.write_text("#include <haoh/haoh.h>\n" + "\n".join(bodies) + "\n")
    library = work / "libinterface.so"
    run("gcc", "-g", "-shared", "-fPIC", "-I", str(headers), str(source), "-o", str(library))
    out = work / "interface.abi"
    run(
        "abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--type-id-style",
        "hash", "--no-architecture", "--out-file", str(out), str(library),
    )  # fmt: skip
    return out


def difference(before, after):
    """What changed, in libabigail's first words; empty for nothing."""
    result = subprocess.run(
        ["abidiff", str(before), str(after)], capture_output=True, text=True, check=False
    )
    words = (result.stdout + result.stderr).splitlines()[:40]
    return "" if result.returncode == 0 else "\n".join(words) or "it changed"


def changed_headers(headers, work, old, new):
    """A copy of the headers with a change; the change must be one."""
    copy = work / "include"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(headers, copy)
    file = copy / "haoh" / "haoh.h"
    text = file.read_text()
    changed = re.sub(old, new, text, count=1, flags=re.S)
    assert changed != text, old
    file.write_text(changed)
    return copy


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    told = Cases()
    if not all(map(shutil.which, ("abidiff", "abidw"))):
        told.tell("the C interface is what was recorded", "", "abidiff is not installed")
        return told.end()
    headers = pathlib.Path(arguments[0])
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        now = describe(headers, work)
        if "--update" in arguments:
            BASELINE.write_text(now.read_text())
            return 0
        told.check("the C interface is what was recorded", difference(BASELINE, now))

        # That a change would be seen.
        for name, old, new in [
            ("a removed function", r"HAOH_API unsigned haoh_path_slot\([^;]*;", ""),
            ("an argument of another type", r"haoh_path_slot\(uint32_t", "haoh_path_slot(uint64_t"),
            ("a member in the middle", r"(struct haoh_style \{\s*size_t size;)", r"\1 int more;"),
            ("another value of a constant", "HAOH_NOT_FOUND = 15,?", "HAOH_NOT_FOUND = 16,"),
        ]:
            other = describe(changed_headers(headers, work, old, new), work)
            told.check(f"{name} is seen", "" if difference(BASELINE, other) else "it was not")

    return told.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
