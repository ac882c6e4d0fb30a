#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the completions for bash, zsh and fish against what the programs say of themselves.

usage: completion_test.py HAOH HAOH_ARRAYSIM COMPLETIONS

Each shell is asked really: what it offers behind "haoh check --" are the options of `haoh check
--help`, no more and no less. Prints one "ok - ..." or "not ok - ..." a case.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../support"))

from cases import Cases

SECONDS = 600
HERE = os.path.dirname(os.path.abspath(__file__))
NQN = "nqn.2014-08.org.nvmexpress:uuid:5c1d1a52-6ef4-4b0c-8b8e-0d6f2f0c3a11"

# Completes one line in bash, splitting words as readline does.
BASH = r"""
source "$1"
complete_line() {
    local line=$1 rest word
    COMP_WORDS=() COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
    rest=$line
    while [[ $rest =~ ^[[:space:]]*([:=]+|[^[:space:]:=]+) ]]; do
        COMP_WORDS+=("${BASH_REMATCH[1]}")
        rest=${rest:${#BASH_REMATCH[0]}}
    done
    [[ $line != *[[:space:]=:] ]] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    local spec=$(complete -p "${COMP_WORDS[0]##*/}")
    [[ $spec =~ -F\ ([^ ]+) ]] && "${BASH_REMATCH[1]}" "${COMP_WORDS[0]}" "${COMP_WORDS[-1]}" ''
    ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
    echo END
}
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
shift
for line in "$@"; do complete_line "$line"; done
"""
FISH = """
for line in $argv[2..]
    complete -C $line
    echo END
end
"""


class Shells:
    def __init__(self, completions, directory):
        self.completions, self.directory = completions, directory

    def command(self, shell, program):
        if shell == "bash":
            return ["bash", "--norc", "-c", BASH, "-", f"{self.completions}/haoh.bash"]
        if shell == "zsh":
            return ["zsh", "-f", f"{HERE}/completion.zsh", self.completions]
        return ["fish", "--no-config", "-c", f"source {self.completions}/{program}.fish" + FISH,
                program]

    def ask(self, shell, lines):
        """For each line the set of candidates."""
        environment = {**os.environ, "HOME": self.directory, "XDG_DATA_HOME": self.directory,
                       "TERM": "dumb",
                       "PATH": self.directory + ":" + os.environ["PATH"]}
        program = lines[0].split()[0]
        done = subprocess.run(self.command(shell, program) + lines, capture_output=True,
                              text=True, timeout=SECONDS, check=False, env=environment,
                              stdin=subprocess.DEVNULL, cwd=self.directory)
        assert done.returncode == 0, f"{shell}:\n{done.stdout}{done.stderr}"
        answers = [set()]
        for line in done.stdout.splitlines():
            if line == "END":
                answers.append(set())
            else:
                answers[-1].add(line.split("\t")[0].strip())
        assert len(answers) == len(lines) + 1, f"{shell}:\n{done.stdout}{done.stderr}"
        return dict(zip(lines, answers))


class Help:
    """What a program's --help says of one command."""

    def __init__(self, program, *words):
        text = subprocess.run([program, *words, "--help"], capture_output=True, text=True,
                              timeout=SECONDS, check=True).stdout
        self.options = set(re.findall(r"^ +(?:-\w, ?)?(--[a-z-]+)", text, re.M))
        self.options |= {word for line in re.findall(r"^ +(-\w,--[a-z-]+)", text, re.M)
                         for word in line.split(",")[1:]}
        part = re.search(r"^Subcommands:\n((?: .*\n)*)", text, re.M)
        self.subcommands = re.findall(r"^ +([a-z]+)", part[1], re.M) if part else []
        # Options with a closed list of values: "--output FORMAT:{text,json}=text".
        self.values = {option: set(values.split(",")) for option, values in
                       re.findall(r"(--[a-z-]+) [A-Z]+:\{([a-z0-9,_-]+)\}", text)}
        part = re.search(r"^Events:\n((?: .*\n)*)", text, re.M)
        if part:
            self.values["--until"] = set(re.findall(r"^ +([a-z_]+)", part[1], re.M))


def commands_of(program):
    """Command ("", "check", "policy set") -> Help."""
    found = {"": Help(program)}
    for command in found[""].subcommands:
        found[command] = Help(program, command)
        for inner in found[command].subcommands:
            found[f"{command} {inner}"] = Help(program, command, inner)
    return found


def line_of(program, command, end):
    return " ".join(word for word in (program, command, end) if word) + ("" if end else " ")


def compare(what, offered, said):
    assert offered == said, (f"{what}\n  offered, but not in --help: {sorted(offered - said)}\n"
                             f"  in --help, but not offered: {sorted(said - offered)}")


def check_options(shells, shell, program, commands):
    """the options of each command"""
    lines = {command: line_of(program, command, "--") for command in commands}
    offered = shells.ask(shell, list(lines.values()))
    for command, line in lines.items():
        compare(line, {word.rstrip("=") for word in offered[line] if word.startswith("--")},
                commands[command].options)


def check_subcommands(shells, shell, program, commands):
    """the commands"""
    lines = {command: line_of(program, command, "")
             for command, text in commands.items() if text.subcommands}
    offered = shells.ask(shell, list(lines.values()))
    for command, line in lines.items():
        compare(line, offered[line], set(commands[command].subcommands))


