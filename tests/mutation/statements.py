# SPDX-License-Identifier: LGPL-2.1-or-later
"""Statements that are not there, conditions that are always or never true, what is not returned."""
import re

from clang.cindex import CursorKind as K, TypeKind

from cursors import bare, type_of

NOTHING = re.compile(r"(std::)?nullopt|nullptr|\{\}|\"\"|0U?|false|true|[\w:<>, ]+(\(\)|\{\})")
# Calls whose absence nobody can see.
NO_EFFECT = re.compile(rb"[\w.>-]*\b(reserve|shrink_to_fit)\(|static_cast<void>\(\w+\)")


class Statements:
    """A part of points.Walk."""

    def statement(self, cursor, context, removable=False, last=""):
        kind = cursor.kind
        if kind == K.NULL_STMT:
            return
        if removable:
            self.remove(cursor, context, last)
        handler = {
            K.COMPOUND_STMT: self.compound, K.IF_STMT: self.branch, K.WHILE_STMT: self.loop,
            K.DO_STMT: self.do_loop, K.FOR_STMT: self.for_loop, K.CXX_FOR_RANGE_STMT: self.range,
            K.SWITCH_STMT: self.switch_statement, K.RETURN_STMT: self.returned,
            K.CXX_TRY_STMT: self.children, K.CXX_CATCH_STMT: self.caught,
        }.get(kind)
        if handler:
            handler(cursor, context.but(last=last))
        elif kind in (K.CASE_STMT, K.DEFAULT_STMT):
            parts = list(cursor.get_children())
            if parts:
                self.statement(parts[-1], context, True, last)
        elif kind == K.DECL_STMT:
            for child in cursor.get_children():
                self.declaration(child, context)
        elif re.match(r"co_return\b", self.text(cursor)):
            self.returned(cursor, context)
        elif kind.is_expression():
            self.expression(cursor, context)

    def compound(self, cursor, context):
        parts = list(cursor.get_children())
        for part in parts:
            self.statement(part, context, True, context.last if part == parts[-1] else "")

    def nested(self, cursor, context, last):
        """The body of an `if` or a loop; `last` as of `remove`."""
        if cursor.kind == K.COMPOUND_STMT:
            self.compound(cursor, context.but(last=last))
        else:
            self.statement(cursor, context, True, last)

    def children(self, cursor, context):
        for child in cursor.get_children():
            self.statement(child, context)

    def caught(self, cursor, context):
        for child in cursor.get_children():
            if child.kind == K.COMPOUND_STMT:
                self.statement(child, context)

    def remove(self, cursor, context, last):
        """A statement that is not there. `last`: of what it is the end, "loop" or "switch"."""
        inner = cursor if cursor.kind != K.UNEXPOSED_EXPR else bare(cursor)
        kind, words = inner.kind, self.text(cursor)
        if kind in (K.BREAK_STMT, K.CONTINUE_STMT):
            wanted = last != ("switch" if kind == K.BREAK_STMT else "loop")
        elif kind == K.RETURN_STMT or re.match(r"co_return\b", words):
            wanted = context.can_fall
        elif kind == K.CXX_THROW_EXPR:
            wanted = context.can_fall
        elif kind == K.CXX_FOR_RANGE_STMT:
            start, end = self.span(cursor)
            made = self.mutant(context, "statement", start, end, "",
                               words.split("{")[0].strip().replace("\n", " "))
            if made:
                self.wrap(start, end, [b"{ if (!", self.switch(context, made), b") { "], [b" } }"])
            return
        elif kind == K.BINARY_OPERATOR:
            sides = list(inner.get_children())
            wanted = len(sides) == 2 and self.between(*sides) == "="
        else:
            wanted = kind in (K.CALL_EXPR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.UNARY_OPERATOR,
                              K.CXX_STATIC_CAST_EXPR) or words.startswith("co_await")
        span = self.statement_span(cursor)
        if not wanted or span is None or NO_EFFECT.match(self.code, span[0]):
            return
        made = self.mutant(context, "statement", *span, "")
        if made:
            self.wrap(*span, [b"{ if (!", self.switch(context, made), b") { "], [b" } }"])

    def branch(self, cursor, context):
        parts = list(cursor.get_children())
        constant = re.match(r"if\s+constexpr\b", self.text(cursor)) is not None
        declared = None
        initial = bool(parts) and parts[0].kind in (K.DECL_STMT, K.NULL_STMT)
        if initial:
            self.statement(parts.pop(0), context)
        if parts and parts[0].kind == K.VAR_DECL:
            declared = parts.pop(0)
            self.declaration(declared, context)
        condition, *bodies = parts
        if declared is not None:
            self.force_declared(context, declared, initial)
        elif not constant:
            self.force(context, condition)
        for body in bodies:
            self.nested(body, context, context.last)

    def force_declared(self, context, declared, initial):
        """if (auto x = f()): the declaration becomes what is done before the condition."""
        end = declared.extent.end.offset
        if initial or not declared.spelling:
            return
        start, name = declared.extent.start.offset, declared.spelling
        true = self.mutant(context, "condition", start, end, f"{self.one(declared)}; true")
        false = self.mutant(context, "condition", start, end, f"{self.one(declared)}; false")
        if true and false:
            self.wrap(end, end, [b"; (", self.switch(context, true), b" || (!",
                                 self.switch(context, false),
                                 b" && static_cast<bool>(" + name.encode() + b")))"], [])

    def loop(self, cursor, context):
        parts = list(cursor.get_children())
        if parts[0].kind != K.VAR_DECL:
            self.force(context, parts[0], both=False)
        else:
            self.declaration(parts[0], context)
        self.nested(parts[-1], context, "loop")

    def do_loop(self, cursor, context):
        body, condition = list(cursor.get_children())
        self.nested(body, context, "loop")
        self.force(context, condition, both=False)

    def for_loop(self, cursor, context):
        """Any part of the head may be missing: the semicolons tell which."""
        parts = list(cursor.get_children())
        body = parts.pop()
        head = self.blank[cursor.extent.start.offset:body.extent.start.offset]
        depth, ends = 0, []
        for index, character in enumerate(head):
            depth += {40: 1, 91: 1, 123: 1, 41: -1, 93: -1, 125: -1}.get(character, 0)
            if character == 59 and depth == 1:
                ends.append(cursor.extent.start.offset + index)
        for part in parts:
            at = part.extent.start.offset
            if len(ends) == 2 and ends[0] < at < ends[1]:
                self.force(context, part, both=False)
            elif at < (ends[0] if ends else 0):
                self.statement(part, context)
        self.nested(body, context, "loop")

    def range(self, cursor, context):
        parts = list(cursor.get_children())
        for part in parts[:-1]:
            if part.kind.is_expression():
                self.expression(part, context)
        self.nested(parts[-1], context, "loop")

    def switch_statement(self, cursor, context):
        parts = list(cursor.get_children())
        for part in parts[:-1]:
            if part.kind.is_expression():
                self.expression(part, context)
            else:
                self.statement(part, context)
        self.nested(parts[-1], context, "switch")

    def returned(self, cursor, context):
        parts = list(cursor.get_children())
        if not parts:
            return
        value = parts[0]
        inner = bare(value)
        if type_of(inner).kind == TypeKind.BOOL:
            self.force(context, value)
            return
        span = self.statement_span(cursor)
        words = self.one(value)
        is_enumerator = (inner.kind == K.DECL_REF_EXPR and inner.referenced is not None
                         and inner.referenced.kind == K.ENUM_CONSTANT_DECL)
        if context.result is not None and span and not NOTHING.fullmatch(words) \
                and not is_enumerator and inner.kind not in (K.INTEGER_LITERAL, K.LAMBDA_EXPR):
            made = self.mutant(context, "return", value.extent.start.offset,
                               value.extent.end.offset, "{}")
            if made:
                word = re.match(r"(co_)?return", self.text(cursor))[0].encode()
                self.wrap(*span, [b"{ if (", self.switch(context, made),
                                  b") " + word + b" {}; "], [b" }"])
        self.expression(value, context)
