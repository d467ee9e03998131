# SPDX-License-Identifier: Apache-2.0
"""The one module that touches the standard library's regular-expression parser.

`parse` turns a pattern over bytes into a small tree in which flags, case folding and
categories are resolved already: what is left are sets of byte values, conditions,
sequences, choices and repeats.  Case folding is that of `re` on bytes: ASCII letters only.
"""

from __future__ import annotations

import importlib
import re
import string
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundstop.errors import GroundstopError
from groundstop.targets.channel.patterns.program import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["ALL_BYTES", "Assert", "Choice", "Node", "PatternError", "Repeat", "Set", "parse"]


class PatternError(GroundstopError):
    """A pattern that no program can say, or no regular expression at all; gives the reason."""


@dataclass(frozen=True, slots=True)
class Set:
    """Consume one byte; bit *b* of `members` says whether byte value *b* is one of them."""

    members: int


@dataclass(frozen=True, slots=True)
class Assert:
    """Consume nothing; go on only where the condition holds."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of the branches, each a sequence."""

    branches: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`body`, a sequence, at least `low` and at most `high` times (None: without end)."""

    body: tuple[Node, ...]
    low: int
    high: int | None


Node = Set | Assert | Choice | Repeat

ALL_BYTES = (1 << 256) - 1

_parser: Any = importlib.import_module("re._parser")  # 3.11 to 3.14 agree on its tree


def parse(pattern: bytes) -> tuple[Node, ...]:
    """Return the sequence of nodes that `re` sees in `pattern`; raise PatternError."""
    _refuse_posix(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = _parser.parse(pattern)
        return _sequence(tree, tree.state.flags)
    except re.error as error:
        hint = ": a group gets a name as (?P<name>...)" if "extension ?<" in error.msg else ""
        raise PatternError(f"is not a regular expression: {error}{hint}") from error
    except Warning as warning:
        raise PatternError(_ambiguous(str(warning), pattern)) from None
    except RecursionError:
        raise PatternError("is nested too deep") from None
    except (OverflowError, ValueError) as error:
        raise PatternError(f"is not a regular expression: {error}") from error


# What POSIX and Perl know by name; inside of [...], and for bytes.
_POSIX: Mapping[str, str] = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}
_POSIX_CLASS = re.compile(rb"(?<!\\)(?:\\\\)*(\[([:.=])(\^?)(\w+)\2\])")


def _refuse_posix(pattern: bytes) -> None:
    """Refuse `[:alpha:]`, which `re` takes for a set of a colon and four letters."""
    found = _POSIX_CLASS.search(pattern)
    if found is None:
        return
    written, name = found[1].decode("latin-1"), found[4].decode("latin-1")
    same = _POSIX.get(name) if found[2] == b":" else None
    if same is None:
        raise PatternError(f"has {written}: names in sets do not exist here, write the characters")
    if found[3]:
        raise PatternError(
            f"has {written}: names in sets do not exist here, write [^{same}] as a set of its own"
        )
    raise PatternError(
        f"has {written}: names in sets do not exist here, write {same} in the place of {written}, "
        f"and [{same}] where it stands alone"
    )


def _ambiguous(warning: str, pattern: bytes) -> str:
    """Say what to write for something in a set that Python may take for more one day."""
    found = re.search(r"at position (\d+)", warning)
    at = int(found[1]) if found else 0
    sign = pattern[at : at + 1].decode("latin-1") or "["
    what = "a set in a set does not exist" if sign == "[" else "sets cannot be computed"
    return (
        f"has {sign} in a set at position {at}: {what} here; "
        f"write \\{sign} if the character is meant"
    )


def _members(values: Iterable[int]) -> int:
    return sum(1 << value for value in set(values))


_DIGITS = _members(string.digits.encode())
_SPACES = _members(b" \t\n\r\f\v")
_WORDS = _members((string.ascii_letters + string.digits + "_").encode())
_NEWLINE = 1 << ord("\n")
_UPPER = _members(string.ascii_uppercase.encode())
_CASE_DISTANCE = ord("a") - ord("A")

_CATEGORIES: Mapping[str, int] = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": ALL_BYTES & ~_DIGITS,
    "CATEGORY_SPACE": _SPACES,
    "CATEGORY_NOT_SPACE": ALL_BYTES & ~_SPACES,
    "CATEGORY_WORD": _WORDS,
    "CATEGORY_NOT_WORD": ALL_BYTES & ~_WORDS,
}

_CONDITIONS: Mapping[str, Condition] = {
    "AT_BEGINNING_STRING": Condition.START,
    "AT_END_STRING": Condition.END,
    "AT_BOUNDARY": Condition.WORD_BOUNDARY,
    "AT_NON_BOUNDARY": Condition.NO_WORD_BOUNDARY,
}

_REFUSED: Mapping[str, str] = {
    "GROUPREF": "a back-reference",
    "GROUPREF_EXISTS": "a condition on a group",
    "ASSERT": "a look-around assertion",
    "ASSERT_NOT": "a look-around assertion",
    "FAILURE": "a look-around assertion",  # what later parsers make of `(?!)`
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive repeat",
}


def _sequence(tree: Iterable[tuple[Any, Any]], flags: int) -> tuple[Node, ...]:
    """Convert one of the parser's sequences; groups become part of the sequence around them."""
    if flags & re.LOCALE:
        raise PatternError("uses the LOCALE flag, whose meaning depends on the machine")
    nodes: list[Node] = []
    for op, argument in tree:
        if reason := _REFUSED.get(op.name):
            raise PatternError(f"uses {reason}, which no program in linear time can run")
        if op.name == "SUBPATTERN":
            _group, added, removed, body = argument
            nodes.extend(_sequence(body, (flags | added) & ~removed))
        else:
            nodes.append(_CONVERSIONS[op.name](argument, flags))
    return tuple(nodes)