def check_values(shells, shell, program, commands):
    """the values of options that name them"""
    lines = {(command, option): line_of(program, command, f"{option} ")
             for command, text in commands.items() for option in text.values}
    offered = shells.ask(shell, list(lines.values()))
    for (command, option), line in lines.items():
        compare(line, offered[line], commands[command].values[option])


def check_profiles(shells, shell):
    """profiles, windows, policies"""
    expected = {
        "haoh check --profile ": {"auto", "single", "stretched", "dispersed"},
        "haoh check --window ": {"none", "migration", "upgrade", "resize"},
        "haoh check --fail-on ": {"fail", "warn"},
        "haoh policy simulate --policy ": {"numa", "round-robin", "queue-depth", "site-affinity",
                                           "latency", "weighted", "spdk-round-robin"},
        "haoh policy set ": {"numa", "round-robin", "queue-depth"},
    }
    offered = shells.ask(shell, list(expected))
    for line, words in expected.items():
        compare(line, offered[line], words)


def check_names(shells, shell, tree):
    """subsystems, controllers, namespaces and NQNs out of sysfs"""
    at = f"--sysroot {tree}"
    lines = [f"haoh list {at} nvme", f"haoh policy explain {at} ", f"haoh check {at} --nqn ",
             f"haoh list {at} nqn."]
    offered = shells.ask(shell, lines)
    compare(lines[0], offered[lines[0]], {"nvme-subsys0", "nvme0", "nvme1", "nvme0n1"})
    compare(lines[1], offered[lines[1]], {"nvme0n1"})
    compare(lines[2], {word.replace("\\", "") for word in offered[lines[2]]}, {NQN})
    compare(lines[3], {word.replace("\\", "") for word in offered[lines[3]]}, {NQN})


def check_nqn_colons(shells, tree):
    """bash: what is behind the last colon of an NQN is what readline replaces"""
    line = f"haoh list --sysroot {tree} {NQN[:-5]}"
    compare(line, shells.ask("bash", [line])[line], {NQN.rsplit(":", maxsplit=1)[-1]})


def check_rules(shells, shell, haoh):
    """rule IDs"""
    line = "haoh check --rule "
    text = subprocess.run([haoh, "rules", "-o", "json"], capture_output=True, text=True,
                          timeout=SECONDS, check=True).stdout
    compare(line, shells.ask(shell, [line])[line], set(re.findall(r'"id": "([^"]+)"', text)))


def check_files(shells, shell):
    """files"""
    for line in ("haoh check --config ", "haoh diff ", "haoh-arraysim "):
        offered = shells.ask(shell, [line])[line]
        assert "pair.toml" in offered, f"{line}: {sorted(offered)[:20]}"
    line = "haoh check -o junit="
    offered = {word.rsplit("=", maxsplit=1)[-1] for word in shells.ask(shell, [line])[line]}
    assert "pair.toml" in offered, f"{line}: {sorted(offered)[:20]}"


def make_tree(directory):
    subsystem = os.path.join(directory, "sys/class/nvme-subsystem/nvme-subsys0")
    for name in ("nvme0", "nvme1", "nvme0n1", "nvme0c0n1", "nvme0c1n1", "power"):
        os.makedirs(os.path.join(subsystem, name))
    with open(os.path.join(subsystem, "subsysnqn"), "w", encoding="utf-8") as file:
        file.write(NQN + "\n")
    return directory


def main():
    haoh, arraysim, completions = sys.argv[1:]
    cases = Cases()

    def case(shell, what, function, *arguments):
        name = f"{shell} offers {what}"
        if shutil.which(shell) is None:
            cases.tell(name, "", f"{shell} is not installed")
        else:
            cases.run(name, function, *arguments)

    with tempfile.TemporaryDirectory() as directory:
        os.symlink(haoh, os.path.join(directory, "haoh"))
        os.symlink(arraysim, os.path.join(directory, "haoh-arraysim"))
        with open(os.path.join(directory, "pair.toml"), "w", encoding="utf-8"):
            pass
        tree = make_tree(os.path.join(directory, "tree"))
        shells = Shells(os.path.abspath(completions), directory)
        commands = commands_of(haoh)
        simulator = {"": Help(arraysim)}
        for shell in ("bash", "zsh", "fish"):
            case(shell, "the options of each command", check_options, shells, shell, "haoh", commands)
            case(shell, "the options of haoh-arraysim", check_options, shells, shell,
                 "haoh-arraysim", simulator)
            case(shell, "the commands", check_subcommands, shells, shell, "haoh", commands)
            case(shell, "the values that --help lists", check_values, shells, shell, "haoh", commands)
            case(shell, "profiles, windows, verdicts, policies", check_profiles, shells, shell)
            case(shell, "names out of sysfs", check_names, shells, shell, tree)
            case(shell, "rule IDs", check_rules, shells, shell, haoh)
            case(shell, "files", check_files, shells, shell)
        case("bash", "the rest of an NQN behind its last colon", check_nqn_colons, shells, tree)
    sys.exit(cases.end())


if __name__ == "__main__":
    main()
