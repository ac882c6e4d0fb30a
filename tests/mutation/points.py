# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a source can be wrong: walks clang's AST of a translation unit and wraps what it finds.

Kinds of mutants: README.md. Nothing here knows the project but for what is left alone.
"""
import os
import re

from clang.cindex import CursorKind as K, TranslationUnit, TypeKind

import text as t

# Debian's binding does not know every kind that its libclang has.
for number in range(1, 720):
    try:
        K.from_id(number)
    except ValueError:
        K(number)

RELATIONAL = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<",
              "&": "|", "|": "&", "^": "|"}
COMPOUND = {key + "=": value + "=" for key, value in ARITHMETIC.items()}
FUNCTIONS = (K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.CONVERSION_FUNCTION,
             K.FUNCTION_TEMPLATE)
SCOPES = (K.NAMESPACE, K.LINKAGE_SPEC, K.UNEXPOSED_DECL, K.STRUCT_DECL, K.CLASS_DECL,
          K.CLASS_TEMPLATE, K.CLASS_TEMPLATE_PARTIAL_SPECIALIZATION, K.FRIEND_DECL)
CASTS = (K.CXX_STATIC_CAST_EXPR, K.CXX_REINTERPRET_CAST_EXPR, K.CXX_CONST_CAST_EXPR,
         K.CXX_DYNAMIC_CAST_EXPR, K.CSTYLE_CAST_EXPR)
UNEVALUATED = (K.CXX_UNARY_EXPR, K.CXX_TYPEID_EXPR, K.SIZE_OF_PACK_EXPR)
NOTHING = re.compile(r"(std::)?nullopt|nullptr|\{\}|\"\"|0U?|false|true|[\w:<>, ]+(\(\)|\{\})")
# Calls whose absence nobody can see.
NO_EFFECT = re.compile(rb"[\w.>-]*\b(reserve|shrink_to_fit)\(|static_cast<void>\(\w+\)")


class Context:
    def __init__(self, **values):
        self.function = ""
        self.constexpr = False  # the compiler may evaluate it
        self.table = None
        self.throws = False  # in what is thrown: texts for people
        self.result = None  # canonical type; None where `return {}` is not possible
        self.can_fall = False  # the function ends with a return of its own
        self.last = ""  # the end of what this statement is, as for `remove`
        self.__dict__.update(values)

    def but(self, **values):
        return Context(**{**self.__dict__, **values})


def arithmetic(kind):
    return TypeKind.BOOL.value <= kind.value <= TypeKind.LONGDOUBLE.value


def type_of(cursor):
    return cursor.type.get_canonical()


def bare(cursor):
    """Without implicit conversions and parentheses."""
    while cursor.kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR):
        children = list(cursor.get_children())
        if len(children) != 1:
            break
        cursor = children[0]
    return cursor


class Walk:
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

    def mutant(self, context, kind, start, end, mutated, original=None):
        """None where one cannot be or already is."""
        if start >= end or any(start < last and first < end
                               for first, last in self.macros.get(self.source.path, ())):
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

    # Statements.

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

    def one(self, cursor):
        start, end = self.span(cursor)
        return t.one_line(self.code[start:end]).decode(errors="replace")

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

    # Expressions.

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
        if (key, start) in self.source.seen:
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
        if context.table:
            # Its rows are not constants for its sake: another one must want that.
            made.tables = getattr(made, "tables", []) + [context.table]
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


def options():
    return TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
