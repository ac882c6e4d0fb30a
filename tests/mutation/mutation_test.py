#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests/mutation.sh measures with: the mutants of sample.cpp, each switched on."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "support")]
sys.dont_write_bytecode = True
try:
    from clang.cindex import Index
except ImportError:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("ok - mutants of a sample # SKIP clang's Python binding is not installed (tools/setup.sh)")
    print("1..1")
    sys.exit(0)

import cases
import killers
import measure
import points
import text
import tree

# function, kind, original, mutated: every place of sample.cpp but for main.
WANTED = [
    ("", "number", "true", "false"),
    ("kStep", "constant", "constexpr int kStep = 3", "+1"),
    ("kRows", "enumerator", "Colour::red", "Colour::green"),
    ("kRows", "member", "&Point::x", "&Point::y"),
    ("kRows", "enumerator", "Colour::blue", "Colour::green"),
    ("kRows", "member", "&Point::y", "&Point::x"),
    ("part", "return", "point.*Member", "{}"),
    ("kPart", "template argument", "part<&Point::y>", "part<&Point::x>"),
    ("half", "arithmetic", "value / 2", "value * 2"),
    ("half", "return", "value / 2", "{}"),
    ("half", "number", "2", "2 + 1"),
    ("", "number", "2", "2 + 1"),
    ("least", "comparison", "value < limit", "value <= limit"),
    ("least", "condition", "value < limit", "true"),
    ("least", "condition", "value < limit", "false"),
    ("least", "statement", "return value;", ""),
    ("least", "return", "value", "{}"),
    ("least", "return", "limit", "{}"),
    ("both", "condition", "one && other", "true"),
    ("both", "condition", "one && other", "false"),
    ("both", "operand", "one", "true"),
    ("both", "operand", "other", "true"),
    ("first_even", "statement", "for (const int value : values)", ""),
    ("first_even", "condition", "value % 2 != 0", "true"),
    ("first_even", "condition", "value % 2 != 0", "false"),
    ("first_even", "arithmetic", "value % 2", "value * 2"),
    ("first_even", "number", "2", "2 + 1"),
    ("first_even", "number", "0", "0 + 1"),
    ("first_even", "statement", "continue;", ""),
    ("first_even", "statement", "return value;", ""),
    ("first_even", "return", "value", "{}"),
    ("named", "statement", 'return "red";', ""),
    ("named", "return", '"red"', "{}"),
    ("named", "statement", 'return "green";', ""),
    ("named", "return", '"green"', "{}"),
    ("named", "return", 'R"(bl"ue)"', "{}"),
    ("total", "member", "point.x", "point.y"),
    ("total", "member", "point.y", "point.x"),
    ("total", "number", "0", "0 + 1"),
    ("total", "number", "0", "0 + 1"),
    ("total", "comparison", "i < parts.size()", "i <= parts.size()"),
    ("total", "condition", "i < parts.size()", "false"),
    ("total", "statement", "sum += parts[i];", ""),
    ("total", "arithmetic", "sum += parts[i]", "sum -= parts[i]"),
    ("total", "condition", "const auto seen = std::optional<bool>(point.seen)",
     "const auto seen = std::optional<bool>(point.seen); true"),
    ("total", "condition", "const auto seen = std::optional<bool>(point.seen)",
     "const auto seen = std::optional<bool>(point.seen); false"),
    ("total", "statement", "sum = *seen ? sum + kStep : sum;", ""),
    ("total", "condition", "*seen", "true"),
    ("total", "condition", "*seen", "false"),
    ("total", "arithmetic", "sum + kStep", "sum - kStep"),
    ("total", "return", "sum", "{}"),
]
# A bound that is met gives the same either way; an optional that holds a value always does.
SAME = {
    ("least", "comparison", "value < limit", "value <= limit"),
    WANTED[44],
}
# An array's bound must be a constant.
IMPOSSIBLE = ("", "number", "2", "2 + 1")

told = cases.Cases()
check = told.check


def row(mutant):
    return mutant.function, mutant.kind, mutant.original, mutant.mutated


def difference(found, wanted):
    lines = [f"found, not wanted: {one}" for one in found if one not in wanted]
    lines += [f"wanted, not found: {one}" for one in wanted if one not in found]
    return "\n".join(lines) or ("" if sorted(found) == sorted(wanted) else "not as often")


def sample(code):
    """(source, mutants) of the sample with this text."""
    path = os.path.join(HERE, "sample.cpp")
    source = text.Source("sample.cpp", code)
    unit = Index.create().parse(path, args=["-std=c++20"], unsaved_files=[(path, code.decode())],
                                options=points.options())
    points.Walk(HERE, {"sample.cpp": source}).unit(unit)
    mutants = sorted(source.mutants(), key=lambda one: (one.start, -one.end, one.kind))
    for place, mutant in enumerate(mutants, 1):
        mutant.id = place
    return source, [mutant for mutant in mutants if mutant.function != "main"]


