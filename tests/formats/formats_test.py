#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others make of the formats of `haoh check`: junitparser reads the JUnit XML, Microsoft's SARIF
multitool validates the SARIF, of a healthy pair, of a broken one, and of an array that is not there.

usage: formats_test.py HAOH HAOH_ARRAYSIM ROOT

With HAOH_TEST_LONG=1 the multitool, which npm installs into $HAOH_CACHE_DIR, by default
${XDG_CACHE_HOME:-$HOME/.cache}/haoh. Where there is no npm, or it reaches no registry, that part is skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../support"))
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../docs"))

from cases import Cases, Skip
from stage import Stage

SECONDS = 600
MULTITOOL = "5.7.0"
ARRAYS = "-t tcp://10.1.0.10 -t tcp://10.2.0.10 --nqn nqn.2026-01.io.example:stretched"
OUTPUTS = "-o junit=report.xml -o sarif=report.sarif -o json=report.json"
# name, scenario, arguments, exit status
CHECKS = (
    ("healthy", "examples/pair.toml", ARRAYS, 0),
    ("broken", "examples/broken-pair.toml", ARRAYS, 1),
    ("absent", "examples/pair.toml", ARRAYS.replace("10.2.0.10", "10.2.0.11"), 3),
)

# Debian's packages are for Debian's Python, which need not be the first on the path.
JUNIT_READER = """
import json, sys
import junitparser
xml = junitparser.JUnitXml.fromfile(sys.argv[1])
kinds = {"Failure": "failed", "Error": "error", "Skipped": "skipped"}
cases = []
for suite in xml:
    for case in suite:
        results = case.result if isinstance(case.result, list) else [case.result] if case.result else []
        cases.append([suite.name, case.classname, case.name,
                      kinds[type(results[0]).__name__] if results else "passed",
                      results[0].message if results else ""])
print(json.dumps({"cases": cases, "totals": [xml.tests, xml.failures, xml.errors, xml.skipped]}))
"""


def run_checks(stage):
    """name -> directory of its three reports"""
    for name, scenario, arguments, status in CHECKS:
        with stage.arrays(scenario, 1):
            told = stage.run([f"mkdir {name}; cd {name}; haoh check -q {arguments} {OUTPUTS}",
                              "echo $?"], [])
        assert told[1] == [str(status)], f"{name}: {told}"
    return {name: os.path.join(stage.work, name) for name, *_ in CHECKS}


def load(directory, name="report.json"):
    with open(os.path.join(directory, name), encoding="utf-8") as file:
        return json.load(file)


def read_junit(directory):
    done = subprocess.run(["/usr/bin/python3", "-c", JUNIT_READER,
                           os.path.join(directory, "report.xml")], capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    if "No module named 'junitparser'" in done.stderr:
        raise Skip("python3-junitparser is not installed")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_junit(directories):
    """junitparser counts the same cases as the JSON has rules and findings"""
    for name, directory in directories.items():
        report, junit = load(directory), read_junit(directory)
        cases = junit["cases"]
        assert len({(suite, case) for suite, _, case, *_ in cases}) == len(cases), "two of one name"
        asked = {rule["id"] for rule in report["rules"]}
        assert asked <= {case for _, _, case, *_ in cases}, f"{name}: a rule is missing"
        count = {kind: sum(case[3] == kind for case in cases)
                 for kind in ("failed", "error", "skipped")}
        assert junit["totals"] == [len(cases), count["failed"], count["error"], count["skipped"]], name
        failed = {finding["rule"] for finding in report["findings"] if finding["verdict"] == "fail"}
        assert {case[2] for case in cases if case[3] == "failed"} == failed, name
        assert bool(count["failed"]) == (report["verdict"] == "fail"), name
        unjudged = report["rule_counts"]["unknown"] > 0
        assert bool(count["error"]) == (report["verdict"] == "unknown"
                                        or report["verdict"] == "fail" and unjudged), name


def multitool():
    """The command; installed where it is not there."""
    if shutil.which("npm") is None:
        raise Skip("npm is not installed")
    cache = os.environ.get("HAOH_CACHE_DIR") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"), "haoh")
    prefix = os.path.join(cache, f"sarif-multitool-{MULTITOOL}")
    # What is in .bin puts its arguments through a shell.
    command = os.path.join(prefix, "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool")
    if not os.path.exists(command):
        os.makedirs(cache, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as fresh:
            done = subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--prefix", fresh,
                 f"@microsoft/sarif-multitool@{MULTITOOL}",
                 f"@microsoft/sarif-multitool-linux@{MULTITOOL}"],
                capture_output=True, text=True, timeout=SECONDS, check=False,
                stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                raise Skip("npm cannot install the multitool: " + " ".join(done.stderr.split())[:200])
            if not os.path.exists(prefix):
                os.rename(fresh, prefix)
                os.makedirs(fresh)
    return command


def complaints(command, path):
    """Rule and text of what the multitool says of a file. Its exit status is 0 whatever that is."""
    output = path + ".result"
    done = subprocess.run([command, "validate", path, "--output", output, "--log", "ForceOverwrite",
                           "--level", "Error;Warning"], capture_output=True, text=True,
                          timeout=SECONDS, check=False,
                          env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
    assert "1 files scanned" in done.stdout, done.stdout + done.stderr
    with open(output, encoding="utf-8-sig") as file:
        results = json.load(file)["runs"][0]["results"]
    return [(result["ruleId"], json.dumps(result["message"])[:300]) for result in results]


# A page about the tool: there is none.
KNOWN = {"SARIF2005"}


def check_sarif(directories):
    """the SARIF multitool has neither an error nor a warning against any of them"""
    command = multitool()
    for name, directory in directories.items():
        told = [one for one in complaints(command, os.path.join(directory, "report.sarif"))
                if one[0] not in KNOWN]
        assert not told, f"{name}:\n{told[:20]}"


def check_bad_sarif(directories):
    """the SARIF multitool sees what is wrong"""
    command = multitool()
    path = os.path.join(directories["broken"], "bad.sarif")
    for rule, edit in (("SARIF1009", lambda result: result.update(ruleIndex=100000)),
                       ("JSON1002", lambda result: result.pop("message"))):
        document = load(directories["broken"], "report.sarif")
        edit(document["runs"][0]["results"][0])
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
        told = {one[0] for one in complaints(command, path)}
        assert rule in told, f"it does not say {rule}, but {told}"


def check_results(directories):
    """SARIF has a result for each finding, known by the same fingerprint in the next run"""
    for name, directory in directories.items():
        report, run = load(directory), load(directory, "report.sarif")["runs"][0]
        found = sorted((finding["rule"], finding["verdict"]) for finding in report["findings"])
        told = sorted((result["ruleId"], result["properties"]["verdict"]) for result in run["results"])
        assert told == found, f"{name}: {told} {found}"
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            print_ = result["partialFingerprints"]["haohFinding/v1"]
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", print_), print_


def main():
    haoh, arraysim, root = (os.path.abspath(path) for path in sys.argv[1:])
    cases = Cases()
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(root, directory, haoh, arraysim)
        directories = {}

        def checks():
            directories.update(run_checks(stage))

        cases.run("three pairs are checked, each once for three formats", checks)
        if directories:
            functions = [check_junit, check_results]
            if os.environ.get("HAOH_TEST_LONG") == "1":
                functions += [check_sarif, check_bad_sarif]
            for function in functions:
                cases.run(function.__doc__, function, directories)
    sys.exit(cases.end())


if __name__ == "__main__":
    main()
