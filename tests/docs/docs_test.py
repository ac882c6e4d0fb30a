#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds README.md, docs and the manual against the programs: what is shown is what they say.

usage: docs_test.py HAOH ARRAYSIM SOURCE COMPILER [--update]

A console block is run, and its output compared, but for what blocks.NORMALISATIONS lists; "..." in
it stands for any number of lines. The words after "console" say where it runs (stage.py):

  arrays=FILE   beside the simulated arrays of FILE, at 10.1.0.10 and 10.2.0.10
  ports=N       each with so many ports: 10.1.0.10, 10.1.0.11, ...
  host          on a recorded host that is connected to them
  approximate   numbers may differ by 3 %, as results of a simulation do with the libm
  serves        a program that goes on until it is ended: its first lines
  kernel        needs a real kernel: not run, its commands and options are only looked up
  usage         commands without their output: likewise

A toml block with a word is written to the file of that name, for the blocks after it. c and cpp
blocks are compiled, python blocks parsed, and the functions that they call looked up in haoh.h.

--update writes what the programs say into the pages. Prints "ok - ..." or "not ok - ..." a case.
"""

import ast
import concurrent.futures
import fnmatch
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../support"))

import blocks
import stage
from cases import Cases, Skip, attempt

WORDS = {"approximate", "arrays", "ports", "host", "serves", "kernel", "usage"}
# Programs that may run here, whoever runs the test; nothing may change this machine.
HARMLESS = {"cat", "echo", "grep", "haoh", "haoh-arraysim", "head", "jq", "ls", "sed", "tail", "wc"}
# And programs of others in blocks that are not run.
OTHERS = {"apt-get", "cat", "cmake", "cp", "ctest", "curl", "diff", "echo", "grep", "head", "jq", "ls", "mount", "nvme",
          "printf", "promtool", "python3", "sed", "socat", "sudo", "systemctl", "udevadm"}


class Tree:
    def __init__(self, haoh, arraysim, source, compiler):
        self.programs = {"haoh": os.path.abspath(haoh), "haoh-arraysim": os.path.abspath(arraysim)}
        self.source, self.compiler = os.path.abspath(source), compiler
        self.options = {}

    def text(self, name):
        with open(os.path.join(self.source, name), encoding="utf-8") as file:
            return file.read()

    def pages(self):
        found = sorted(glob.glob(os.path.join(self.source, "docs", "*.md")))
        return ["README.md", "CONTRIBUTING.md", "SECURITY.md",
                *(os.path.relpath(path, self.source) for path in found)]

    def blocks(self, *languages):
        return [block for page in self.pages() for block in blocks.blocks_of(page, self.text(page))
                if block.language in languages]

    def options_of(self, words):
        """The options of a program or command, and whether there is such a command."""
        key = tuple(words)
        if key not in self.options:
            done = subprocess.run([self.programs[words[0]], *words[1:], "--help"], check=False,
                                  capture_output=True, text=True, timeout=stage.SECONDS)
            names = re.findall(r"^  (-[^ ]+)", done.stdout, re.M)
            self.options[key] = (set(",".join(re.sub(r"[:=].*", "", n) for n in names).split(",")),
                                 set(re.findall(r"^  ([a-z]+) ", done.stdout.partition(
                                     "Subcommands:\n")[2], re.M)), done.returncode == 0)
        return self.options[key]


def complaints_of(tree, words):
    """What is wrong with a command that is not run."""
    if words[0] not in tree.programs:
        if "/" in words[0]:
            known = os.access(os.path.join(tree.source, words[0]), os.X_OK)
        else:
            known = words[0] in OTHERS
        return [] if known else [f"there is no {words[0]}"]
    command, rest = words[:1], words[1:]
    options, subcommands, _ = tree.options_of(command)
    while subcommands and rest and not rest[0].startswith("-"):
        if rest[0] not in subcommands:
            return [f"{' '.join(command)} has no command {rest[0]}"]
        command, rest = command + rest[:1], rest[1:]
        options, subcommands, _ = tree.options_of(command)
    return [f"{' '.join(command)} has no option {word}" for word in rest
            if re.match(r"--?[a-z]", word) and word.split("=")[0] not in options]


def outputs_of(tree, where, block):
    """What the commands of a block say now; None for a block that is not run."""
    commands = block.commands()
    words = block.words
    if "kernel" in words or "usage" in words:
        return None
    for command in commands:
        for program, *rest in blocks.simple_commands(command.text):
            assert program in HARMLESS and rest[:2] != ["policy", "set"], \
                f"{block.place}: {program} is not for a block that is run"
    if "serves" in words:
        assert len(commands) == 1, f"{block.place}: one command"
        return [where.served(commands[0].text, len(commands[0].output))]
    if "arrays" in words:
        with where.arrays(words["arrays"], int(words.get("ports", 1))):
            return where.run([command.text for command in commands], words)
    return where.run([command.text for command in commands], words)


def differences(block, outputs):
    """Where a block is not what its commands say."""
    found = []
    for command, output in zip(block.commands(), outputs):
        if not blocks.same(command.output, output, block.words):
            found += [f"{block.place}: {command.text}", *(f"  - {line}" for line in command.output),
                      *(f"  + {line}" for line in output)]
    return found


def with_outputs(block, outputs):
    """The lines of a block, with other outputs where they differ."""
    lines = []
    for command, output in zip(block.commands(), outputs):
        lines += command.shown
        good = blocks.same(command.output, output, block.words)
        lines += command.output if good else output
    return lines


def check_page(tree, page, update):
    """Compares, or with `update` rewrites, the blocks of one page."""
    found = []
    with tempfile.TemporaryDirectory() as directory:
        where = stage.Stage(tree.source, directory, *tree.programs.values())
        text = tree.text(page)
        # From the first to the last: one may need what another wrote, and lines only move below.
        for number in range(len(blocks.blocks_of(page, text))):
            block = blocks.blocks_of(page, text)[number]
            if block.language == "toml" and block.words:
                where.write(next(iter(block.words)), "\n".join(block.lines) + "\n")
            if block.language != "console":
                continue
            outputs = outputs_of(tree, where, block)
            if outputs is None:
                continue
            different = differences(block, outputs)
            if different and update:
                text = blocks.replaced(text, block, with_outputs(block, outputs))
                print("\n".join(different))
            else:
                found += different
        if update:
            with open(os.path.join(tree.source, page), "w", encoding="utf-8") as file:
                file.write(text)
    assert not found, "\n".join(found)


def check_altered(tree):
    """a line that is changed, added or left out in a block is found"""
    block = blocks.Block("page", 1, "console", {"arrays": "examples/broken-pair.toml"},
                         ["$ haoh check -q -t tcp://10.1.0.10 -t tcp://10.2.0.10 --nqn $NQN",
                          "$ echo $?"])
    with tempfile.TemporaryDirectory() as directory:
        where = stage.Stage(tree.source, directory, *tree.programs.values())
        outputs = outputs_of(tree, where, block)
        block.lines = with_outputs(block, outputs)
        assert len(block.lines) > 10 and block.lines[-1] == "1", block.lines
        assert not differences(block, outputs), differences(block, outputs)
        good = block.lines
        place = next(i for i, line in enumerate(good) if line.startswith("FAIL  ns.uuid.equal"))
        for bad in ([*good[:place], good[place].replace("uuid", "nguid"), *good[place + 1:]],
                    good[:place] + good[place + 1:], good[:place] + ["more"] + good[place:],
                    good[:-1] + ["0"], [*good[:3], "...", "no such line", "...", *good[-2:]]):
            block.lines = bad
            assert differences(block, outputs), "\n".join(bad)
        assert not blocks.same(["a 100 ms"], ["a 101 ms"])
        assert blocks.same(["a 100 ms"], ["a  101 ms"], {"approximate"})
        for bad in ("a 110 ms", "b 100 ms", "a 100 s", "a 100"):
            assert not blocks.same(["a 100 ms"], [bad], {"approximate"}), bad
        block.lines = [*good[:3], "...", good[place], "...", *good[-2:]]
        assert not differences(block, outputs), differences(block, outputs)


def check_commands(tree):
    """commands that are not run exist, and have the options that are shown"""
    found = []
    for block in tree.blocks("console"):
        unknown = set(block.words) - WORDS
        found += [f"{block.place}: what is {word}?" for word in unknown]
        if not {"kernel", "usage"} & set(block.words):
            continue
        for command in block.commands():
            if command.output and "usage" in block.words:
                found.append(f"{block.place}: output that nobody holds to anything")
            for words in blocks.simple_commands(command.text):
                found += [f"{block.place}: {one}" for one in complaints_of(tree, words)]
    assert not found, "\n".join(found)


def check_manual(tree):
    """the examples of the manual have options that there are"""
    found, count = [], 0
    for path in sorted(glob.glob(os.path.join(tree.source, "docs", "man", "*.1"))):
        page = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            examples = blocks.examples_of_manual(file.read())
        count += len(examples)
        for text in examples:
            for words in blocks.simple_commands(text):
                found += [f"{page}: {one}" for one in complaints_of(tree, words)]
    assert count > 15, f"only {count} examples were found"
    assert not found, "\n".join(found)


def check_unknown(tree):
    """a command, an option or a program that does not exist is found"""
    for text in ("haoh chek", "haoh check --fail-over warn", "haoh policy shows", "haoh list -x",
                 "true | haoh-arraysim --sned x", "examples/no-such-script.sh", "hoah list"):
        found = [one for words in blocks.simple_commands(text) if words != ["true"]
                 for one in complaints_of(tree, words)]
        assert len(found) == 1, f"{text}: {found}"
    for text in ("haoh check -o json --rule 'ns.*' nvme0 2>/dev/null | jq .", "A=1 haoh list",
                 "haoh policy set numa --default && echo done # --no-option"):
        found = [one for words in blocks.simple_commands(text)
                 for one in complaints_of(tree, words)]
        assert not found, f"{text}: {found}"


def check_links(tree):
    """every file that a page links to exists"""
    found = []
    for page in tree.pages():
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", tree.text(page)):
            if "://" not in target and not os.path.exists(
                    os.path.join(tree.source, os.path.dirname(page), target)):
                found.append(f"{page}: there is no {target}")
    assert not found, "\n".join(found)


def rule_names(tree):
    done = subprocess.run([tree.programs["haoh"], "rules", "-o", "json"], check=True,
                          capture_output=True, text=True, timeout=stage.SECONDS)
    return {rule["id"] for rule in json.loads(done.stdout)["rules"]}


def check_rule_names(tree):
    """every rule that a page or a public header names exists"""
    rules = rule_names(tree)
    families = {rule.split(".")[0] for rule in rules}
    headers = glob.glob("libhaoh/include/haoh/**/*.h*", root_dir=tree.source, recursive=True)
    found, counts = [], {"`": 0, '"': 0}
    for names, quote in ((tree.pages(), "`"), (sorted(headers), '"')):
        for page in names:
            for name in re.findall(rf"{quote}([a-z]+\.[a-z0-9_.*]+){quote}", tree.text(page)):
                if name.split(".")[0] in families and not name.endswith(("pp", ".h")):
                    counts[quote] += 1
                    if not fnmatch.filter(rules, name):
                        found.append(f"{page}: no rule is called {name}")
    assert counts["`"] > 20 and counts['"'] > 0, f"only {counts} names were found"
    assert not found, "\n".join(found)


def faults_of_branch(cells, rules, reasons):
    """What is wrong with a row of a table of branches."""
    if len(cells) != 5 or not all(cells):
        return ["five cells, none of them empty"]
    function, _, _, kernels, rule = cells
    found = []
    if not re.fullmatch(r"[a-z0-9_]+(, [a-z0-9_]+)*", function):
        found.append(f"{function} is no list of functions")
    if not re.search(r"\b[67]\.[0-9]+\b", kernels):
        found.append(f"{kernels} names no kernel")
    names = re.findall(r"`([^`]+)`", rule)
    if names:
        found += [f"no rule is called {name}" for name in names if name not in rules]
    elif re.split(r":", rule)[0] not in reasons:
        found.append(f"{rule} is neither a rule nor a reason")
    return found


def check_branches(tree):
    """each branch of the kernel's driver has a rule that exists, or a reason"""
    page = "docs/linux-branches.md"
    rules, reasons, found, rows = rule_names(tree), set(), [], 0
    for line in tree.text(page).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|-") or cells[0] in ("word", "function"):
            continue
        if len(cells) == 2:
            reasons.add(cells[0])
            continue
        rows += 1
        found += [f"{page}: {line}: {fault}" for fault in faults_of_branch(cells, rules, reasons)]
    assert rows > 80 and reasons, f"only {rows} branches were found"
    assert not found, "\n".join(found)
    for bad in (["f", "c", "e", "6.1–", "`ns.none`"], ["f", "c", "e", "6.1–", "none"],
                ["f", "c", "e", "all", "host"], ["f()", "c", "e", "6.1–", "host"], ["f", "c", "e"]):
        assert faults_of_branch(bad, rules, reasons), bad


