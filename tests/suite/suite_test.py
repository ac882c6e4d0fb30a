#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the suite to what it promises: it is not green when a test failed, did not run or ran in part.
On a copy of it with a few tests of its own, a failure of each kind is planted.

usage: suite_test.py SAMPLE    the program of sample.cpp
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from suite import manifest  # noqa: E402
from suite.planted import FIRST, LIAR, MANIFEST, ROOT, SCRIPT, Tree  # noqa: E402


def healthy(tree):
    """the healthy suite passes, with CI=true and without"""
    said = tree.passes(says=["left out:", "the steps later", "where the time went:", " s  rooms"])
    assert said.endswith("\n12 passed, 0 failed\n"), said
    tree.passes("--long", ci=False, last="13 passed, 0 failed")
    # What was not asked for is not owed.
    tree.passes("--quick", last="6 passed, 0 failed", says=["the steps rooms kernel later"])
    tree.passes("--only", "rooms", last="2 passed, 0 failed")
    tree.passes("--only", "first_test", last="4 passed, 0 failed")


def command_line(tree):
    """the command line: steps are listed, what is unknown is refused"""
    status, output = tree.run("--list")
    assert status == 0 and "rooms  a script" in output and "later  in the" in output, output
    status, output = tree.run("--sometimes")
    assert status == 2 and output == "usage: tests/run.sh\n", output
    status, output = tree.run("--only")
    assert status == 2, output
    tree.fails("third_test", "there is no such test program", arguments=["--only", "third_test"])
    tree.fails("third_test: there is no such test program",
               arguments=["--only", "first_test", "--only", "third_test"])


def program_of_another_step(tree):
    """a program of another step alone: no more of that step is owed"""
    tree.plant("step_with() { [[ $1 == *_later ]] && echo later || echo tests; }\n"
               "step_later() {\n    printf 'command\\t%s\\ttrue\\n' one_later two_later >later.txt\n"
               "    runner run --listing later.txt --only \"$(chosen_of later)\"\n}\n")
    tree.write("tests/manifest.txt", MANIFEST.replace(
        "later  later ", "later  two_later 1\nlater  one_later "))
    tree.passes("--only", "one_later", last="1 passed, 0 failed")
    tree.passes("--only", "later", last="2 passed, 0 failed")
    tree.passes("--only", "one_later", "--only", "first_test", last="5 passed, 0 failed")
    tree.fails("three_later", arguments=["--only", "three_later"], last=r"0 passed, \d failed")


def runner_killed(tree):
    """a runner that is killed"""
    tree.write("tests/script.sh", "#!/bin/bash\nkill -KILL $PPID\n")
    tree.fails_in_tests("tests: the runner ended with status 137")


def runner_breaks(tree):
    """a runner that breaks"""
    tree.write("tests/suite/gtest.py", "def binary_of(command):\n    return command[0]\n")
    tree.fails("tests: the runner ended with status 70", "kernel: the runner ended")


def summary_breaks(tree):
    """a summary that breaks"""
    with open(tree.path("tests/suite/summary.py"), "a", encoding="utf-8") as file:
        file.write("\n\ndef summarize(*words):\n    raise KeyError(words)\n")
    tree.fails("the summary ended with status 70", last="0 passed, 1 failed")


def results_unwritable(tree):
    """results that cannot be written, from the start or later"""
    os.makedirs(tree.path("build/suite-logs/results"))
    tree.fails("what an earlier run left cannot be removed", "rooms: the runner ended",
               "kernel: the runner ended", last=r"0 passed, \d+ failed")
    os.rmdir(tree.path("build/suite-logs/results"))
    spoil = "(cd build/suite-logs && rm -f results && mkdir results)\n"
    tree.write("tests/rooms.sh", SCRIPT + spoil)
    tree.fails("rooms: the runner ended", "the results cannot be read")


def disk_full(tree):
    """a disk that is full"""
    tree.fails("the runner ended with status 70", "the results are torn in line",
               before="ulimit -f 1; ")


