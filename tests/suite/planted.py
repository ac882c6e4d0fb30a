# SPDX-License-Identifier: LGPL-2.1-or-later
"""A tree with the machinery of the suite and a few tests of its own, for suite_test.py to spoil."""
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

RUN = r"""#!/bin/bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
source tests/suite/machine.sh
usage() { echo "usage: tests/run.sh"; }
readonly steps=("rooms  a script" "build  a command" "tests  a list of programs" "kernel  two shards")
readonly long_steps=("later  in the long tier")
choose() { ! is_wanted tests || wanted+=(build); }
step_setup() { true; }
step_rooms() { runner run --kind script --name rooms --timeout 60 --logs "$logs" -- tests/rooms.sh; }
step_build() { case_of build 60 true; }
step_tests() {
    local only=() chosen
    chosen=$(chosen_of tests)
    [[ -z $chosen ]] || only=(--only "$chosen")
    runner run --listing programs.txt --jobs 2 --timeout "$seconds" --logs "$logs" "${only[@]}"
}
step_kernel() {
    runner run --kind gtest --name kernel --shards 2 --timeout "$seconds" --logs "$logs" -- \
        ./sample linux_6_1/View.{a,b}=passes linux_6_12/View.{a,b}="$kernel" '--gtest_filter=-*Slow*' $more
}
step_later() { runner run --kind command --name later -- true; }
seconds=60 kernel=passes more=
[[ ! -e tests/planted.sh ]] || source tests/planted.sh
suite_main "$@"
"""

MANIFEST = """default: rooms build tests kernel
long: later
rooms  rooms                      2
build  build                      1
tests  first_test                 3
tests  script_test                2
kernel kernel                     4
kernel kernel:linux_6_1/View.*    2
kernel kernel:linux_6_12/View.*   2
later  later                      1
"""

SCRIPT = "#!/bin/bash\necho 'ok - one'\necho 'ok - two'\necho 1..2\n"
FIRST = "A.one=passes A.two=passes B.three=passes"

# A GoogleTest program that says something else than it does: it lists A.a and A.b, and reports the
# names that it is given.
LIAR = r"""#!/usr/bin/env python3
import json, sys
if "--gtest_list_tests" in sys.argv:
    print("A.\n  a\n  b")
    sys.exit()
cases = [{"name": name, "status": "RUN", "result": "COMPLETED", "time": "0s"}
         for name in sys.argv[1:] if not name.startswith("-")]
report = next(word.partition("json:")[2] for word in sys.argv if word.startswith("--gtest_output"))
with open(report, "w") as file:
    json.dump({"testsuites": [{"name": "A", "testsuite": cases}]}, file)
"""


class Tree:
    """A healthy copy in a directory. What is planted is written over it."""

    def __init__(self, directory, sample):
        self.directory = directory
        os.makedirs(self.path("tests/suite"))
        shutil.copy(os.path.join(ROOT, "tests/runner.py"), self.path("tests"))
        for name in os.listdir(HERE):
            if name.endswith((".py", ".sh")):
                shutil.copy(os.path.join(HERE, name), self.path("tests/suite"))
        os.symlink(os.path.realpath(sample), self.path("sample"))
        self.write("tests/run.sh", RUN)
        self.write("tests/rooms.sh", SCRIPT)
        self.write("tests/script.sh", SCRIPT)
        self.write("tests/manifest.txt", MANIFEST)
        self.programs(FIRST)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), 0o755)

    def programs(self, first, *more):
        """What the step `tests` runs: the program with those cases, the script, and more lines."""
        lines = ["gtest\tfirst_test\t./sample\t" + "\t".join(first.split()),
                 "script\tscript_test\ttests/script.sh", *more]
        self.write("programs.txt", "".join(line + "\n" for line in lines))

    def plant(self, shell):
        """Into run.sh, behind its steps."""
        self.write("tests/planted.sh", shell)

    def run(self, *arguments, environment=(), before=""):
        """(exit status, output)"""
        inherited = {name: value for name, value in os.environ.items()
                     if name != "CI" and not name.startswith("GTEST_")}
        done = subprocess.run(["bash", "-c", before + 'exec tests/run.sh "$@"', "run", *arguments],
                              cwd=self.directory, env={**inherited, **dict(environment)},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=600,
                              check=False)
        return done.returncode, done.stdout

    def passes(self, *arguments, last=None, says=(), ci=True, **more):
        status, output = self.run(*arguments, **with_ci(ci, more))
        assert status == 0, f"exit status {status}\n{output}"
        assert re.fullmatch(last or r"\d+ passed, 0 failed", output.splitlines()[-1]), output
        check_texts(output, says)
        return output

    def fails(self, *says, arguments=(), last=r"\d+ passed, [1-9]\d* failed", ci=False, **more):
        """With exit status 1, failures in the last line, and these words above it."""
        status, output = self.run(*arguments, **with_ci(ci, more))
        assert status == 1, f"exit status {status}\n{output}"
        assert re.fullmatch(last, output.splitlines()[-1]), output
        check_texts(output[output.rindex("\nfailed:"):], says, output)
        return output

    def fails_in_tests(self, *says, **more):
        """The same, of the step `tests` alone."""
        return self.fails(*says, arguments=["--only", "tests"], **more)


def with_ci(wanted, more):
    if wanted:
        more["environment"] = {"CI": "true", **dict(more.get("environment", ()))}
    return more


def check_texts(part, texts, output=None):
    for text in texts:
        assert text in part, f"without “{text}”:\n{output or part}"
