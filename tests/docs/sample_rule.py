# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sample rule, added as CONTRIBUTING.md says, and a haoh that has it.

Only what the recipe touches is compiled, in a copy, with the flags of the build; the rest is linked from the
library as it is. The first definition counts: that of the copy.
"""
import json
import os
import re
import shlex
import subprocess

from cases import Skip

FAMILY = "libhaoh/src/catalogue/namespace/list_rules.cpp"
# The list of all families: compiled anew because the compiler may have looked into the files beside it.
CATALOGUE = "libhaoh/src/catalogue/catalogue.cpp"
ID = ".".join(("nslist", "sample"))  # nothing but the row may name it
CLAUSE = "a sample of a clause"
ROW = f"""
Answer sample(const Controller& controller, const Subsystem& /*own*/) {{
    return controller.observed->active_nsids ? Answer::broken("a sample") : Answer::unknown();
}}

constexpr Row kNslistSample{{
    .rule = {{.id = "{ID}",
             .title = "A sample of a title",
             .rule_class = RuleClass::int_,
             .severity = Severity::management,
             .verdict = Verdict::fail,
             .basis = "a sample of a basis",
             .why = "A sample of a reason.",
             .fix = "Array: a sample."}},
    .judge = CheckController{{.clause = "{CLAUSE}", .ask = sample}}}};

"""


def run(command, cwd, **more):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=600, **more)


def required(done):
    if done.returncode != 0:
        raise ValueError(done.stderr or done.stdout)
    return done.stdout


def with_row(text):
    """The file of a family with the sample row and, where it lists its rows, its name."""
    text, count = re.subn(r"^constexpr std::array (k\w+Rows)\{", lambda found: ROW + found.group(0) + "&kNslistSample, ",
                          text, flags=re.M)
    if count != 1:
        raise ValueError(f"{FAMILY} does not list its rows once")
    return text


def compile_command(build, room):
    """How the build compiles a unit of a room, without the unit and what it makes of it."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        units = [unit for unit in json.load(file)
                 if re.search(rf"libhaoh/src/{room}/|unity_{room}-0", unit["file"])]
    if not units:
        raise Skip("the build has no compile commands")
    words = shlex.split(units[0]["command"])
    out = []
    while words:
        word = words.pop(0)
        if word in ("-o", "-MF", "-MT"):
            words.pop(0)
        elif word not in ("-c", "-MD", units[0]["file"]):
            out.append(word)
    return out


def link_command(build, program):
    """How the build links a program: the last of its commands."""
    if not os.path.exists(os.path.join(build, "build.ninja")):
        raise Skip("the build was not made by Ninja")
    target = os.path.relpath(os.path.abspath(program), os.path.abspath(build))
    return required(run(["ninja", "-t", "commands", target], build)).splitlines()[-1]


def build_haoh(root, build, program, directory):
    """A haoh with the sample rule. Returns its path, and the files of the tree that it took to change."""
    copies = {FAMILY: with_row, CATALOGUE: lambda text: text}
    compiling = compile_command(build, "catalogue")
    objects, changed = [], []
    for name, change in copies.items():
        with open(os.path.join(root, name), encoding="utf-8") as file:
            text = file.read()
        copy = os.path.join(directory, os.path.basename(name))
        with open(copy, "w", encoding="utf-8") as file:
            file.write(change(text))
        if change(text) != text:
            changed.append(name)
        objects.append(copy + ".o")
        required(run([*compiling, "-c", copy, "-o", objects[-1]], build))
    haoh = os.path.join(directory, "haoh")
    link = re.sub(r" -o \S+", lambda _: f" -o {haoh} -Wl,--allow-multiple-definition {' '.join(objects)}",
                  link_command(build, program), count=1)
    required(run(["/bin/sh", "-c", link], build))
    return haoh, changed
