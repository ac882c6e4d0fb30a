#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the options of the man pages, the formats that -o takes and the kinds of events against what
`haoh COMMAND --help` says, in both directions.

usage: man_pages_test.py HAOH DIRECTORY
"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../support"))

from cases import Cases

COMMANDS = ("check", "list", "monitor", "snapshot", "diff", "rules")
# Commands whose options are those of their subcommands: one page describes them all.
FAMILIES = ("policy",)
MACROS = {"Ar", "Ns", "Op", "Cm", "Li", "Pq", "Sq", "Ev", "Pa", "Nm", "Xr", "Dq", "Ql"}


def help_of(program, command):
    return subprocess.run([program, *command.split(), "--help"], check=True, capture_output=True,
                          text=True, timeout=300).stdout


def subcommands_of_help(program, command):
    _, _, text = help_of(program, command).partition("Subcommands:\n")
    return set(re.findall(r"^  ([a-z]+) ", text, re.M))


def subcommands_of_page(path):
    """The names of a page's synopsis: `.Nm haoh policy list`."""
    with open(path, encoding="utf-8") as file:
        return set(re.findall(r"^\.Nm haoh [a-z]+ ([a-z]+)$", file.read(), re.M))


def options_of_help(program, command):
    """Of a command, which may be several words."""
    text = help_of(program, command)
    found = set()
    for line in re.findall(r"^  (-[^ ]+)", text, re.M):
        found.update(line.split(","))
    return found - {"-h", "--help"}


def options_of_page(path):
    """What stands behind the macro Fl of mdoc(7), with its dash."""
    found = set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if not line.startswith(".") or line.startswith('.\\"'):
                continue
            flag = False
            for word in [words[0].lstrip(".")] + words[1:]:
                if word == "Fl":
                    flag = True
                elif word in MACROS:
                    flag = False
                elif flag and re.fullmatch(r"-?[a-z][a-z-]*", word):
                    found.add("-" + word)
    return found


def formats_of_help(program, command):
    """Of a command without -o: none."""
    named = re.search(r"--output FORMAT:\{([^}]+)\}", help_of(program, command))
    return set(named[1].split(",")) if named else set()


def formats_of_page(path):
    """What the item of -o calls literal, but for names of schemas."""
    with open(path, encoding="utf-8") as file:
        item = re.search(r"^\.It Fl o , Fl -output .*\n((?:(?!\.(?:It|El)\b).*\n)*)", file.read(),
                         re.M)
    words = re.findall(r"\bLi ([^ \n]+)", item[1]) if item else []
    return {word for word in words if "/" not in word}


def events_of_help(program):
    """Kind -> what it means."""
    part = re.search(r"^Events:\n((?: .*\n)*)", help_of(program, "monitor"), re.M)
    rows = re.findall(r"^ +([a-z_]+) +(.+)$", part[1], re.M) if part else []
    return {kind: meaning.replace("'", "") for kind, meaning in rows}


def events_of_page(path):
    """Kind -> its item, without macros."""
    with open(path, encoding="utf-8") as file:
        part = re.search(r"^\.Ss Events\n(.*?)^\.El$", file.read(), re.M | re.S)
    found = {}
    for kind, item in re.findall(r"^\.It Li ([a-z_]+)\n((?:(?!\.It).*\n)*)", part[1] if part else "", re.M):
        text = " ".join(re.sub(r"^\.[A-Z][a-z] ", "", item, flags=re.M).split())
        found[kind] = re.sub(r" ([,;:])", r"\1", text)
    return found


def main():
    program, directory = sys.argv[1:]
    cases = Cases()
    report = cases.check

    def report_formats(page, command, real):
        told = formats_of_page(os.path.join(directory, page))
        report(f"{page} describes the formats of haoh {command}",
               [f"{page} and haoh {command} --help differ in {one}"
                for one in sorted(real ^ told)])

    every_page = {"--version", "-h", "--help"}
    everything = set(every_page)
    for command in COMMANDS:
        page = f"haoh-{command}.1"
        told = options_of_page(os.path.join(directory, page))
        real = options_of_help(program, command)
        everything |= real
        report(f"{page} describes the options of haoh {command}",
               [f"{page} does not mention {option}" for option in sorted(real - told)])
        report(f"{page} describes no other options",
               [f"haoh {command} has no {option}, which {page} mentions"
                for option in sorted(told - real)])
        report_formats(page, command, formats_of_help(program, command))
    for command in FAMILIES:
        page = f"haoh-{command}.1"
        path = os.path.join(directory, page)
        members = subcommands_of_help(program, command)
        told = options_of_page(path)
        real = set().union(*(options_of_help(program, f"{command} {one}") for one in members))
        everything |= real
        report(f"{page} has every command of haoh {command} in its synopsis",
               [f"{page} and haoh {command} --help differ in {one}"
                for one in sorted(members ^ subcommands_of_page(path))])
        report(f"{page} describes the options of haoh {command}",
               [f"{page} does not mention {option}" for option in sorted(real - told)])
        report(f"{page} describes no other options",
               [f"no command of haoh {command} has {option}, which {page} mentions"
                for option in sorted(told - real)])
        report_formats(page, command, set().union(*(formats_of_help(program, f"{command} {one}")
                                                    for one in members)))
    kinds, items = events_of_help(program), events_of_page(os.path.join(directory, "haoh-monitor.1"))
    report("haoh-monitor.1 describes the events of haoh monitor, in its words first",
           [f"haoh monitor --help: {kind}: {meaning}\nhaoh-monitor.1: {items.get(kind, 'not there')}"
            for kind, meaning in kinds.items() if not items.get(kind, "").startswith(meaning)] +
           [f"haoh monitor has no event {kind}" for kind in items if kind not in kinds] +
           ([] if len(kinds) > 10 else ["haoh monitor --help has no events"]))
    told = options_of_page(os.path.join(directory, "haoh.1"))
    shared = options_of_help(program, "snapshot") | options_of_help(program, "diff")
    report("haoh.1 describes the options that commands share",
           [f"haoh.1 does not mention {option}" for option in sorted(shared - told)])
    report("haoh.1 describes only options that there are",
           [f"no command has {option}" for option in sorted(told - everything)])
    sys.exit(cases.end())


if __name__ == "__main__":
    main()