def compiled(work, name, more=(), unity=True):
    """(the compiler's exit status, its output), of a unity build as the suite's or of the file
    alone, as what is left of a room is built"""
    write(f"{work}/unity_{name}", f'#include "{work}/{name}"\n'.encode())
    done = subprocess.run(["c++", "-std=c++20", "-Wall", "-Wextra", "-Werror",
                           "-D_GLIBCXX_ASSERTIONS", "-I", HERE,
                           f"{work}/unity_{name}" if unity else f"{work}/{name}", *more,
                           "-o", f"{work}/{name}.program"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout


def said(work, name, mutant=0, **environment):
    """What the program says, or how it ends."""
    done = subprocess.run([f"{work}/{name}.program"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                          timeout=60, env={**os.environ, "HAOH_MUTANT": str(mutant), **environment})
    return done.returncode, done.stdout


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def main():
    with open(os.path.join(HERE, "sample.cpp"), "rb") as file:
        code = file.read()
    source, mutants = sample(code)
    for mutant in source.mutants():
        if mutant.function == "main":
            mutant.dropped = "not wanted"
    check("finds each place where the sample can be wrong, and no other",
          difference([row(mutant) for mutant in mutants], WANTED))

    with tempfile.TemporaryDirectory() as work:
        write(f"{work}/plain.cpp", code)
        status, output = compiled(work, "plain.cpp")
        check("the sample compiles", "" if status == 0 else output)
        plain = said(work, "plain.cpp")

        # As a build does: what does not compile is dropped.
        measured = tree.Tree("sample")
        measured.sources, measured.mutants = {"sample.cpp": source}, mutants
        measured.top = measured.build = work
        for attempt in range(1, 6):
            source.render()
            write(f"{work}/sample.cpp", source.rewritten)
            status, output = compiled(work, "sample.cpp", [os.path.join(HERE, "runtime.cpp")])
            if status == 0:
                break
            measured.drop(output, attempt)
        check("what is rewritten compiles without a warning", "" if status == 0 else output)
        status, output = compiled(work, "sample.cpp", [os.path.join(HERE, "runtime.cpp")], False)
        check("and so it does alone", "" if status == 0 else output)
        dropped = [row(mutant) for mutant in mutants if mutant.dropped]
        check("what cannot be switched at run time is dropped, and nothing else",
              difference(dropped, [IMPOSSIBLE]))
        check("without a mutant the rewritten program says what it said",
              "" if said(work, "sample.cpp") == plain and plain[0] == 0 else "it says something else")
        live = [mutant for mutant in mutants if not mutant.dropped]
        silent = [row(mutant) for mutant in live if said(work, "sample.cpp", mutant.id) == plain]
        check("each mutant is seen, but for those that change nothing",
              difference(silent, list(SAME)))

        write(f"{work}/trace", bytes(len(source.mutants()) + 1))
        traced = said(work, "sample.cpp", HAOH_MUTANT_TRACE=f"{work}/trace")
        with open(f"{work}/trace", "rb") as file:
            reached = file.read()
        missing = [row(mutant) for mutant in live if not reached[mutant.id]]
        check("a trace says where the program came by, and changes nothing",
              ("" if traced == plain else "it says something else")
              or "\n".join(f"not reached: {one}" for one in missing))

    lines = source.rewritten.split(b"#line 1\n", 1)[1].splitlines()[:-1]  # but for #endif
    moved = [line for line, (new, old) in enumerate(zip(lines, code.splitlines()), 1)
             if old.strip() and old.split()[0].replace(b"constexpr", b"const") not in new]
    check("each line stays where it is", "" if not moved and len(lines) == len(code.splitlines())
          else f"lines {moved} moved")
    line = next(place for place, words in enumerate(lines, 1) if b"value <=" in words)
    column = lines[line - 1].index(b"value <=") + 1
    innermost = source.mutants_at(line, column)[:1]
    check("a place of the rewritten text leads to its mutant",
          difference([row(mutant) for mutant in innermost],
                     [("least", "comparison", "value < limit", "value <= limit")]))

    options = measure.options_of(["policy", "--random", "10", "--seed", "7"])
    first = [row(mutant) for mutant in measure.Measure("policy", options).sample(mutants)]
    _, later = sample(code.replace(b"namespace sample {\n", b"namespace sample {\n\n// More.\n", 1))
    check("a sample is random and stays where code moves", difference(
        [row(mutant) for mutant in measure.Measure("policy", options).sample(later)], first)
          or ("" if first != [row(mutant) for mutant in mutants[:10]] else "it is the first ten"))
    options.seed = "8"
    check("another seed gives another sample", "" if first != [
        row(mutant) for mutant in measure.Measure("policy", options).sample(mutants)]
          else "the same one")
    matches = measure.matcher("point.*")
    check("a pattern takes what it says literally, but for *",
          "" if matches.fullmatch("point.x[1]") and not matches.fullmatch("points.x")
          else "it does not")
    check("each equivalent mutant has a reason",
          "" if len(list(measure.equivalents())) >= 0 else "it has not")
    name = "a program that tries mutants sees no processes but its own"
    if killers.APART:
        status, seen = killers.execute(["sh", "-c", "ls /proc | grep -c '^[0-9]'; exit 3"], 20, 60, {}, "/")
        check(name, "" if status == 3 and int(seen) < 8 else f"exit status {status}, processes {seen}")
    else:
        told.tell(name, "", "no namespace is allowed")
    sys.exit(told.end())


if __name__ == "__main__":
    main()