def log_unwritable(tree):
    """an output that cannot be kept"""
    tree.write("tests/rooms.sh", SCRIPT + "mkdir build/suite-logs/first_test.log\n")
    tree.fails("first_test: its output")


def results_torn(tree):
    """results that are torn are told by line, and take no others with them"""
    tear = """printf '{"step": "tests", "na' >>build/suite-logs/results\n"""
    tree.write("tests/rooms.sh", SCRIPT + tear)
    said = tree.fails("the results are torn in line 1: {\"step\": \"tests\", \"na")
    assert said.endswith("\n12 passed, 1 failed\n"), said
    assert "Traceback" not in said, said


def results_lost(tree):
    """results that are lost, and a step that has none"""
    tree.write("tests/script.sh", SCRIPT + "rm -f build/suite-logs/results\n")
    tree.fails("rooms: the step began and has no result")
    tree.write("tests/script.sh", SCRIPT)
    tree.plant("step_rooms() { return 0; }\n")
    tree.fails("rooms: the step began and has no result")
    tree.plant("unset -f step_rooms\n")
    tree.fails("rooms: the step began and has no result")


def setup_fails(tree):
    """a setup that fails"""
    tree.plant("step_setup() { case_of setup 60 false; }\n")
    tree.fails("setup", "nothing was run: the setup failed", last=r"0 passed, \d failed")


def command_silent(tree):
    """a command that is owed words: empty, ended half-way, or whole"""
    tree.write("tests/owed.sh", "#!/bin/bash\necho begun\necho All is well.\n")
    tree.plant("step_build() { case_saying build 60 '^All is well' tests/owed.sh; }\n")
    tree.passes("--only", "build", last="1 passed, 0 failed")
    for script in ("", "#!/bin/bash\necho begun\nexit 0\necho All is well.\n"):
        tree.write("tests/owed.sh", script)
        said = tree.fails("build", last="0 passed, 1 failed", arguments=["--only", "build"])
        assert "nowhere “^All is well”" in said, said


def command_fails(tree):
    """a command that fails, or takes too long"""
    tree.plant("step_build() { case_of build 60 false; }\n")
    tree.fails("build", last="11 passed, 1 failed")
    tree.plant("step_build() { case_of build 1 sleep 60; }\n")
    tree.fails("build", last="0 passed, 1 failed", arguments=["--only", "build"])


def script_empty(tree):
    """a script that prints nothing"""
    tree.write("tests/script.sh", "#!/bin/bash\n")
    assert "it printed no case" in tree.fails_in_tests("script_test: the script")
    tree.write("tests/script.sh", "#!/bin/bash\necho 1..0\n")
    assert "it printed no case" in tree.fails_in_tests("script_test: the script")


def script_stops(tree):
    """a script that stops half-way and exits with 0"""
    tree.write("tests/script.sh", "#!/bin/bash\necho 'ok - one'\nexit 0\n" + SCRIPT)
    assert "no plan" in tree.fails_in_tests("script_test: the script")
    tree.write("tests/script.sh", "#!/bin/bash\necho 1..2\necho 'ok - one'\nexit 0\n")
    assert "its plan has 2 cases, it printed 1" in tree.fails_in_tests("script_test: the script")


def script_fails(tree):
    """a script with a failing case, or a failing exit status alone"""
    tree.write("tests/script.sh", SCRIPT.replace("ok - two", "not ok - two"))
    tree.fails_in_tests("script_test: two")
    tree.write("tests/script.sh", SCRIPT + "exit 3\n")
    assert "exit status 3" in tree.fails_in_tests("script_test: the script")


def program_fails(tree):
    """a failing case of a program"""
    tree.programs(FIRST.replace("two=passes", "two=fails"))
    assert "as it was told" in tree.fails_in_tests("first_test: A.two")


