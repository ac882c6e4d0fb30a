#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the recipes of CONTRIBUTING.md to the tree: what a rule and an event kind touch, and that what it
names is there. A sample rule is really added, and an event kind is.

usage: recipes_test.py COMPILER BUILD HAOH

Prints "ok - ..." or "not ok - ..." a case, with what is wrong before it.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
PAGE = "docs/rules.md"
# What the recipe of a rule has to name: where a newcomer writes, and what mends the pages.
RULE_STEPS = ("libhaoh/src/catalogue", "tests/unit/catalogue/data/rule_expectations.table", "tests/scenarios",
              "haoh rules -o markdown > docs/rules.md", "tests/docs/docs_test.py", "--update", "CHANGELOG.md")
SNAPSHOT = "tests/fuzz/corpus/observation_json_fuzz/pair.json"
# Words of the domain that are types: where each is spelt, and nowhere else in the library or the tools.
SPELT_ONCE = {
    "I/O policy": ("libhaoh/src/model/io_policy.cpp", ("numa", "round-robin", "queue-depth")),
    "selector": ("libhaoh/src/policy/selector_info.cpp", ("site-affinity", "spdk-round-robin")),
    "controller state": ("libhaoh/src/model/controller_state.cpp", ("resetting", "connecting", "deleting")),
    "ANA state": ("libhaoh/src/nvme/ana_log.cpp", ("non-optimized", "inaccessible", "persistent-loss")),
    "transport": ("libhaoh/src/model/transport.cpp", ("apple-nvme", "pcie")),
}
# The enumeration of kinds of events, their table, and what else the compiler names when one is added.
KINDS = "libhaoh/include/haoh/event.hpp"
KIND_TABLE = "libhaoh/src/model/event_kind.cpp"
KIND_SWITCHES = (KIND_TABLE, "libhaoh/src/report/monitor/event_text.cpp", "libhaoh/src/capi/event.cpp",
                 "tests/unit/report/sample_monitor.cpp")
# And what a test names, with what has to be there of it.
KIND_TEXTS = {
    "libhaoh/include/haoh/haoh.h": r"\bHAOH_EVENT_{upper} = \d+",
    "docs/schema/event-1.schema.json": r'"{kind}"',
    "docs/man/haoh-monitor.1": r"^\.It Li {kind}$",
    "tools/completions/haoh.bash": r"\b{kind}\b",
    "tools/completions/_haoh": r"\b{kind}\b",
    "tools/completions/haoh.fish": r"\b{kind}\b",
}
# Kinds whose name is a word for something else, too: a key of JSON, a source of events, an AEN's type.
COMMON_WORDS = ("access", "aen", "ana_change")
# Names of what a kernel makes of a finding: some read like kinds.
OUTCOMES = "libhaoh/src/linux/kernel_effect.cpp"
sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(ROOT, "tests/support"))

import sample_rule
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
            else:
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


def recipe_of(page, noun):
    """The text below the heading of a recipe."""
    return re.search(rf"^### {noun}\n(.*?)^##", page, re.M | re.S).group(1)


def complaints_about_recipe(text):
    words = " ".join(text.split())
    return [f"the recipe of a rule does not say {step}" for step in RULE_STEPS if step not in words]


def complaints_about_words(texts):
    """Words of a type that another file than its table has as a literal."""
    for noun, (table, words) in SPELT_ONCE.items():
        for word in words:
            literal = re.compile(rf'"{re.escape(word)}"')
            if not literal.search(texts[table]):
                yield f"{noun}: {table} does not have {word}"
            for name, text in texts.items():
                if name == table or not re.match(r"(libhaoh|tools/haoh)/.*\.(cpp|hpp)$", name):
                    continue
                text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
                if literal.search(text):
                    yield f"{noun}: {name} spells {word}"