def _folded(members: int, flags: int) -> int:
    """Close a set under ASCII case where the flags ask for it."""
    if not flags & re.IGNORECASE:
        return members
    lower = _UPPER << _CASE_DISTANCE
    return members | (members & _UPPER) << _CASE_DISTANCE | (members & lower) >> _CASE_DISTANCE


def _literal(value: int, flags: int) -> Node:
    return Set(_folded(1 << value, flags))


def _not_literal(value: int, flags: int) -> Node:
    return Set(ALL_BYTES & ~_folded(1 << value, flags))


def _any(_argument: None, flags: int) -> Node:
    return Set(ALL_BYTES if flags & re.DOTALL else ALL_BYTES & ~_NEWLINE)


def _class(items: Iterable[tuple[Any, Any]], flags: int) -> Node:
    """Fold first, negate last: `(?i)[^a]` excludes both `a` and `A`."""
    members = 0
    negated = False
    for op, argument in items:
        match op.name:
            case "NEGATE":
                negated = True
            case "LITERAL":
                members |= 1 << argument
            case "RANGE":
                low, high = argument
                members |= (1 << high + 1) - (1 << low)
            case _:
                members |= _CATEGORIES[argument.name]
    members = _folded(members, flags)
    return Set(ALL_BYTES & ~members if negated else members)


def _at(condition: Any, flags: int) -> Node:  # noqa: ANN401 - a constant of an untyped module
    match condition.name:
        case "AT_BEGINNING":
            return Assert(Condition.LINE_START if flags & re.MULTILINE else Condition.START)
        case "AT_END":
            return Assert(Condition.LINE_END if flags & re.MULTILINE else Condition.LAST_LINE_END)
        case name:
            return Assert(_CONDITIONS[name])


def _branch(argument: tuple[None, Iterable[Any]], flags: int) -> Node:
    return Choice(tuple(_sequence(branch, flags) for branch in argument[1]))


def _repeat(argument: tuple[int, int, Any], flags: int) -> Node:
    low, high, body = argument
    return Repeat(
        _sequence(body, flags), int(low), None if high is _parser.MAXREPEAT else int(high)
    )


_CONVERSIONS: Mapping[str, Callable[[Any, int], Node]] = {
    "LITERAL": _literal,
    "NOT_LITERAL": _not_literal,
    "ANY": _any,
    "IN": _class,
    "AT": _at,
    "BRANCH": _branch,
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,  # lazy or greedy: a set of positions prefers nothing
}