def program_missing(tree):
    """a program that is not there"""
    tree.programs(FIRST, "gtest\tgone_test\t./gone")
    tree.fails_in_tests("gone_test")
    tree.programs(FIRST, "gtest\tempty_test\t./sample")
    assert "it has no test case" in tree.fails_in_tests("empty_test: the program")
    tree.write("programs.txt", "")
    tree.fails_in_tests("tests: the runner ended with status 70")


def crash_at_exit(tree):
    """a crash at exit, after all passed"""
    tree.programs(FIRST.replace("two=passes", "two=crashes_at_exit"))
    assert "ended by SIGABRT" in tree.fails_in_tests("first_test: the program")


def crash_within(tree):
    """a crash within a test"""
    tree.programs(FIRST.replace("two=passes", "two=killed"))
    assert "ended by SIGKILL" in tree.fails_in_tests("first_test: A.two")


def exit_within(tree):
    """exit(0) within a test"""
    tree.programs(FIRST.replace("two=passes", "two=exits"))
    assert "exit status 0" in tree.fails_in_tests("first_test: A.two")


def test_hangs(tree):
    """a test that hangs, and a script that does"""
    tree.programs(FIRST.replace("two=passes", "two=hangs"))
    tree.write("tests/script.sh", "#!/bin/bash\necho 'ok - one'\nsleep 100\necho 'ok - two'\necho 1..2\n")
    tree.plant("seconds=8\n")
    said = tree.fails_in_tests("first_test: ", "script_test: the script")
    assert said.count("out of time") == 2, said


def test_disabled(tree):
    """a disabled test is counted, and fails with CI=true"""
    tree.programs(FIRST + " A.DISABLED_four=fails")
    last = r"12 passed, 0 failed, 1 skipped"
    tree.passes(ci=False, last=last, says=["first_test: A.DISABLED_four: disabled"])
    status, output = tree.run(environment={"CI": "true"})
    assert status == 1 and re.fullmatch(last, output.splitlines()[-1]), output


def test_skipped(tree):
    """a skipped test is counted with its reason, and fails with CI=true"""
    tree.programs(FIRST + " A.four=skips")
    last = "12 passed, 0 failed, 1 skipped"
    tree.passes(ci=False, last=last, says=["first_test: A.four: there is no such thing"])
    status, output = tree.run(environment={"CI": "true"})
    assert status == 1 and output.endswith(last + "\n"), output


def environment_filters(tree):
    """GTEST_FILTER and the like in the environment are kept from the tests, and fail with CI=true"""
    for name, value in (("GTEST_FILTER", "A.one"), ("GTEST_TOTAL_SHARDS", "2"),
                        ("TESTBRIDGE_TEST_ONLY", "A.one"), ("GTEST_SHUFFLE", "1"),
                        ("PYTHONPATH", "/nonexistent"), ("BASH_ENV", "/dev/null")):
        environment = {name: value, "GTEST_SHARD_INDEX": "0"}
        told = f"{name} of the environment is kept from the tests"
        tree.passes("--only", "first_test", ci=False, environment=environment, says=[told])
        tree.fails(told, ci=True, environment=environment, arguments=["--only", "first_test"])


def filter_told(tree):
    """what a filter leaves out is told, unless it runs elsewhere"""
    tree.plant("more='linux_6_1/Slow.one=passes linux_7/Slow.two=passes'\n")
    tree.passes(says=["kernel: 2 cases by its filter (linux_6_1/Slow, linux_7/Slow)"])
    tree.write("tests/manifest.txt", MANIFEST.replace("later  later", "kernel slow"))
    tree.plant("more='linux_6_1/Slow.one=passes'\n" + r"""
eval "first_$(declare -f step_kernel)"
step_kernel() {
    first_step_kernel
    runner run --kind gtest --name slow -- ./sample linux_6_1/Slow.one=passes
}
""")
    said = tree.passes("--long", ci=False)
    assert "by its filter" not in said, said


