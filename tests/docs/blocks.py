# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fenced blocks of Markdown pages, commands in them, and what counts as the same output."""

import dataclasses
import re
import shlex

# What differs from run to run, and what is compared in its place.
NORMALISATIONS = (
    (re.compile(r"\b\d\d:\d\d:\d\d\.\d+Z"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "TIME"),
    (re.compile(r" +\d+(\.\d+)? (us|ms|s)( after the AEN)"), r" LATENCY\3"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
)
ELISION = "..."
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
TOLERANCE = 0.03


class Approximate(str):
    """A line that is the same as another where its numbers are nearly those, and blanks any."""

    def __eq__(self, other):
        if NUMBER.sub("#", self).split() != NUMBER.sub("#", other).split():
            return False
        pairs = zip(*([float(number.replace(",", "")) for number in NUMBER.findall(text)]
                      for text in (self, other)))
        return all(abs(a - b) <= max(TOLERANCE * max(abs(a), abs(b)), 0.11) for a, b in pairs)

    __hash__ = None


@dataclasses.dataclass
class Command:
    text: str  # as bash reads it
    prompt: str
    shown: list[str]  # the lines of the command itself
    output: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Block:
    page: str
    line: int  # of the fence, from 1
    language: str
    words: dict[str, str]  # of the info string: "kernel", "arrays=FILE"
    lines: list[str]

    @property
    def place(self):
        return f"{self.page}:{self.line}"

    def commands(self):
        """Of a console block; lines before the first belong to a Command without text."""
        # In what a command printed, "# " may begin a line: of metrics, for example.
        prompts = ("$ ", "# ") if {"kernel", "usage"} & set(self.words) else ("$ ",)
        found = []
        lines = iter(self.lines)
        for line in lines:
            if line.startswith(prompts):
                shown = [line]
                while shown[-1].endswith("\\"):
                    shown.append(next(lines))
                found.append(Command("\n".join(shown)[2:], line[:2], shown))
            else:
                if not found:
                    found.append(Command("", "", []))
                found[-1].output.append(line)
        return found


def blocks_of(page, text):
    """All fenced blocks of a page."""
    found, block = [], None
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.fullmatch(r"```(\S*) *(.*)", line)
        if block is None and fence:
            words = dict(word.partition("=")[::2] for word in fence[2].split())
            block = Block(page, number, fence[1], words, [])
        elif block is not None and line == "```":
            found.append(block)
            block = None
        elif block is not None:
            block.lines.append(line)
    if block is not None:
        raise ValueError(f"{block.place}: the block has no end")
    return found


def replaced(text, block, lines):
    """The page with other lines in a block."""
    page = text.splitlines()
    page[block.line:block.line + len(block.lines)] = lines
    return "\n".join(page) + "\n"


def normalised(lines):
    out = []
    for line in lines:
        for pattern, replacement in NORMALISATIONS:
            line = pattern.sub(replacement, line)
        out.append(line.rstrip())
    while out and not out[-1]:
        out.pop()
    return out


def same(documented, real, words=()):
    """Whether the output is the documented one, in which "..." stands for any number of lines."""
    documented, real = normalised(documented), normalised(real)
    if "approximate" in words:
        documented = [Approximate(line) for line in documented]
    parts, part = [], []
    for line in documented:
        if line == ELISION:
            parts.append(part)
            part = []
        else:
            part.append(line)
    parts.append(part)
    if len(parts) == 1:
        return documented == real
    first, last = parts[0], parts[-1]
    if len(first) + len(last) > len(real) or real[:len(first)] != first or \
            (last and real[-len(last):] != last):
        return False
    at, end = len(first), len(real) - len(last)
    for part in parts[1:-1]:
        while at + len(part) <= end and real[at:at + len(part)] != part:
            at += 1
        if at + len(part) > end:
            return False
        at += len(part)
    return True


def simple_commands(text):
    """The words of each program that a line of bash starts."""
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    found, words, skip = [], [], False
    for token in lexer:
        if set(token) <= set("|&;()"):
            found.append(words)
            words = []
        elif set(token) <= set("<>"):
            skip = True
        elif skip:
            skip = False
        else:
            words.append(token)
    found.append(words)
    out = []
    for words in found:
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            words = words[1:]
        if words:
            out.append(words)
    return out


def examples_of_manual(text):
    """The commands in the section EXAMPLES of a page in mdoc(7)."""
    _, _, examples = text.partition(".Sh EXAMPLES\n")
    examples = re.split(r"^\.Sh ", examples, maxsplit=1, flags=re.M)[0]
    found = []
    for literal in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", examples, re.M | re.S):
        literal = literal.replace("\\e", "\\")
        joined = re.sub(r"\\\n\s*|\|\n\s*", lambda match: match[0][0].strip("\\") + " ", literal)
        found += [line for line in joined.splitlines() if line.startswith("haoh")]
    return found
