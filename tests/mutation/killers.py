# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test programs that try to notice a mutant, and what they come by without one."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

CASE = re.compile(r"^\[ *(RUN|OK|FAILED|SKIPPED) *\] ([\w/]+\.[\w/]+)", re.M)
MEMORY_KIB = 4 << 20
OUTPUT_KIB = 256 << 10
BASELINE_SECONDS = 1800
ONCE_SECONDS = 20


def apart():
    """What lets a program see no processes but its own, so that a mutant that ends the wrong one ends
    none of ours. The shell is the first of them, whom default actions of signals do not reach."""
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        command += ["--user", "--map-current-user"]
    if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        print("no PID namespaces here: a mutant may end any process of yours", file=sys.stderr)
        return []
    return [*command, "sh", "-c", '"$@"; exit $?', "sh"]


APART = apart()


def execute(command, cpu, wall, environment, directory):
    """(exit status, None when time was up; output). Ends all that the command started."""
    limits = f"ulimit -c 0; ulimit -t {int(cpu)}; ulimit -v {MEMORY_KIB}; ulimit -f {OUTPUT_KIB}; "
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(["sh", "-c", limits + 'exec "$@"', "sh", *APART, *command],
                                   stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True,
                                   cwd=directory, env={**os.environ, **environment})
        try:
            status = process.wait(wall)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        output.seek(0)
        return status, output.read().decode(errors="replace")


class Program:
    def __init__(self, name, path, work, directory):
        self.name, self.path, self.work, self.directory = name, path, work, directory
        self.seconds, self.reached, self.always = {}, {}, set()
        self.unreliable = set()  # cases that fail without a mutant
        self.lock = threading.Lock()

    def run(self, cases, cpu, wall, environment, *more):
        with tempfile.NamedTemporaryFile("w", dir=self.work, suffix=".flags") as flags:
            if cases is not None:
                flags.write("--gtest_filter=" + ":".join(cases) + "\n")
            flags.flush()
            return execute([self.path, f"--gtest_flagfile={flags.name}", *more], cpu, wall,
                           environment, self.directory)

    def baseline(self, mutants):
        """Which case takes how long, and which mutants it comes by."""
        stem = os.path.join(self.work, self.name)
        for name in (stem + ".json", stem + ".cases"):
            if os.path.exists(name):
                os.remove(name)
        with open(stem + ".trace", "wb") as file:
            file.truncate(mutants + 1)
        _, output = self.run(None, BASELINE_SECONDS, BASELINE_SECONDS,
                             {"HAOH_MUTANT": "0", "HAOH_MUTANT_TRACE": stem + ".trace",
                              "HAOH_MUTANT_CASES": stem + ".cases"},
                             f"--gtest_output=json:{stem}.json")
        with open(stem + ".log", "w", encoding="utf-8") as file:
            file.write(output)
        with open(stem + ".json", encoding="utf-8") as file:
            report = json.load(file)
        for suite in report["testsuites"]:
            for case in suite["testsuite"]:
                name = f'{suite["name"]}.{case["name"]}'
                if case.get("failures"):
                    self.unreliable.add(name)
                elif case["status"] == "RUN":
                    self.seconds[name] = float(case["time"].rstrip("s"))
        with open(stem + ".cases", encoding="utf-8") as file:
            for line in file:
                name, numbers = line.rstrip("\n").split("\t")
                self.reached[name] = {int(number) for number in numbers.split()}
        self.always = self.reached.pop("", set())

    def comes_by(self, number):
        return number in self.always or any(number in ids for ids in self.reached.values())

    def asked(self, number):
        """The cases that come by the mutant, the quick ones first. Where only one does, the place
        may be one that a program comes by once, such as a table that the first case makes and the
        others use: then the quick ones of the others follow."""
        able = sorted((name for name in self.seconds if name not in self.unreliable),
                      key=self.seconds.get)
        if number in self.always:
            return able
        cases = [name for name in able if number in self.reached.get(name, ())]
        if sum(number in numbers for numbers in self.reached.values()) == 1:
            spent = 0
            for name in able:
                spent += self.seconds[name]
                if spent > ONCE_SECONDS:
                    break
                if name not in cases:
                    cases.append(name)
        return cases

    def batches(self, number):
        cases = self.asked(number)
        bounds, batch, spent = [2, 20], [], 0
        for name in cases:
            if bounds and batch and spent + self.seconds[name] > bounds[0]:
                yield batch
                bounds.pop(0)
                batch, spent = [], 0
            batch.append(name)
            spent += self.seconds[name]
        if batch:
            yield batch

    def attempt(self, number, cases):
        """The case that notices the mutant, and how; None when none does."""
        usual = sum(self.seconds[name] for name in cases)
        status, output = self.run(cases, 5 + 5 * usual, 60 + 20 * usual,
                                  {"HAOH_MUTANT": str(number), "HAOH_MUTANT_TRACE": ""},
                                  "--gtest_fail_fast")
        if status == 0:
            return None
        running = ""
        for kind, name in CASE.findall(output):
            if kind == "FAILED":
                return name, "failed"
            running = name if kind == "RUN" else ""
        how = {None: "out of time", -signal.SIGXCPU: "out of time", -signal.SIGKILL: "out of time"}
        return running, how.get(status, f"ended with {status}")

    def kill(self, number, deadline_passed):
        """As `attempt`, over all cases; a case that fails without the mutant as well does not
        count, and is not asked again. "untried" when there was no time."""
        for batch in self.batches(number):
            while batch:
                if deadline_passed():
                    return "untried"
                found = self.attempt(number, batch)
                if found is None:
                    break
                name = found[0]
                if name not in self.seconds:
                    return found  # before or after all cases
                usual = self.seconds[name]
                status, _ = self.run([name], 60 + 10 * usual, 120 + 20 * usual,
                                     {"HAOH_MUTANT": "0", "HAOH_MUTANT_TRACE": ""})
                if status == 0:
                    return found
                with self.lock:
                    self.unreliable.add(name)
                batch = [case for case in batch if case not in self.unreliable]
        return None
