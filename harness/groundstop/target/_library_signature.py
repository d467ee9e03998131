# SPDX-License-Identifier: Apache-2.0
"""The type of an entry point, as far as the debug information of a library tells it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from groundstop.errors import TargetError, ToolError
from groundstop.toolchain import find_llvm_tool

__all__ = ["check_signature"]

_FUNCTION = re.compile(
    r"^0x[0-9a-f]+: +DW_TAG_subprogram\n(?P<own>(?:^ .*\n?)*)(?P<below>(?:.*\n?)*)",
    re.MULTILINE,
)
# Three spaces: the function's own, not those of what is inlined into it.
_PARAMETER = re.compile(
    r"^0x[0-9a-f]+:   DW_TAG_formal_parameter\n(?P<own>(?:^ .*\n?)*)", re.MULTILINE
)
_TYPE = re.compile(r'DW_AT_type\s+\(0x[0-9a-f]+ "(.+)"\)')
_NUMBER = re.compile(
    r"(const )?((un)?signed |long )*(char|short|int|long|float|double|_Bool|bool|u?int\d+_t|size_t)"
)
_FRACTION = re.compile(r"(const )?(long )?(float|double)")


def check_signature(library: Path, entry: str) -> None:
    """Raise TargetError if `entry` cannot be called as `int f(const uint8_t *, size_t)`.

    Only what no caller could get right counts: other pointers and integers work.  A library
    without debug information tells nothing.
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
    for block in run.stdout.split("\n\n0x"):
        if "DW_TAG_subprogram" in block and "DW_AT_low_pc" in block:
            found = run.stdout[run.stdout.index(block) :]
            if seen := _wrong(found if found.startswith("0x") else f"0x{found}"):
                raise TargetError(
                    f"{library.name}: {entry} is `{seen}`, which is no entry point: it must be "
                    f"`int {entry}(const uint8_t *data, size_t size)`"
                )
            return


def _wrong(text: str) -> str:
    """Return the type of the first function in `text` where it does not fit, else nothing."""
    function = _FUNCTION.match(text)
    if function is None or "DW_AT_name" not in function["own"]:
        # Its declaration is elsewhere: no telling.
        return ""
    below = re.split(r"^0x[0-9a-f]+:   NULL$", function["below"], maxsplit=1, flags=re.MULTILINE)[0]
    if not below.lstrip("\n").startswith("0x") or "DW_TAG_subprogram" in below:
        below = ""
    returned = _type(function["own"])
    taken = [_type(parameter["own"]) for parameter in _PARAMETER.finditer(below)]
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


def _type(attributes: str) -> str:
    found = _TYPE.search(attributes)
    return found[1] if found else "void"