def check_order(tree):
    """policies come out as the comments of the examples of `haoh policy simulate` say"""
    metrics = {"MiB/s": "mib_s", "longest gap": "longest_gap_ns", "cross-site": "cross_site_share"}
    files = sorted(glob.glob(os.path.join(tree.source, "examples", "policy", "*.toml")))
    assert len(files) >= 2, files
    for path in files:
        done = subprocess.run([tree.programs["haoh"], "policy", "simulate", path, "-o", "json"],
                              check=False, capture_output=True, text=True, timeout=stage.SECONDS)
        assert done.returncode == 0, done.stderr
        results = {one["policy"]: one for one in json.loads(done.stdout)["policies"]}
        with open(path, encoding="utf-8") as file:
            claims = re.findall(r"^# (MiB/s|longest gap|cross-site): +(.*)$", file.read(), re.M)
        assert claims, f"{path}: nothing is claimed"
        for metric, claim in claims:
            words = claim.split()
            assert set(words[::2]) == set(results), f"{path}: {claim}: not the policies simulated"
            for a, relation, b in zip(words[::2], words[1::2], words[2::2]):
                less, more = results[a][metrics[metric]], results[b][metrics[metric]]
                equal = abs(less - more) <= 0.05 * max(less, more)
                holds = equal if relation == "=" else less < more and not equal
                assert holds, f"{path}: {metric}: {a} {less} {relation} {b} {more}"


