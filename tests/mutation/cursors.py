# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the walk knows of clang's cursors, and of where it is."""
from clang.cindex import CursorKind as K, TypeKind

# Debian's binding does not know every kind that its libclang has.
for number in range(1, 720):
    try:
        K.from_id(number)
    except ValueError:
        K(number)

FUNCTIONS = (K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.CONVERSION_FUNCTION,
             K.FUNCTION_TEMPLATE)


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
