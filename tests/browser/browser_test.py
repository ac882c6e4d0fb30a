# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of `haoh check -o html` in headless Chromium, judged by axe-core: by what nobody here wrote.

    browser_test.py HAOH HAOH_ARRAYSIM DIRECTORY

Pages, and what npm brings, are kept below DIRECTORY. Where there is no browser, no Node.js, or nothing can be had
from npm, the cases are skipped and say why."""

import json
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "support"), os.path.join(ROOT, "tests", "docs")]
import cases  # noqa: E402
import recorded_host  # noqa: E402

# Known to find what they should; another release may find more.
MODULES = ("axe-core@4.14.1", "puppeteer-core@24.43.1")
CASES = ("axe finds nothing", "fits its window", "what is drawn can be read",
         "fetches nothing and nothing is refused", "a keyboard reaches it", "is whole on paper")
STRETCHED = "nqn.2026-01.io.example:stretched"
DEFAULT = "nqn.2014-08.org.nvmexpress:uuid:68616f68-0000-4000-8000-000000000001"

SIXTEEN = f"""[subsystem]
nqn = "{STRETCHED}"
[[namespace]]
nsid = 1
[[namespace]]
nsid = 2
[[array]]
name = "a"
listen = [{", ".join(['"127.0.0.1:0"'] * 8)}]
[[array]]
name = "b"
listen = [{", ".join(['"127.0.0.1:0"'] * 8)}]
[array.subsystem]
serial = "<script>alert(1)"
[[array.namespace]]
nsid = 2
uuid = "0b5f3d2e-7a54-4c6f-9a3b-2f1d0c9e8b7a"
"""

# Name, scenario, NQN, exit status of the check.
PAGES = (("healthy", "examples/pair.toml", STRETCHED, 0),
         ("broken", "examples/broken-pair.toml", STRETCHED, 1),
         ("missing", "tests/scenarios/namespace_missing.toml", DEFAULT, 1),
         ("down", "tests/scenarios/array_down.toml", DEFAULT, 3),
         ("sixteen", None, STRETCHED, 1))


class Pages:
    def __init__(self, haoh, arraysim, directory):
        self.haoh, self.arraysim, self.directory = haoh, arraysim, directory

    def path(self, name):
        return os.path.join(self.directory, name + ".html")

    def write(self, name, status, *arguments):
        with open(self.path(name), "wb") as file:
            done = subprocess.run([self.haoh, "check", "-q", "-o", "html", *arguments], stdout=file,
                                  stderr=subprocess.PIPE, timeout=300)
        assert done.returncode == status, f"{name}: exit status {done.returncode}: {done.stderr.decode()}"

    def of_arrays(self, name, scenario, nqn, status):
        if scenario is None:
            scenario = os.path.join(self.directory, name + ".toml")
            with open(scenario, "w", encoding="utf-8") as file:
                file.write(SIXTEEN)
        addresses = os.path.join(self.directory, "addresses")
        if os.path.exists(addresses):
            os.remove(addresses)
        simulator = subprocess.Popen([self.arraysim, os.path.join(ROOT, scenario), "--address-file", addresses],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            end = time.monotonic() + 120
            while not os.path.exists(addresses):
                assert simulator.poll() is None and time.monotonic() < end, f"{name}: the simulator did not start"
                time.sleep(0.01)
            with open(addresses, encoding="utf-8") as file:
                targets = [word for line in file for word in ("-t", line.split()[1])]
            self.write(name, status, *targets, "--nqn", nqn)
        finally:
            simulator.terminate()
            simulator.communicate()

    def of_host(self, name):
        tree = os.path.join(self.directory, "host")
        shutil.rmtree(tree, ignore_errors=True)
        recorded_host.record(tree, lambda text: text)
        self.write(name, 3, "--sysroot", tree)


# What is planted, each for one of CASES.
FAULTS = (('<html lang="en"', "<html"),
          ("<body>", '<body><p style="white-space: nowrap">' + "wide " * 400 + "</p>"),
          ("--fail: #b01e17", "--fail: #ffb0b0"),
          ("</body>", '<img alt="" src="http://192.0.2.1/x.png"/></body>'),
          ('href="#main"', 'href="#judged"'),
          ("details::details-content", "details::nothing"))


def plant(page, wrong):
    """A page with a fault of each kind."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for right, fault in FAULTS:
        assert right in text, f"the page has no {right}"
        text = text.replace(right, fault, 1)
    with open(wrong, "w", encoding="utf-8") as file:
        file.write(text)


def program(*names):
    for name in names:
        if shutil.which(name):
            return shutil.which(name)
    raise cases.Skip(f"there is no {names[0]}")


def modules(directory):
    """Where axe-core and puppeteer-core are."""
    program("node")
    done = subprocess.run([program("npm"), "install", "--prefix", directory, "--no-save", "--ignore-scripts",
                           "--no-audit", "--no-fund", *MODULES], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise cases.Skip("npm: " + (done.stderr.strip().splitlines() or ["failed"])[-1])
    return directory


def look(pages, directory):
    """{page: {case: complaints}}"""
    chromium = program("chromium", "chromium-browser", "google-chrome")
    done = subprocess.run(["node", os.path.join(ROOT, "tests", "browser", "page_check.mjs"), modules(directory),
                           chromium, *pages], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr[-2000:]
    found = {}
    for line in done.stdout.splitlines():
        page, case, complaints = line.split("\t", 2)
        found.setdefault(page, {})[case] = json.loads(complaints)
    return found


def main():
    haoh, arraysim, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    pages, test = Pages(haoh, arraysim, directory), cases.Cases()
    for name, scenario, nqn, status in PAGES:
        test.run(f"{name}: the page is made", pages.of_arrays, name, scenario, nqn, status)
    test.run("host: the page is made", pages.of_host, "host")
    names = [name for name, *_ in PAGES] + ["host"]
    found, wrong, reason = {}, "", ""
    try:
        plant(pages.path("broken"), pages.path("planted"))
        found = look([pages.path(name) for name in [*names, "planted"]], directory)
    except cases.Skip as skip:
        reason = str(skip)
    except cases.FAILURES as error:
        wrong = str(error) or repr(error)
    for name in names:
        for case in CASES:
            complaints = found.get(name, {}).get(case, ["was not looked at"])
            test.tell(f"{name}: {case}", "" if reason else wrong or "\n".join(complaints), reason)
    for case in CASES:
        seen = bool(found.get("planted", {}).get(case))
        test.tell(f"a fault of the kind '{case}' is seen", "" if reason or seen else wrong or "it is not seen", reason)
    return test.end()


if __name__ == "__main__":
    sys.exit(main())