def try_sample_rule(build, program):
    """Adds the sample rule, and looks at it the way that its author would."""
    with tempfile.TemporaryDirectory() as directory:
        haoh, changed = sample_rule.build_haoh(ROOT, build, program, directory)

        def said(tool, *arguments):
            return subprocess.run([tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)

        assert changed == [sample_rule.FAMILY], f"it took {changed}"
        listed = said(haoh, "rules", sample_rule.ID)
        assert listed.returncode == 0 and "A sample of a title" in listed.stdout, listed.stderr + listed.stdout
        without = said(program, "rules", sample_rule.ID)
        assert without.returncode == 2, f"the haoh of the build has it already: {without.stdout}"
        page = said(haoh, "rules", "-o", "markdown").stdout.splitlines()
        before = said(program, "rules", "-o", "markdown").stdout.splitlines()
        more = [line for line in page if line not in before]
        assert any(sample_rule.ID in line for line in more), "docs/rules.md would not have it"
        lost = [line for line in before if line not in page and not re.search(r"\d", line)]
        assert not lost, f"docs/rules.md would lose {lost}"
        report = said(haoh, "check", "--snapshot", SNAPSHOT, "-o", "json").stdout
        found = [one for one in json.loads(report)["findings"] if one["rule"] == sample_rule.ID]
        assert found and sample_rule.CLAUSE in found[0]["what"], f"it is not judged: {report[:400]}"
        healthy = json.loads(said(program, "check", "--snapshot", SNAPSHOT, "-o", "json").stdout)
        assert not [one for one in healthy["findings"] if one["rule"] == sample_rule.ID]


def kinds_of(texts):
    return re.findall(r'\brow\(\s*"([a-z_]+)"', texts[KIND_TABLE])


def complaints_about_kind(kind, texts):
    if not re.search(rf"^    {kind},", texts[KINDS], re.M):
        yield f"{kind}: {KINDS} does not have it"
    used = re.compile(rf"\bEventKind::{kind}\b")
    for name in KIND_SWITCHES:
        if not re.search(rf"case EventKind::{kind}:", texts[name]):
            yield f"{kind}: {name} has no case of it"
    for name, pattern in KIND_TEXTS.items():
        if not re.search(pattern.format(kind=kind, upper=kind.upper()), texts[name], re.M):
            yield f"{kind}: {name} does not have it"
    if not any(used.search(text) for name, text in texts.items() if name.startswith("libhaoh/src/monitor/")):
        yield f"{kind}: nothing in libhaoh/src/monitor makes one"
    if not any(re.search(rf"\b{kind}\b", text) for name, text in texts.items()
               if name.startswith("tests/unit/monitor/")):
        yield f"{kind}: no test in tests/unit/monitor names it"
    for name, text in texts.items():
        if re.match(r"(libhaoh/src|tools/haoh|plugins)/.*\.(cpp|hpp|c|h)$", name) and name not in (KIND_TABLE, OUTCOMES) \
                and kind not in COMMON_WORDS and f'"{kind}"' in text:
            yield f"{kind}: {name} knows it by its name"


def named_by_compiler(texts, compiler, kind):
    """The files of KIND_SWITCHES about which the compiler says that they lack a kind; None: it said more."""
    with tempfile.TemporaryDirectory() as directory:
        os.makedirs(os.path.join(directory, "haoh"))
        text, count = re.subn(r"^    source_late,$", rf"\g<0>\n    {kind},", texts[KINDS], flags=re.M)
        assert count == 1, KINDS
        with open(os.path.join(directory, "haoh", os.path.basename(KINDS)), "w", encoding="utf-8") as file:
            file.write(text)
        found = []
        for name in KIND_SWITCHES:
            done = subprocess.run(
                [compiler, "-std=c++20", "-fsyntax-only", "-Wswitch", "-Werror", "-DHAOH_VERSION=\"\"",
                 "-I", directory, *(option for folder in ("libhaoh/include", "libhaoh/src", "tests")
                                    for option in ("-I", os.path.join(ROOT, folder))), os.path.join(ROOT, name)],
                cwd=ROOT, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, "LC_ALL": "C"})
            errors = [line for line in done.stderr.splitlines() if re.search(r"\berror:", line)]
            if errors and all(kind in line and re.search("Wswitch|error=switch", line) for line in errors):
                found.append(name)
            else:
                print(done.stderr or f"{name}: no complaint")
        return found