def check_code(tree):
    """C and C++ in the pages compiles, Python is Python, and what they call exists"""
    api = set(re.findall(r"\b(?:haoh|HAOH)_\w+", "".join(
        tree.text(f"libhaoh/include/haoh/{name}.h") for name in ("haoh", "accept"))))
    found = []
    flags = {"c": ["-x", "c", "-std=c11", "-Wall", "-Wextra", "-Werror"],
             "cpp": ["-x", "c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-O0"]}
    for language in flags:
        code = "".join(f'#line {block.line + 1} "{block.page}"\n' + "\n".join(block.lines) + "\n"
                       for block in tree.blocks(language) if "part" not in block.words)
        done = subprocess.run([tree.compiler, *flags[language], "-fsyntax-only", "-I",
                               os.path.join(tree.source, "libhaoh", "include"), "-"], input=code,
                              check=False, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            found.append(done.stderr[-3000:])
    for block in tree.blocks("python"):
        try:
            ast.parse("\n".join(block.lines))
        except SyntaxError as error:
            found.append(f"{block.place}: {error}")
    for block in tree.blocks("c", "python"):
        for name in set(re.findall(r"\bhaoh_\w+", "\n".join(block.lines))) - api:
            found.append(f"{block.place}: haoh.h has no {name}")
    assert not found, "\n".join(found)


def doxygen(tree, **settings):
    """What doxygen has to say about the reference, line by line."""
    if shutil.which("doxygen") is None:
        raise Skip("doxygen is not installed")
    with tempfile.TemporaryDirectory() as directory:
        settings = {"OUTPUT_DIRECTORY": directory, "WARN_AS_ERROR": "NO", **settings}
        configuration = tree.text("docs/Doxyfile") + "".join(
            f"{key} = {value}\n" for key, value in settings.items())
        done = subprocess.run(["doxygen", "-"], cwd=tree.source, input=configuration, check=False,
                              capture_output=True, text=True, timeout=stage.SECONDS)
        assert done.returncode == 0, done.stderr
        assert glob.glob(os.path.join(directory, "*", "*.*")), "nothing was written"
        return done.stderr.splitlines()


def check_doxygen(tree):
    """doxygen has nothing to say against the reference; classes and the C API are documented"""
    # Members of a structure and short functions may say what they are by their names.
    needed = re.compile(r"Compound .* is not documented"
                        r"|haoh\.h:.*\((function|typedef|enumeration)\).* is not documented")
    found = [line for line in doxygen(tree, WARN_IF_UNDOCUMENTED="YES")
             if " is not documented" not in line or needed.search(line)]
    assert not found, "\n".join(found)


def check_doxygen_finds(tree):
    """doxygen finds what is malformed"""
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "bad.hpp"), "w", encoding="utf-8") as file:
            file.write("/// \\file\n#pragma once\n#include <haoh/visibility.h>\n"
                       "namespace HAOH_PUBLIC haoh {\n/// Reads.\n/// \\param nmae of it\n"
                       "void read_it(int name);\nstruct Bare {\n    int member;\n};\n}\n")
        said = "\n".join(doxygen(tree, INPUT=directory, WARN_IF_UNDOCUMENTED="YES"))
    assert "nmae" in said and "Compound haoh::Bare is not documented" in said, said


def main():
    arguments = [word for word in sys.argv[1:] if word != "--update"]
    if len(arguments) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    tree = Tree(*arguments)
    update = len(arguments) + 1 < len(sys.argv)

    cases = [(f"{page}: each command says what is shown", check_page, page, update)
             for page in dict.fromkeys(block.page for block in tree.blocks("console"))]
    cases += [(check.__doc__, check) for check in (
        check_code, check_altered, check_commands, check_manual, check_unknown, check_links,
        check_rule_names, check_branches, check_order, check_doxygen, check_doxygen_finds)]
    told = Cases()
    # Most of the time somebody waits for somebody.
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for (name, *_), result in zip(cases, pool.map(
                lambda case: attempt(case[1], tree, *case[2:]), cases)):
            told.tell(name, *result)
    return told.end()


if __name__ == "__main__":
    sys.exit(main())
