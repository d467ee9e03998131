# SPDX-License-Identifier: Apache-2.0
"""The type of an entry point, as far as the debug information of a library tells it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.errors import CoreError, TargetError
from groundstop.toolchain import opened_elf, read_elf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from elftools.dwarf.compileunit import CompileUnit
    from elftools.dwarf.die import DIE
    from elftools.dwarf.dwarfinfo import DWARFInfo

__all__ = ["check_signature"]

# Bytes of debug information that are looked at, a second's worth.  A unit of C++ may have more:
# then nobody knows the type of what is in it.
_MOST_BYTES = 1 << 20
# Units, of which no more than the first entry is read.
_MOST_UNITS = 20_000
# Types that say something of another one.
_QUALIFIERS: dict[object, str] = {
    "DW_TAG_typedef": "",
    "DW_TAG_const_type": "const ",
    "DW_TAG_volatile_type": "volatile ",
    "DW_TAG_restrict_type": "",
    "DW_TAG_atomic_type": "",
}
_POINTERS: dict[object, str] = {
    "DW_TAG_pointer_type": " *",
    "DW_TAG_reference_type": " &",
    "DW_TAG_rvalue_reference_type": " &&",
    "DW_TAG_array_type": "[]",
}
_FLOAT = 4  # DW_ATE_float
_DEEPEST = 32


def check_signature(library: Path, entry: str) -> None:
    """Raise TargetError if `entry` cannot be called as `int f(const uint8_t *, size_t)`.

    Only what no caller could get right counts: other pointers and integers work.  A library
    without debug information tells nothing.
    """
    symbol = read_elf(library).exported.get(entry)
    if symbol is None:
        return
    try:
        seen = _wrong(library, symbol.value)
    except CoreError:
        # Debug information that cannot be read tells nothing, either.
        return
    if seen:
        raise TargetError(
            f"{library.name}: {entry} is `{seen}`, which is no entry point: it must be "
            f"`int {entry}(const uint8_t *data, size_t size)`"
        )


def _wrong(library: Path, address: int) -> str:
    """Return the type of the function at `address` where it does not fit, else nothing."""
    with opened_elf(library) as elf:
        if not elf.has_dwarf_info():
            return ""
        # Another file that this one names may lie anywhere.
        dwarf = elf.get_dwarf_info(follow_links=False)
        function = _function(dwarf, address)
        if function is None:
            return ""
        parameters = list(_parameters(function))
        taken = [_attribute(die, "DW_AT_type") for die in parameters]
        returned = _attribute(function, "DW_AT_type")
        fits = (
            len(taken) == 2  # noqa: PLR2004  (data and size)
            and _kind(taken[0]) in {"pointer", "unknown"}
            and _kind(taken[1]) in {"integer", "unknown"}
            and _kind(returned) in {"integer", "unknown"}
        )
        return "" if fits else f"{_text(returned)} ({', '.join(map(_text, taken)) or 'void'})"


def _function(dwarf: DWARFInfo, address: int) -> DIE | None:
    """Return what is known of the function that begins at `address`."""
    for unit in itertools.islice(dwarf.iter_CUs(), _MOST_UNITS):
        if unit["unit_length"] <= _MOST_BYTES and _covers(dwarf, unit, address):
            for die in _functions(unit.get_top_DIE()):
                low = die.attributes.get("DW_AT_low_pc")
                if low is not None and low.value == address:
                    return die
    return None


def _functions(above: DIE) -> Iterator[DIE]:
    for die in above.iter_children():
        if die.tag == "DW_TAG_subprogram":
            yield die
        elif die.tag == "DW_TAG_namespace":
            yield from _functions(die)


def _covers(dwarf: DWARFInfo, unit: CompileUnit, address: int) -> bool:
    """Return whether code of a unit may be at `address`."""
    attributes = unit.get_top_DIE().attributes
    ranges, low = attributes.get("DW_AT_ranges"), attributes.get("DW_AT_low_pc")
    if ranges is not None:
        base = low.value if low else 0
        lists: Any = dwarf.range_lists()
        for each in lists.get_range_list_at_offset(ranges.value, unit):
            if hasattr(each, "base_address"):
                base = each.base_address
            else:
                begin = 0 if each.is_absolute else base
                if begin + each.begin_offset <= address < begin + each.end_offset:
                    return True
        return False
    high = attributes.get("DW_AT_high_pc")
    if low is None or high is None:
        return False
    end = high.value if high.form == "DW_FORM_addr" else low.value + high.value
    return bool(low.value <= address < end)


def _parameters(function: DIE) -> Iterator[DIE]:
    """Yield the function's own parameters, not those of what is in it or inlined into it."""
    for die in _described(function):
        own = [child for child in die.iter_children() if child.tag == "DW_TAG_formal_parameter"]
        if own:
            yield from own
            return


def _described(die: DIE) -> Iterator[DIE]:
    """Yield an entry, and those that it completes: what it is an instance or the body of."""
    for _ in range(_DEEPEST):
        yield die
        for name in ("DW_AT_abstract_origin", "DW_AT_specification"):
            if name in die.attributes:
                die = die.get_DIE_from_attribute(name)
                break
        else:
            return


def _attribute(die: DIE, name: str) -> DIE | None:
    for each in _described(die):
        if name in each.attributes:
            return each.get_DIE_from_attribute(name)
    return None


def _kind(die: DIE | None) -> str:
    """Return what a type is to a caller: void, pointer, integer, float or unknown."""
    for _ in range(_DEEPEST):
        if die is None:
            return "void"
        if die.tag in _POINTERS:
            return "pointer"
        if die.tag == "DW_TAG_enumeration_type":
            return "integer"
        if die.tag == "DW_TAG_base_type":
            encoding = die.attributes.get("DW_AT_encoding")
            return "float" if encoding and encoding.value == _FLOAT else "integer"
        if die.tag not in _QUALIFIERS:
            return "unknown"
        die = _attribute(die, "DW_AT_type")
    return "unknown"


def _text(die: DIE | None) -> str:
    """Return a type as people write it."""
    after = ""
    for _ in range(_DEEPEST):
        if die is None:
            return f"void{after}"
        name = die.attributes.get("DW_AT_name")
        if name is not None:
            return f"{name.value.decode(errors='replace')}{after}"
        below = _attribute(die, "DW_AT_type")
        # Of a pointer that is const itself nobody needs to know that.
        if (before := _QUALIFIERS.get(die.tag)) and (below is None or below.tag not in _POINTERS):
            return f"{before}{_text(below)}{after}"
        after = f"{_POINTERS.get(die.tag, '')}{after}"
        die = below
    return f"…{after}"
