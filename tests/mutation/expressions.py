# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operators, literals, names: what is written in the place of an expression."""
import re

from clang.cindex import CursorKind as K, TypeKind

import text as t
from cursors import FUNCTIONS, arithmetic, bare, type_of

RELATIONAL = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<",
              "&": "|", "|": "&", "^": "|"}
COMPOUND = {key + "=": value + "=" for key, value in ARITHMETIC.items()}
CASTS = (K.CXX_STATIC_CAST_EXPR, K.CXX_REINTERPRET_CAST_EXPR, K.CXX_CONST_CAST_EXPR,
         K.CXX_DYNAMIC_CAST_EXPR, K.CSTYLE_CAST_EXPR)
UNEVALUATED = (K.CXX_UNARY_EXPR, K.CXX_TYPEID_EXPR, K.SIZE_OF_PACK_EXPR)


class Expressions:
    """A part of points.Walk."""

    def expression(self, cursor, context, forced=False):
        kind = cursor.kind
        if kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR):
            parts = list(cursor.get_children())
            for part in parts:
                self.expression(part, context, forced and len(parts) == 1)
            return
        if kind in UNEVALUATED or kind == K.STRING_LITERAL:
            return
        handler = {
            K.BINARY_OPERATOR: self.binary, K.COMPOUND_ASSIGNMENT_OPERATOR: self.binary,
            K.CALL_EXPR: self.call, K.MEMBER_REF_EXPR: self.member, K.DECL_REF_EXPR: self.named,
            K.UNARY_OPERATOR: self.unary, K.CONDITIONAL_OPERATOR: self.conditional,
            K.INTEGER_LITERAL: self.number, K.FLOATING_LITERAL: self.number,
            K.CXX_BOOL_LITERAL_EXPR: self.boolean, K.LAMBDA_EXPR: self.function_object,
        }.get(kind)
        if handler:
            handler(cursor, context, forced)
        elif kind in CASTS:
            parts = list(cursor.get_children())
            if parts:
                self.expression(parts[-1], context)
        elif kind == K.CXX_FUNCTIONAL_CAST_EXPR:
            parts = list(cursor.get_children())
            if parts and parts[-1].kind.is_expression():
                self.expression(parts[-1], context)
        else:
            inner = context.but(throws=True) if kind == K.CXX_THROW_EXPR else context
            for child in cursor.get_children():
                if child.kind.is_expression():
                    self.expression(child, inner)
                elif child.kind.is_statement():
                    self.statement(child, inner)

    def swapped(self, context, kind, cursor, left, right, operator):
        start, end = self.span(cursor)
        if b"co_await" in self.blank[start:end]:
            return
        mutated = b"%s %s %s" % (t.one_line(self.code[start:left.extent.end.offset]),
                                 operator.encode(),
                                 t.one_line(self.code[right.extent.start.offset:end]))
        self.instead(context, kind, cursor, mutated.decode(errors="replace"))

    def binary(self, cursor, context, forced):
        sides = list(cursor.get_children())
        if len(sides) != 2:
            return
        left, right = sides
        operator = self.between(left, right)
        if operator in ("&&", "||"):
            for side in sides:
                self.operand(side, context, operator)
            return
        numbers = all(arithmetic(type_of(side).kind) for side in sides)
        if operator in RELATIONAL and not (forced and operator in ("==", "!=")):
            self.swapped(context, "comparison", cursor, left, right, RELATIONAL[operator])
        elif operator in ARITHMETIC and numbers:
            self.swapped(context, "arithmetic", cursor, left, right, ARITHMETIC[operator])
        elif operator in COMPOUND and numbers:
            self.swapped(context, "arithmetic", cursor, left, right, COMPOUND[operator])
        for side in sides:
            self.expression(side, context)

    def operand(self, side, context, operator):
        start, end = self.span(side)
        if bare(side).kind != K.CXX_BOOL_LITERAL_EXPR and not context.throws \
                and b"co_await" not in self.blank[start:end]:
            made = self.mutant(context, "operand", start, end,
                               "true" if operator == "&&" else "false")
            if made:
                self.wrap(start, end,
                          [b"(", self.switch(context, made), b" || ("] if operator == "&&"
                          else [b"(!", self.switch(context, made), b" && ("], [b"))"])
        self.expression(side, context, forced=True)

    def call(self, cursor, context, forced):
        parts = list(cursor.get_children())
        if cursor.spelling.startswith("operator") and len(parts) == 3:
            left, _, right = parts
            operator = self.between(left, right)
            if operator in RELATIONAL and not (forced and operator in ("==", "!=")):
                self.swapped(context, "comparison", cursor, left, right, RELATIONAL[operator])
            self.expression(left, context)
            self.expression(right, context)
            return
        for part in parts:
            if part.kind.is_expression():
                self.expression(part, context)

    def neighbour(self, declaration, same):
        """The next declaration of this kind in its scope that is `same`, else the one before."""
        siblings = [child for child in declaration.semantic_parent.get_children()
                    if child.kind == declaration.kind]
        try:
            at = siblings.index(declaration)
        except ValueError:
            return None
        for candidate in siblings[at + 1:] + siblings[:at][::-1]:
            if candidate.spelling and same(candidate):
                return candidate.spelling
        return None

    def neighbour_field(self, field):
        if self.path_of(field).startswith("..") or field.is_bitfield():
            return None
        wanted = type_of(field).spelling
        return self.neighbour(field, lambda other: type_of(other).spelling == wanted
                              and not other.is_bitfield())

    def member(self, cursor, context, _forced):
        name = cursor.location.offset
        for child in cursor.get_children():
            if child.extent.start.offset < name and child.kind.is_expression():
                self.expression(child, context)
        field = cursor.referenced
        if field is None or field.kind != K.FIELD_DECL or context.throws:
            return
        other = self.neighbour_field(field)
        start, end = self.span(cursor)
        # GCC 12 dies of a braced list that is assigned to one of two, or forgets it.
        if re.match(rb"\s*=\s*\{", self.code[end:]):
            return
        if other and self.code[name:end] == field.spelling.encode():
            mutated = t.one_line(self.code[start:name]).decode(errors="replace") + other
            self.instead(context, "member", cursor, mutated)

    def replaced_name(self, cursor, name, other):
        words = self.one(cursor)
        return words[:-len(name)] + other if words.endswith(name) else None

    def named(self, cursor, context, _forced):
        target = cursor.referenced
        if "<" in self.text(cursor):
            self.instance(cursor, context)
            return
        if target is None or self.path_of(target).startswith(".."):
            return
        if target.kind == K.ENUM_CONSTANT_DECL:
            value = target.enum_value
            other = self.neighbour(target, lambda one: one.enum_value != value)
            mutated = self.replaced_name(cursor, target.spelling, other) if other else None
            if mutated:
                self.instead(context, "enumerator", cursor, mutated)
        elif target.kind == K.VAR_DECL and not context.throws:
            self.constant(cursor, target, context)

    def constant(self, cursor, target, context):
        """A constant of this room: one mutant for all its uses."""
        path = self.path_of(target)
        if path not in self.sources or not self.is_constant(target):
            return
        code = self.sources[path].code
        if b"constexpr" not in code[target.extent.start.offset:target.location.offset] or \
                type_of(target).kind == TypeKind.ENUM:
            return
        key = (path, target.location.offset)
        start, end = self.span(cursor)
        if (key, start) in self.source.seen or not self.written(start, end):
            return
        self.source.seen.add((key, start))
        made = self.constants.get(key)
        if made is None:
            lines = [match.end() for match in re.finditer(rb"\n", code)]
            at = target.extent
            made = t.Mutant(path, t.line_of([0] + lines, at.start.offset), context.function
                            if target.semantic_parent.kind in FUNCTIONS else "", "constant",
                            at.start.offset, at.end.offset,
                            t.one_line(code[at.start.offset:at.end.offset]).decode(), "+1")
            made.function = made.function or target.spelling
            made.constexpr = True
            self.constants[key] = made
        name = self.code[start:end]
        self.wrap(start, end, [b"(", t.Switch(made, "on"), b" ? ::haoh_mutation::more(" + name
                               + b") : ("], [b"))"])

    def instance(self, cursor, context):
        """f<&Type::member, 3>: the arguments of a function template."""
        words, start = self.text(cursor), cursor.extent.start.offset
        if words.startswith("std::") or context.throws:
            return
        for place, end, other in self.arguments(cursor):
            mutated = t.one_line(self.code[start:place] + other.encode()
                                 + self.code[end:cursor.extent.end.offset])
            self.instead(context, "template argument", cursor, mutated.decode(errors="replace"))

    def arguments(self, cursor):
        for child in cursor.get_children():
            if not child.kind.is_expression():
                continue
            start, end = self.span(child)
            inner = bare(child)
            target = inner.referenced
            if inner.kind == K.UNARY_OPERATOR:
                for part in inner.get_children():
                    field = part.referenced
                    if field is not None and field.kind == K.FIELD_DECL:
                        other = self.neighbour_field(field)
                        if other:
                            yield end - len(field.spelling.encode()), end, other
            elif inner.kind == K.INTEGER_LITERAL:
                yield start, end, f"{self.text(child)} + 1"
            elif inner.kind == K.DECL_REF_EXPR and "<" in self.text(inner):
                yield from self.arguments(inner)
            elif target is not None and target.kind == K.VAR_DECL and arithmetic(
                    type_of(target).kind):
                yield start, end, f"({self.text(child)} + 1)"

    def unary(self, cursor, context, forced):
        parts, words = list(cursor.get_children()), self.one(cursor)
        if len(parts) != 1:
            return
        part = parts[0]
        inner = self.one(part)
        if words.startswith("&") and part.kind == K.DECL_REF_EXPR:
            field = part.referenced
            if field is not None and field.kind == K.FIELD_DECL:
                other = self.neighbour_field(field)
                mutated = self.replaced_name(cursor, field.spelling, other) if other else None
                if mutated:
                    self.instead(context, "member", cursor, mutated)
                return
        elif words.startswith(("++", "--")) or words.endswith(("++", "--")):
            flipped = words.replace("++", "\0").replace("--", "++").replace("\0", "--")
            if arithmetic(type_of(part).kind):
                self.instead(context, "arithmetic", cursor, flipped)
        elif words.startswith(("-", "~")) and arithmetic(type_of(part).kind) \
                and part.kind not in (K.INTEGER_LITERAL, K.FLOATING_LITERAL):
            self.instead(context, "arithmetic", cursor, inner)
        elif words.startswith("!") and not words.startswith("!=") and not forced:
            self.instead(context, "condition", cursor, f"static_cast<bool>({inner})")
        self.expression(part, context, forced and words.startswith("!"))

    def conditional(self, cursor, context, _forced):
        parts = list(cursor.get_children())
        if len(parts) == 3:
            self.force(context, parts[0])
            parts = parts[1:]
        for part in parts:
            self.expression(part, context)

    def number(self, cursor, context, _forced):
        words = self.text(cursor)
        match = re.fullmatch(r"((?:0[xXbB])?[0-9a-fA-F']+(?:\.[0-9]*)?)([uUlLzZ]*|[a-z]{1,3})", words)
        if not match or context.throws:
            return
        if re.fullmatch(r"[a-z]{1,3}", match[2]) and not re.fullmatch(r"[uUlLzZ]+", match[2]):
            if not match[1].isdigit():
                return
            self.instead(context, "number", cursor, f"{int(match[1]) + 1}{match[2]}")
        else:
            self.instead(context, "number", cursor, f"{words} + 1")

    def boolean(self, cursor, context, _forced):
        self.instead(context, "number", cursor, "false" if self.text(cursor) == "true" else "true")

    def function_object(self, cursor, context, _forced):
        for child in cursor.get_children():
            if child.kind == K.COMPOUND_STMT:
                head = self.blank[cursor.extent.start.offset:child.extent.start.offset]
                void = not re.search(rb"\breturn\b",
                                     self.blank[child.extent.start.offset:child.extent.end.offset])
                result = cursor.type.get_canonical() if b"->" in head else None
                self.body(child, context.but(constexpr=context.constexpr, throws=False,
                                             table=context.table), result, void)
