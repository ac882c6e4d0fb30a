#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the recipes of CONTRIBUTING.md to the tree: what a rule touches, and that what it names is there.

Prints "ok - ..." or "not ok - ..." a case, with what is wrong before it.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# Tables by rule, which say what Linux does: their rows are data with expectations of their own.
TABLES = ("libhaoh/src/linux/kernel_effect.cpp", "libhaoh/src/linux/kernel_event_message.cpp")
PAGE = "docs/rules.md"
sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(ROOT, "tests/support"))

from cases import Cases

told = Cases()
check = told.check


def tree():
    names = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    texts = {}
    for name in names:
        path = os.path.join(ROOT, name)
        if name and os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts[name] = file.read()
    return texts


def rules_of(texts):
    table = texts["tests/unit/catalogue/data/rule_expectations.table"]
    return re.findall(r"^([a-z]\w*(?:\.\w+)+)\b", table, re.M)


def touched(texts, rule):
    """The files that name a rule, by where they are."""
    literal = re.compile(rf'"{re.escape(rule)}"')
    word = re.compile(rf"(?<![\w.]){re.escape(rule)}(?![\w.])")
    found = {"row": [], "library": [], "tools": [], "data": [], "tests": [], "scenarios": []}
    for name, text in texts.items():
        if rule not in text:
            continue
        if name.endswith((".cpp", ".hpp", ".h")):
            text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
        if name.startswith("libhaoh/") and literal.search(text):
            own = re.search(rf'\.id = "{re.escape(rule)}"', text)
            if own and len(literal.findall(text)) == 1:
                found["row"].append(name)
            elif name not in TABLES:
                found["library"].append(name)
        elif re.match(r"(tools/(haoh|arraysim)|plugins)/.*\.(cpp|hpp|c|h)$", name) and literal.search(text):
            found["tools"].append(name)
        elif name.startswith("tests/unit/catalogue/data/") and word.search(text):
            found["data"].append(name)
        elif name.startswith("tests/scenarios/") and word.search(text):
            found["scenarios"].append(name)
        elif name.startswith("tests/") and word.search(text):
            found["tests"].append(name)
    return found


def complaints_about(rule, found):
    if len(found["row"]) != 1:
        yield f"{rule}: its row is in {found['row'] or 'no file, or beside other mentions'}"
    for name in found["library"] + found["tools"]:
        yield f"{rule}: {name} knows it by its name"
    if not found["data"]:
        yield f"{rule}: no expectation in tests/unit/catalogue/data"
    if not found["tests"] and not found["scenarios"]:
        yield f"{rule}: no test names it"


def main():
    texts = tree()
    rules = rules_of(texts)
    complaints = [] if len(rules) > 100 else [f"only {len(rules)} rules found: is the table read?"]
    for rule in rules:
        complaints += complaints_about(rule, touched(texts, rule))
    check("a rule touches its row, its expectation and its tests, and nothing else that knows its name",
          complaints)

    sample = ".".join(("ns", "sample", "equal"))  # this file must not name it
    texts_with = dict(texts)
    texts_with["libhaoh/src/catalogue/namespace/sample_rules.cpp"] = f'.rule = {{.id = "{sample}",'
    before = list(complaints_about(sample, touched(texts_with, sample)))
    texts_with["tests/unit/catalogue/data/rule_expectations.table"] += f"\n{sample} eqn\n"
    texts_with["tests/scenarios/sample.toml"] = f'rule = "{sample}"'
    after = list(complaints_about(sample, touched(texts_with, sample)))
    texts_with["libhaoh/src/report/check/report_view.cpp"] += f'"{sample}"'
    known = list(complaints_about(sample, touched(texts_with, sample)))
    check("a sample rule without expectation or test is found, one by the recipe is right, and one that "
          "another file knows is found", [] if len(before) == 2 and not after and len(known) == 1
          else [f"{before} {after} {known}"])

    page = texts["CONTRIBUTING.md"]
    named = re.findall(r"`((?:docs|libhaoh|tests|tools|plugins|examples)/[\w./-]+)`", page)
    named += [name for name in re.findall(r"\]\(([\w./-]+)\)", page) if not name.startswith("http")]
    missing = [name for name in named if not os.path.exists(os.path.join(ROOT, name))]
    check("what CONTRIBUTING.md names is there",
          [f"{name} is not" for name in missing] or ([] if len(named) > 10 else ["it names nothing"]))

    by_hand = [f"{name}: {words[0]}" for name, text in texts.items()
               if re.match(r"(README|CONTRIBUTING|docs/[\w-]+)\.md$", name) and name != PAGE
               for words in [re.findall(r"\b(?:all )?\d{3} rules\b", re.sub(r"```.*?```", "", text, flags=re.S))]
               if words]
    check("no page counts the rules by hand", by_hand)
    sys.exit(told.end())


if __name__ == "__main__":
    main()