def manifest_program(tree):
    """a program that is gone from the list of tests: told, and a failure with CI=true"""
    tree.write("programs.txt", "script\tscript_test\ttests/script.sh\n")
    lacking = "tests first_test: none of 3 cases"
    tree.passes(ci=False, says=["lacking", lacking])
    tree.fails(lacking, ci=True)


def manifest_kernel(tree):
    """a kernel that is gone, and a third of the cases"""
    tree.plant("""step_kernel() {
    runner run --kind gtest --name kernel -- ./sample linux_6_1/View.{a,b,c,d}=passes
}
""")
    lacking = "kernel kernel:linux_6_12/View.*: none of 2 cases"
    tree.passes(ci=False, says=[lacking])
    tree.fails(lacking, ci=True)
    tree.plant("")
    tree.programs("A.one=passes A.two=passes")
    tree.fails("tests first_test: 2 of 3 cases", ci=True)


def manifest_step(tree):
    """a step that is gone, and a program that nobody listed"""
    with open(tree.path("tests/run.sh"), encoding="utf-8") as file:
        text = file.read()
    tree.write("tests/run.sh", text.replace('"rooms  a script" ', ""))
    tree.fails("rooms rooms: none of 2 cases", ci=True)
    tree.write("tests/run.sh", text)
    tree.programs(FIRST, "script\tnew_test\ttests/rooms.sh")
    tree.fails("tests new_test: it ran, but tests/manifest.txt does not list it", ci=True)
    _, output = tree.run("--manifest")
    assert output.endswith("\n   tests new_test: 2 ran, not listed\n"), output
    tree.write("tests/manifest.txt", "rooms\n")
    tree.fails("the list of what must run")


def manifest_raised(tree):
    """counts are raised to what ran, and never fall"""
    tree.programs(FIRST + " " + " ".join(f"B.more_{i}=passes" for i in range(20)))
    outgrown = "tests first_test: 23 cases, and only 3 are listed"
    tree.fails(outgrown, ci=True)
    tree.write("tests/rooms.sh", SCRIPT.replace("echo 'ok - two'\necho 1..2", "echo 1..1"))
    tree.fails("rooms rooms: 1 of 2 cases", outgrown, ci=True)
    status, output = tree.run("--manifest", "--raise")
    assert status == 0 and output.endswith("\n   rooms rooms: 1 ran, 2 listed\n"), output
    with open(tree.path("tests/manifest.txt"), encoding="utf-8") as file:
        assert file.read() == MANIFEST.replace("first_test                 3",
                                               "first_test                23")
    tree.write("tests/rooms.sh", SCRIPT)
    tree.passes(last="32 passed, 0 failed")


def expected_failures(tree):
    """expected failures are counted apart; one that is mended fails"""
    tree.programs(FIRST + " A.four=expected")
    tree.write("tests/script.sh", SCRIPT.replace("ok - two", "not ok - two # XFAIL not mended yet"))
    tree.passes(last="11 passed, 0 failed, 2 expected failures",
                says=["expected failures:", "and 1 more: not mended yet"])
    tree.programs(FIRST.replace("two=passes", "two=mended"))
    assert "remove the mark" in tree.fails_in_tests("first_test: A.two", last=r".*, 1 failed, 1 exp.*")
    tree.programs(FIRST)
    tree.write("tests/script.sh", SCRIPT.replace("ok - two", "ok - two # XFAIL not mended yet"))
    assert "remove the mark" in tree.fails_in_tests("script_test: two")
    many = [f"not ok - case {i} # XFAIL reason {i}" for i in range(20)]
    tree.write("tests/script.sh", "#!/bin/bash\n" + "".join(f"echo '{one}'\n" for one in many)
               + "echo ok - one\necho ok - two\necho 1..22\n")
    tree.passes(ci=False, last="12 passed, 0 failed, 20 expected failures",
                says=["... 10 more lines in ", "script_test: 22 cases, and only 2 are listed"])
    with open(tree.path("build/suite-logs/expected-failures.txt"), encoding="utf-8") as file:
        assert "reason 19" in file.read()


