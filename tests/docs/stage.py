# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the commands of a page run: simulated arrays or a recorded host, behind documented names.

Documented               Here
tcp://10.N.0.1M[:4420]   127.N.0.(M+1), and a free port of four digits: as wide, so that tables and
                         wrapped lines come out the same
/run/arraysim            the control socket of the arrays
/etc/nvme/hostnqn        --hostnqn and --hostid with every command that connects
this host                --sysroot with the recorded tree (block word "host")
this kernel              --kernel with one release, where arrays are asked
"""

import contextlib
import os
import random
import re
import socket
import subprocess
import threading
import time

import recorded_host

SECONDS = 120
MARK = "\x1e"
ADDRESSES = [f"127.{n}.0.{m}" for n in (1, 2) for m in (1, 2)]
KERNEL = "6.12"
HOST = ("--hostnqn nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555 "
        "--hostid 11111111-2222-4333-8444-555555555555")


def free_port(addresses):
    """A port of four digits that is free on all of them; any, because other tests look for one."""
    for port in random.sample(range(4420, 9999), 1000):
        with contextlib.ExitStack() as stack:
            try:
                for address in addresses:
                    one = stack.enter_context(socket.socket())
                    one.bind((address, port))
                return port
            except OSError:
                pass
    raise AssertionError("no port is free")


def wait_for(condition, what):
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"{what} does not come about"
        time.sleep(0.01)


class Stage:
    """One page's directory, in which files that its commands write stay."""

    def __init__(self, root, directory, haoh, arraysim):
        self.root, self.directory = root, directory
        self.programs = os.path.join(directory, "bin")
        os.makedirs(self.programs)
        os.symlink(haoh, os.path.join(self.programs, "haoh"))
        os.symlink(arraysim, os.path.join(self.programs, "haoh-arraysim"))
        self.work = os.path.join(directory, "work")
        os.makedirs(self.work)
        for name in ("examples", "tests"):
            os.symlink(os.path.join(root, name), os.path.join(self.work, name))
        self.environment = {"PATH": f"{self.programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                            "HOME": directory, "TERM": "dumb", "TZ": "UTC",
                            "NQN": recorded_host.NQN}
        self.port = free_port(ADDRESSES)

    def real(self, text):
        """A command or a file, as it is meant here."""
        text = re.sub(r"\b10\.(\d)\.0\.1(\d)\b(:4420)?",
                      lambda m: f"127.{m[1]}.0.{int(m[2]) + 1}" + (f":{self.port}" if m[3] else ""),
                      text)
        text = re.sub(r"\b10\.(\d)\.0\.0/", r"127.\1.0.0/", text)
        text = re.sub(r"(tcp://127\.\d\.0\.\d)\b(?!:)", rf"\1:{self.port}", text)
        return text.replace("/run/arraysim", os.path.join(self.directory, "control"))

    def documented(self, text):
        """What was printed, as the page has it."""
        text = re.sub(rf"127\.(\d)\.0\.(\d)(:{self.port})?\b",
                      lambda m: f"10.{m[1]}.0.1{int(m[2]) - 1}" + (":4420" if m[3] else ""), text)
        text = re.sub(rf'("trsvcid": ?)"{self.port}"', r'\1"4420"', text)
        return text.replace(os.path.join(self.directory, "control"), "/run/arraysim")

    def write(self, name, text):
        with open(os.path.join(self.work, name), "w", encoding="utf-8") as file:
            file.write(self.real(text))

    @contextlib.contextmanager
    def arrays(self, scenario, ports):
        """The arrays of a scenario, at 10.1.0.10, 10.2.0.10, ...; several ports where asked."""
        self.port = free_port(ADDRESSES)
        with open(os.path.join(self.root, scenario), encoding="utf-8") as file:
            text = file.read()
        number = 0

        def listening(match):
            nonlocal number
            number += 1
            addresses = ", ".join(f'"127.{number}.0.{m}:{self.port}"' for m in range(1, ports + 1))
            return f"{match[0]}listen = [{addresses}]\n"

        text = re.sub(r'^\[\[array\]\]\nname = "\w+"\n', listening, text, flags=re.M)
        path = os.path.join(self.directory, "scenario.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        process = self.serve(path)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def serve(self, path):
        """The simulator with a scenario, when it is ready."""
        control = os.path.join(self.directory, "control")
        ready = os.path.join(self.directory, "addresses")
        for stale in (control, ready):
            with contextlib.suppress(FileNotFoundError):
                os.remove(stale)
        process = subprocess.Popen([os.path.join(self.programs, "haoh-arraysim"), path, "--control",
                                    control, "--address-file", ready], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        try:
            wait_for(lambda: os.path.exists(ready) or process.poll() is not None, "the arrays")
            assert process.poll() is None, process.stderr.read()
        except AssertionError:
            process.kill()
            process.wait()
            raise
        return process

    def sysroot(self):
        tree = os.path.join(self.directory, "tree")
        if not os.path.isdir(tree):
            recorded_host.record(tree, self.real)
        return tree

    def functions(self, words):
        """Bash functions that make haoh see what the page says is there."""
        case = "case $1 in"
        if "host" in words:
            case += f" check | list | snapshot | policy) more=(--sysroot {self.sysroot()}) ;;"
        else:
            case += (" policy) ;;"
                     f' *) [[ " $* " != *" -t "* ]] || more=({HOST});'
                     f' [[ $1 != check || " $* " == *" --kernel "* ]] || more+=(--kernel {KERNEL})'
                     " ;;")
        return f'haoh() {{ local more=(); {case} esac; command haoh "$@" "${{more[@]}}"; }}\n'

    def run(self, commands, words):
        """The output of each command, all by one shell. A list of lists of lines."""
        script = self.functions(words)
        for command in commands:
            script += (f"{self.real(command)}\n__status=$?; printf '{MARK}'; (exit $__status)\n")
        shell = subprocess.run(["bash", "-c", script], cwd=self.work, env=self.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False)
        parts = self.documented(shell.stdout).split(MARK)
        assert len(parts) == len(commands) + 1, f"the shell ended early:\n{shell.stdout}"
        return [part.splitlines() for part in parts[:-1]]

    def served(self, command, lines):
        """The first lines of a program that goes on until it is ended; its ports are any."""
        with subprocess.Popen(["bash", "-c", "exec " + self.real(command)], cwd=self.work,
                              env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as process:
            bound = threading.Timer(SECONDS, process.kill)
            bound.start()
            try:
                return [process.stdout.readline().rstrip("\n") for _ in range(lines)]
            finally:
                bound.cancel()
                process.terminate()
                process.wait(SECONDS)
