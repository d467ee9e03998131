# SPDX-License-Identifier: Apache-2.0
"""The type of an entry point, as far as the debug information of a library tells it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import TargetError, ToolError
from groundstop.toolchain import find_llvm_tool

__all__ = ["check_signature"]

# An entry as llvm-dwarfdump prints it: two more spaces a level, then its attributes.
_ENTRY = re.compile(
    r"^0x[0-9a-f]+: (?P<indent> *)DW_TAG_(?P<tag>\w+)\n(?P<attributes>(?:^ .*\n?)*)", re.MULTILINE
)
_TYPE = re.compile(r'DW_AT_type\s+\(0x[0-9a-f]+ "(.+)"\)')
_NUMBER = re.compile(
    r"(const )?((un)?signed |long )*(char|short|int|long|float|double|_Bool|bool|u?int\d+_t|size_t)"
)
_FRACTION = re.compile(r"(const )?(long )?(float|double)")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the debug information; depth 0 is one that was asked for by its name."""

    depth: int
    tag: str
    attributes: str

    @property
    def type(self) -> str:
        """The name of its type, as in C."""
        found = _TYPE.search(self.attributes)
        return found[1] if found else "void"


def check_signature(library: Path, entry: str) -> None:
    """Raise TargetError if `entry` cannot be called as `int f(const uint8_t *, size_t)`.

    Only what no caller could get right counts: other pointers and integers work.  A library
    without debug information tells nothing, nor does one whose functions of this name differ.
    """
    try:
        run = subprocess.run(
            [find_llvm_tool("llvm-dwarfdump"), f"--name={entry}", "--show-children", str(library)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except ToolError:
        return
    wrong = {_wrong(function) for function in _functions(_entries(run.stdout))}
    if wrong and all(wrong):
        raise TargetError(
            f"{library.name}: {entry} is `{min(wrong)}`, which is no entry point: it must be "
            f"`int {entry}(const uint8_t *data, size_t size)`"
        )


def _entries(text: str) -> list[_Entry]:
    return [
        _Entry(len(found["indent"]) // 2, found["tag"], found["attributes"])
        for found in _ENTRY.finditer(text)
    ]


def _functions(entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    """Yield each exported function of that name that is defined, then its own children.

    What is nested deeper (local classes, lambdas, blocks, what is inlined) has parameters of
    its own.  One whose declaration is elsewhere has no name here, and no types: no telling.
    """
    for at, entry in enumerate(entries):
        if entry.depth or entry.tag != "subprogram":
            continue
        named = all(f"DW_AT_{each}\t" in entry.attributes for each in ("name", "external"))
        # Where every call is inlined the types are with the function that has no address.
        defined = re.search(r"DW_AT_(low_pc|ranges|inline)\t", entry.attributes)
        if named and defined and "DW_AT_linkage_name" not in entry.attributes:
            end = next((i for i in range(at + 1, len(entries)) if not entries[i].depth), None)
            yield [entry, *(each for each in entries[at + 1 : end] if each.depth == 1)]


def _wrong(function: Sequence[_Entry]) -> str:
    """Return the type of a function where it does not fit, else nothing."""
    returned = function[0].type
    taken = [child.type for child in function[1:] if child.tag == "formal_parameter"]
    fits = (
        len(taken) == 2  # noqa: PLR2004  (data and size)
        and not _NUMBER.fullmatch(taken[0])
        and "*" not in taken[1]
        and not _FRACTION.fullmatch(taken[1])
        and returned != "void"
        and "*" not in returned
        and not _FRACTION.fullmatch(returned)
    )
    return "" if fits else f"{returned} ({', '.join(taken) or 'void'})"