def main():
    compiler, build, program = sys.argv[1], *map(os.path.abspath, sys.argv[2:4])
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

    told.run("a rule that is added as CONTRIBUTING.md says takes one file of the library, and is listed, judged and "
             "told", try_sample_rule, build, program)
    recipe = recipe_of(texts["CONTRIBUTING.md"], "A rule")
    check("the recipe of a rule names all that its author has to do", complaints_about_recipe(recipe))
    silent = [step for step in RULE_STEPS if len(complaints_about_recipe(recipe.replace(step, ""))) < 1]
    check("a step that the recipe of a rule does not name is found", [f"not {step}" for step in silent])

    check("policies, selectors, states and transports are types: each is spelt in its table alone",
          list(complaints_about_words(texts)))
    texts_with = dict(texts)
    texts_with["libhaoh/src/policy/choose.cpp"] += 'if (policy == "numa") {'
    known = list(complaints_about_words(texts_with))
    check("a word of theirs in another file is found", [] if len(known) == 1 else known or ["not found"])

    kinds = kinds_of(texts)
    complaints = [] if len(kinds) > 10 else [f"only {len(kinds)} kinds of events found: is the table read?"]
    for kind in kinds:
        complaints += complaints_about_kind(kind, texts)
    check("an event kind touches what CONTRIBUTING.md says, and nothing else that knows its name", complaints)

    sample = "_".join(("sample", "changed"))
    texts_with = dict(texts)
    texts_with[KIND_TABLE] += f'row("{sample}", "")'
    before = list(complaints_about_kind(sample, texts_with))
    texts_with[KINDS] += f"\n    {sample},"
    for name in KIND_SWITCHES + ("libhaoh/src/monitor/fusion.cpp", "tests/unit/monitor/fusion_test.cpp"):
        texts_with[name] += f"case EventKind::{sample}:"
    for name, pattern in KIND_TEXTS.items():
        line = pattern.format(kind=sample, upper=sample.upper()).replace(r"\b", "").replace(r"\d+", "99")
        texts_with[name] += "\n" + line.replace("\\", "").strip("^$") + "\n"
    after = list(complaints_about_kind(sample, texts_with))
    texts_with["tools/haoh/until.cpp"] += f'"{sample}"'
    known = list(complaints_about_kind(sample, texts_with))
    wanted = len(KIND_SWITCHES) + len(KIND_TEXTS) + 3
    check("a sample event kind that is only in the table lacks all the rest, one by the recipe is right, and one "
          "that another file knows is found",
          [] if kinds_of(texts_with) == kinds + [sample] and len(before) == wanted and not after
          and len(known) == 1 else [f"{before} {after} {known}"])
    named = named_by_compiler(texts, compiler, sample)
    check("the compiler names what an event kind lacks",
          [f"not that {name} does" for name in KIND_SWITCHES if name not in named])

    page = texts["CONTRIBUTING.md"]
    named = re.findall(r"`((?:docs|libhaoh|tests|tools|plugins|examples)/[\w./-]+)`", page)
    named += [name for name in re.findall(r"\]\(([\w./-]+)\)", page) if not name.startswith("http")]
    missing = [name for name in named if not os.path.exists(os.path.join(ROOT, name))]
    check("what CONTRIBUTING.md names is there",
          [f"{name} is not" for name in missing] or ([] if len(named) > 10 else ["it names nothing"]))

    by_hand = [f"{name}: {words[0]}" for name, text in texts.items()
               if name.endswith(".md") and name != PAGE
               for words in [re.findall(r"\b(?:all )?\d{3} rules\b", re.sub(r"```.*?```", "", text, flags=re.S))]
               if words]
    check("no page counts the rules by hand", by_hand)
    sys.exit(told.end())


if __name__ == "__main__":
    main()