def duplicates(tree):
    """two cases of one name"""
    tree.programs(FIRST + " A.two=passes")
    assert "two cases have this name" in tree.fails_in_tests("first_test: A.two")
    tree.programs(FIRST)
    tree.write("tests/script.sh", SCRIPT.replace("two", "one"))
    assert "two cases have this name" in tree.fails_in_tests("script_test: one")


def shards(tree):
    """a shard that dies, and shards that run too much or too little"""
    assert "kernel: 4 passed" in tree.passes()
    tree.plant("kernel=killed\n")
    assert "ended by SIGKILL" in tree.fails("kernel: linux_6_12/View.")
    tree.plant("kernel=exits\n")
    tree.fails("kernel: linux_6_12/View.")
    tree.plant("")
    tree.write("liar", LIAR)
    tree.programs(FIRST, "gtest/2\tliar_test\t./liar\ta\tb")
    assert "ran in two parts" in tree.fails_in_tests("liar_test: A.a", "liar_test: A.b")
    tree.programs(FIRST, "gtest\tliar_test\t./liar\ta")
    assert "lists it, but it did not run" in tree.fails_in_tests("liar_test: A.b")


BY_SUITE = """step_kernel() {
    runner run --kind gtest --name kernel --by-suite --jobs 2 --alone 6_12 --timeout "$seconds" \\
        --logs "$logs" -- \\
        ./sample linux_6_1/View.{a,b}=passes linux_6_12/View.{a,b}="$kernel" --gtest_filter=-*Slow* $more
}
"""


def by_suite(tree):
    """suites that run each by itself: the same cases, and one that dies is told"""
    tree.plant(BY_SUITE)
    output = tree.passes()
    assert "kernel: 4 passed" in output
    assert output.index("linux_6_1/View: 2") < output.index("linux_6_12/View: 2"), "alone is last"
    tree.plant(BY_SUITE + "kernel=killed\n")
    assert "ended by SIGKILL" in tree.fails("kernel: linux_6_12/View.")
    tree.plant(BY_SUITE + "more=--gtest_filter=-*View*\n")
    tree.fails("the runner ended with status 70")


def real_suite(_):
    """the real list of what must run has each step of the real suite, and no other"""
    command = [os.path.join(ROOT, "tests/run.sh"), "--list"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    default, _, later = listing.partition("\n\n")
    tiers = {"default": re.findall(r"^(\w+)  +", default, re.M),
             "long": re.findall(r"^(\w+)  +", later, re.M)}
    listed = manifest.read(os.path.join(ROOT, "tests/manifest.txt"))
    assert listed.steps == tiers, f"{listed.steps}\n{tiers}"
    held = {step for line in listed.lines for step in line.steps}
    assert held == set(tiers["default"] + tiers["long"]) - {"build"}, held


CASES = (healthy, command_line, program_of_another_step, runner_killed, runner_breaks, summary_breaks, results_unwritable,
         disk_full, log_unwritable, results_torn, results_lost, setup_fails, command_silent, command_fails,
         script_empty, script_stops, script_fails, program_fails, program_missing, crash_at_exit,
         crash_within, exit_within, test_hangs, test_disabled, test_skipped, environment_filters,
         filter_told, manifest_program, manifest_kernel, manifest_step, manifest_raised, expected_failures,
         duplicates, shards, by_suite, real_suite)


def result(case, sample):
    """(its line, whether it holds)"""
    try:
        with tempfile.TemporaryDirectory() as directory:
            case(Tree(directory, sample))
    except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as error:
        return f"{error}\nnot ok - {case.__doc__}", False
    return f"ok - {case.__doc__}", True


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    # Most of the time somebody waits for somebody.
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda case: result(case, sys.argv[1]), CASES))
    print("\n".join(line for line, _ in results))
    print(f"1..{len(CASES)}", flush=True)
    return 0 if all(held for _, held in results) else 1


if __name__ == "__main__":
    sys.exit(main())
