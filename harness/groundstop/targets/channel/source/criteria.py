# SPDX-License-Identifier: Apache-2.0
"""Read the criteria of an instance: `[instance.match]`, by input name."""

from __future__ import annotations

from typing import Any

from groundstop.excerpt import fit_to_show
from groundstop.targets.channel.formats import CriterionKind, InputKind
from groundstop.targets.channel.patterns import PatternError, compile_pattern
from groundstop.targets.channel.source.document import Table, words
from groundstop.targets.channel.source.mistakes import FollowsError
from groundstop.targets.channel.source.model import CriterionText, TypeText
from groundstop.targets.channel.source.values import (
    MAX_NUMBER,
    MAX_TEXT,
    byte_string,
    input_index,
    is_integer,
    number,
)

__all__ = ["read_criteria"]

_FORMS = {member.name.lower(): member for member in CriterionKind}
_TEXT_KINDS = range(CriterionKind.EXACT, CriterionKind.GLOB + 1)  # those that know `nocase`


def read_criteria(match: Table, of: TypeText) -> tuple[CriterionText, ...]:
    """Return the criteria in the order of the type's inputs, whatever the order in the text."""
    criteria = []
    for name in match.values:
        with match.mistakes.noting():
            criteria.append(_criterion(match, name, of))
    return tuple(sorted(criteria, key=lambda criterion: criterion.input))


def _criterion(match: Table, name: str, of: TypeText) -> CriterionText:
    index = input_index(match, name, of)
    written = match.values[name]
    kind, value, nocase = _form(match, name, written)
    takes = of.inputs[index].kind
    needs = InputKind.INTEGER if kind is CriterionKind.RANGE else InputKind.BYTES
    if kind is not CriterionKind.ANY and needs is not takes:
        fitting = "an integer or { range = [low, high] }"
        if takes is InputKind.BYTES:
            fitting = "a string, prefix, suffix, substring, glob or pattern"
        raise match.error(
            f"{name} is an input of kind {takes.name.lower()}, which takes {fitting}", name
        )
    return CriterionText(match.document, (*match.at, name), index, kind, nocase, value)


def _form(match: Table, name: str, written: Any) -> tuple[CriterionKind, Any, bool]:  # noqa: ANN401 - any TOML
    """Return kind, value and nocase of what is written for one input."""
    if is_integer(written):
        return CriterionKind.RANGE, (number(match, name),) * 2, False
    if isinstance(written, str) or (isinstance(written, dict) and "hex" in written):
        return CriterionKind.EXACT, byte_string(match, name), False
    if not isinstance(written, dict):
        raise match.error(
            f"a criterion is a string, an integer or a table, not {words(written)}", name
        )
    table = match.table(name)
    table.close((*_FORMS, "nocase"))
    forms = [key for key in written if key in _FORMS]
    if not forms and written.keys() - {"nocase"}:
        raise FollowsError  # of an unknown key
    if len(forms) != 1:
        raise table.error(f"a criterion has exactly one of {', '.join(_FORMS)}")
    kind = _FORMS[forms[0]]
    value = _value(table, forms[0], kind)
    if kind is CriterionKind.EXACT and isinstance(value, tuple):
        kind = CriterionKind.RANGE
    return kind, value, _nocase(table, kind)


def _value(table: Table, form: str, kind: CriterionKind) -> bytes | tuple[int, int]:
    written = table.values[form]
    match kind:
        case CriterionKind.ANY:
            if written is not True:
                raise table.error("write `any = true`, or leave the input out", form)
            return b""
        case CriterionKind.RANGE:
            return _range(table)
        case CriterionKind.PATTERN:
            return _pattern(table)
        case CriterionKind.EXACT if is_integer(written):
            return (number(table, form),) * 2
        case _:
            return byte_string(table, form)


def _range(table: Table) -> tuple[int, int]:
    written = table.values["range"]
    if not isinstance(written, list) or len(written) != 2:  # noqa: PLR2004 - its two ends
        raise table.error("a range is written [low, high]", "range")
    for index, end in enumerate(written):
        if not is_integer(end) or not 0 <= end <= MAX_NUMBER:
            at = (*table.at, "range", index)
            raise table.document.error(f"must be an integer from 0 to {MAX_NUMBER}", at)
    low, high = written
    if low > high:
        raise table.error(f"the range is empty: {low} is over {high}", "range")
    return low, high


def _pattern(table: Table) -> bytes:
    pattern = table.string("pattern")
    if len(pattern) > MAX_TEXT:
        raise table.error(f"a pattern has at most {MAX_TEXT} characters", "pattern")
    if not pattern.isascii():
        character = next(each for each in pattern if not each.isascii())
        written = "".join(f"\\x{byte:02x}" for byte in character.encode())
        raise table.error(
            f"patterns work on bytes: write {fit_to_show(character)} as (?:{written}); "
            "in a set [...] it cannot stand, write a group of branches (?:...|...)",
            "pattern",
        )
    try:
        # Classes are numbered when the file is made: here only whether it can be said.
        compile_pattern(pattern.encode(), lambda _members: 0)
    except PatternError as error:
        raise table.error(f"pattern {error}", "pattern") from error
    return pattern.encode()


def _nocase(table: Table, kind: CriterionKind) -> bool:
    nocase = table.values.get("nocase", False)
    if not isinstance(nocase, bool):
        raise table.error(f"nocase must be true or false, not {words(nocase)}", "nocase")
    if nocase and kind not in _TEXT_KINDS:
        hint = ", which begins with (?i) instead" if kind is CriterionKind.PATTERN else ""
        raise table.error(
            f"leave nocase out: it means nothing for {kind.name.lower()}{hint}", "nocase"
        )
    return nocase
