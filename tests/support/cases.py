# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tells the cases of a test script the way that tests/runner.py reads them."""
import subprocess

# What a case raises that does not hold.
FAILURES = (AssertionError, KeyError, OSError, ValueError, subprocess.SubprocessError)


class Skip(Exception):
    """A case raises it that cannot be tried here, with the reason."""


def attempt(function, *arguments):
    """(what is wrong, why it is skipped): the words of what the function raises, empty if nothing."""
    try:
        function(*arguments)
    except Skip as reason:
        return "", str(reason)
    except FAILURES as error:
        return str(error) or repr(error), ""
    return "", ""


class Cases:
    def __init__(self):
        self.number, self.failed = 0, False

    def tell(self, name, complaint, skipped=""):
        self.number += 1
        if complaint:
            print(complaint)
            self.failed = True
        print(("not ok - " if complaint else "ok - ") + name + (f" # SKIP {skipped}" if skipped else ""), flush=True)

    def check(self, name, complaints=()):
        """The complaints are lines, or one text; without any the case holds."""
        self.tell(name, complaints if isinstance(complaints, str) else "\n".join(complaints))

    def run(self, name, function, *arguments):
        self.tell(name, *attempt(function, *arguments))

    def end(self):
        """Tells how many there were. Returns the exit status."""
        print(f"1..{self.number}", flush=True)
        return 1 if self.failed else 0
