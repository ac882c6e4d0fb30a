# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a source can be wrong: walks clang's AST of a translation unit and wraps what it finds.

Kinds of mutants: README.md. Nothing here knows the project but for what is left alone.
"""
import os
import re

from clang.cindex import CursorKind as K, TranslationUnit, TypeKind

import text as t
from cursors import FUNCTIONS, Context, arithmetic, bare, type_of
from expressions import Expressions
from statements import Statements

SCOPES = (K.NAMESPACE, K.LINKAGE_SPEC, K.UNEXPOSED_DECL, K.STRUCT_DECL, K.CLASS_DECL,
          K.CLASS_TEMPLATE, K.CLASS_TEMPLATE_PARTIAL_SPECIALIZATION, K.FRIEND_DECL)


class Walk(Statements, Expressions):
    def __init__(self, root, sources):
        self.root, self.sources = root, sources  # path below root -> Source
        self.constants = {}  # of all translation units: (path, offset) -> Mutant
        self.done = set()
        self.source = None

    def unit(self, unit):
        """Walks the files of a translation unit that are in `sources` and were not walked yet."""
        self.macros = {}
        found = []
        for cursor in unit.cursor.get_children():
            path = self.path_of(cursor)
            if path not in self.sources:
                continue
            if cursor.kind == K.MACRO_INSTANTIATION:
                self.macros.setdefault(path, []).append(
                    (cursor.extent.start.offset, cursor.extent.end.offset))
            elif path not in self.done:
                found.append((path, cursor))
        for path, cursor in found:
            self.enter(path)
            self.declaration(cursor, Context())
        self.done.update(path for path, _ in found)

    def enter(self, path):
        self.source = self.sources[path]
        self.code = self.source.code
        if not hasattr(self.source, "blank"):
            self.source.blank = t.blank(self.code)
            self.source.lines = [0] + [match.end() for match in re.finditer(rb"\n", self.code)]
            self.source.seen = set()
        self.blank = self.source.blank

    def path_of(self, cursor):
        file = cursor.location.file
        if file is None:
            return ""
        return os.path.relpath(os.path.realpath(file.name), self.root)

    # What is written.

    def span(self, cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def text(self, cursor):
        start, end = self.span(cursor)
        return self.code[start:end].decode(errors="replace")

    def one(self, cursor):
        start, end = self.span(cursor)
        return t.one_line(self.code[start:end]).decode(errors="replace")

    def between(self, left, right):
        """The operator between two operands."""
        start, end = left.extent.end.offset, right.extent.start.offset
        return t.one_line(self.code[start:end]).decode(errors="replace") if start <= end else ""

    def statement_span(self, cursor):
        """With its semicolon; None when there is none."""
        start, end = self.span(cursor)
        match = re.compile(rb"\s*;").match(self.blank, end)
        return (start, match.end()) if match else None

    # What is made of it.

    def written(self, start, end):
        """Whether it is there as it is, and not made by a macro."""
        return start < end and not any(start < last and first < end for first, last
                                       in self.macros.get(self.source.path, ()))

    def mutant(self, context, kind, start, end, mutated, original=None):
        """None where one cannot be or already is."""
        if not self.written(start, end):
            return None
        mark = (kind, start, end, mutated)
        if mark in self.source.seen:
            return None
        self.source.seen.add(mark)
        if original is None:
            original = t.one_line(self.code[start:end]).decode(errors="replace")
        made = t.Mutant(self.source.path, t.line_of(self.source.lines, start), context.function,
                        kind, start, end, original, mutated)
        made.table, made.constexpr = context.table, context.constexpr
        return made

    def switch(self, context, mutant):
        return t.Switch(mutant, "on" if context.constexpr else "now")

    def wrap(self, start, end, before, after):
        self.source.wraps.append(t.Wrap(start, end, before, after))

    def instead(self, context, kind, cursor, mutated):
        """Another expression in the place of this one."""
        start, end = self.span(cursor)
        if "co_await" in mutated or "co_yield" in mutated or context.throws and kind != "enumerator":
            return
        made = self.mutant(context, kind, start, end, mutated)
        if made:
            self.wrap(start, end, [b"(", self.switch(context, made),
                                   b" ? (" + mutated.encode() + b") : ("], [b"))"])

    def force(self, context, cursor, both=True):
        """A condition that is always true, and one that is never."""
        start, end = self.span(cursor)
        inner = bare(cursor)
        if inner.kind == K.CXX_BOOL_LITERAL_EXPR or context.throws:
            return
        if b"co_await" not in self.blank[start:end]:
            true = self.mutant(context, "condition", start, end, "true") if both else None
            false = self.mutant(context, "condition", start, end, "false")
            before = [b"(", self.switch(context, true), b" || "] if true else []
            if false:
                before += [b"(!", self.switch(context, false), b" && ("]
                self.wrap(start, end, before, [b"))" if not true else b")))"])
        self.expression(cursor, context, forced=True)

    # Declarations.

    def declaration(self, cursor, context):
        kind = cursor.kind
        if kind in FUNCTIONS:
            self.function(cursor, context)
        elif kind == K.VAR_DECL:
            self.variable(cursor, context)
        elif kind == K.FIELD_DECL:
            for child in self.initializers(cursor):
                self.expression(child, context.but(constexpr=True))
        elif kind in SCOPES:
            for child in cursor.get_children():
                self.declaration(child, context)

    def initializers(self, cursor):
        """The expressions after the name: not what is in its type."""
        name = cursor.location.offset + len(cursor.spelling.encode())
        for child in cursor.get_children():
            start, end = self.span(child)
            bound = (self.blank[:start].rstrip()[-1:] == b"["
                     and self.blank[end:end + 40].lstrip()[:1] == b"]")
            if child.kind.is_expression() and start >= name and not bound:
                yield child

    def function(self, cursor, context):
        children = list(cursor.get_children())
        if not children or children[-1].kind != K.COMPOUND_STMT:
            return
        body = children[-1]
        if self.code[body.extent.start.offset:][:1] != b"{":
            return  # = default
        head = self.blank[cursor.extent.start.offset:body.extent.start.offset]
        words = re.findall(rb"[A-Za-z_]+", head)
        if b"consteval" in words:
            return
        parent = cursor.semantic_parent
        name = cursor.spelling
        if parent is not None and parent.kind in (K.STRUCT_DECL, K.CLASS_DECL, K.CLASS_TEMPLATE):
            name = f"{parent.spelling}::{name}"
        result = cursor.result_type.get_canonical()
        inner = context.but(function=name, constexpr=b"constexpr" in words, table=None)
        self.body(body, inner, result if b"auto" not in words or b"->" in head else None,
                  cursor.kind in (K.CONSTRUCTOR, K.DESTRUCTOR))
        if cursor.kind == K.CONSTRUCTOR:
            for child in children:
                if child.kind.is_expression() and ")" in self.code[
                        cursor.extent.start.offset:child.extent.start.offset].decode(
                            errors="replace"):
                    self.expression(child, inner)

    def body(self, body, context, result, void=False):
        statements = list(body.get_children())
        last = self.text(statements[-1]) if statements else ""
        void = void or (result is not None and (result.kind == TypeKind.VOID or re.search(
            r"awaitable<void\b", result.spelling) is not None))
        if result is not None and (result.kind in (
                TypeKind.VOID, TypeKind.LVALUEREFERENCE, TypeKind.RVALUEREFERENCE, TypeKind.BOOL)
                or void):
            result = None
        ends = re.match(r"(co_)?return\b|throw\b", last) is not None
        inner = context.but(result=result, can_fall=void or ends)
        for statement in statements:
            self.statement(statement, inner, not ends or statement != statements[-1])

    def variable(self, cursor, context):
        start, name = cursor.extent.start.offset, cursor.location.offset
        head = self.blank[start:name]
        if b"constinit" in head:
            return
        word = re.search(rb"\bconstexpr\b", head)
        if not word:
            for child in self.initializers(cursor):
                self.expression(child, context)
            return
        parts = list(self.initializers(cursor))
        if not parts or self.is_constant(cursor) or context.constexpr:
            return
        parent = cursor.semantic_parent.kind
        local = parent in FUNCTIONS or parent == K.UNEXPOSED_DECL
        # GCC takes a priority only for a class that is written out.
        written = head[word.end():]
        record = type_of(cursor).kind == TypeKind.RECORD and b"auto" not in written and (
            b"<" in written or "<" not in type_of(cursor).spelling)
        if parent in (K.STRUCT_DECL, K.CLASS_DECL):
            replacement = b"inline const"
        elif parent in (K.NAMESPACE, K.TRANSLATION_UNIT) and record:
            replacement = b"__attribute__((init_priority(200))) const"
        elif local or parent in (K.NAMESPACE, K.TRANSLATION_UNIT):
            replacement = b"const"
        else:
            return
        table = t.Table(cursor.spelling, start + word.start(), start + word.end(), replacement)
        self.source.tables.append(table)
        inner = context.but(table=table, function=context.function or cursor.spelling)
        for child in parts:
            self.expression(child, inner)

    @staticmethod
    def is_constant(cursor):
        """A constexpr variable that is mutated where it is used."""
        kind = type_of(cursor)
        return arithmetic(kind.kind) or kind.kind == TypeKind.ENUM or (
            "chrono::duration<" in kind.spelling and "std::array<" not in kind.spelling)


def options():
    return TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
