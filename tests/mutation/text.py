# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mutants, and sources rewritten so that each can be switched on."""
import bisect
import os
import re

# Strings and comments as a whole, so that neither is taken for the other.
_TOKEN = re.compile(rb'R"(?P<tag>[^()\\\s]{0,16})\((?:.|\n)*?\)(?P=tag)"|"(?:\\.|[^"\\])*"'
                    rb"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\])+'|//[^\n]*|/\*(?:.|\n)*?\*/")


def one_line(code):
    """Code without comments and line ends; bytes in, bytes out."""
    def replaced(match):
        return b" " if match[0][:2] in (b"//", b"/*") else match[0]
    return re.sub(rb"\s*\n\s*", b" ", _TOKEN.sub(replaced, code)).strip()


def blank(code):
    """Code of the same length without the inside of strings and comments."""
    return _TOKEN.sub(lambda match: re.sub(rb"[^\n]", b" ", match[0]), code)


class Mutant:
    """`start` and `end` are offsets in the original file; `mutated` replaces what is there."""

    def __init__(self, path, line, function, kind, start, end, original, mutated):
        self.path, self.line, self.function, self.kind = path, line, function, kind
        self.start, self.end, self.original, self.mutated = start, end, original, mutated
        self.id = 0
        self.table = None  # the Table whose constexpr must go for it
        self.constexpr = False  # in a function that the compiler may evaluate
        self.dropped = ""  # why it is not measured

    def key(self):
        return "\t".join((self.path, self.function, self.kind, self.original, self.mutated))


class Wrap:
    """Text around a range of the original. A Switch in it becomes the question for its mutant."""

    def __init__(self, start, end, before, after):
        self.start, self.end, self.before, self.after = start, end, before, after

    def mutants(self):
        return [part.mutant for part in self.before + self.after if isinstance(part, Switch)]


class Switch:
    def __init__(self, mutant, function):
        self.mutant, self.function = mutant, function

    def text(self):
        if self.mutant.dropped:
            return b"false"
        return b"::haoh_mutation::%s(%du)" % (self.function.encode(), self.mutant.id)


class Table:
    """A constexpr variable that becomes const, so that its rows are evaluated at run time."""

    def __init__(self, name, start, end, replacement):
        self.name, self.start, self.end, self.replacement = name, start, end, replacement
        self.kept = False  # something needs it as a constant


class Source:
    """One file: its text, what is wrapped, and the rewritten text with a way back to mutants."""

    def __init__(self, path, code):
        self.path, self.code = path, code
        self.wraps, self.tables = [], []
        self.rewritten = code
        self._spans = []

    def mutants(self):
        seen = {}
        for wrap in self.wraps:
            for mutant in wrap.mutants():
                seen.setdefault(id(mutant), mutant)
        return list(seen.values())

    def render(self):
        """Sets `rewritten`: line N of it is line N of the original."""
        live = [wrap for wrap in self.wraps
                if any(not mutant.dropped for mutant in wrap.mutants())]
        needed = {mutant.table for wrap in live for mutant in wrap.mutants()
                  if mutant.table and not mutant.dropped}
        live += [Wrap(table.start, table.end, [], []) for table in self.tables if table in needed]
        replaced = {(table.start, table.end): table.replacement
                    for table in self.tables if table in needed}
        if not live:
            self.rewritten, self._spans = self.code, []
            return
        order = sorted(enumerate(live), key=lambda item: (item[1].start, -item[1].end, item[0]))
        out, spans, stack = bytearray(), [], []
        position = 0

        def close(until):
            nonlocal position
            while stack and stack[-1][0].end <= until:
                wrap, at = stack.pop()
                out.extend(self.code[position:wrap.end])
                position = max(position, wrap.end)
                after = len(out)
                emit(wrap.after)
                spans.append((at, len(out), after, wrap))

        def emit(parts):
            for part in parts:
                out.extend(part.text() if isinstance(part, Switch) else part)

        for _, wrap in order:
            close(wrap.start)
            out.extend(self.code[position:wrap.start])
            position = wrap.start
            if (wrap.start, wrap.end) in replaced and not wrap.before:
                out.extend(replaced[wrap.start, wrap.end])
                position = wrap.end
                continue
            stack.append((wrap, len(out)))
            emit(wrap.before)
        close(len(self.code))
        out.extend(self.code[position:])
        # Warnings are for the code as it is written; line 1 is the licence's. A source that is
        # compiled by itself includes itself: the pragma is for files that are included.
        head = b'#include "haoh_mutation.hpp"\n#pragma GCC system_header\n#line 1\n'
        tail = b""
        if self.path.endswith(".cpp"):
            name = os.path.basename(self.path).encode()
            head = b'#if __INCLUDE_LEVEL__ == 0\n#include "' + name + b'"\n#else\n' + head
            tail = b"#endif\n"
        self._spans = spans
        self.rewritten = head + bytes(out) + tail
        self._lines = [0] + [match.end() for match in re.finditer(rb"\n", bytes(out))]
        self._body = bytes(out)

    def mutants_at(self, line, column):
        """Those whose text is at this place of the rewritten file, innermost first."""
        if not self._spans or not 0 < line <= len(self._lines):
            return []
        begin = self._lines[line - 1]
        text = self._body[begin:self._lines[line] if line < len(self._lines) else None]
        offset = begin + len(text.decode(errors="replace")[:max(column - 1, 0)].encode())
        around = [span for span in self._spans if span[0] <= offset < span[1]]
        around.sort(key=lambda span: span[1] - span[0])
        return [mutant for span in around for mutant in span[3].mutants() if not mutant.dropped]

    def mutants_on(self, line):
        if not self._spans or not 0 < line <= len(self._lines):
            return []
        begin = self._lines[line - 1]
        end = self._lines[line] if line < len(self._lines) else len(self._body)
        return [mutant for span in self._spans if span[0] < end and begin < span[1]
                for mutant in span[3].mutants() if not mutant.dropped]


def line_of(line_starts, offset):
    return bisect.bisect_right(line_starts, offset)
