# SPDX-License-Identifier: Apache-2.0
"""Put function, file and line into stacks that name only module and offset."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from pathlib import Path, PurePath

from groundstop.errors import ToolError
from groundstop.toolchain import find_llvm_tool

# The shape of the runner's own stacks and of the sanitizers' unsymbolized ones.
_FRAME = re.compile(
    r"^ +#(?P<number>\d+) (?P<pc>0x[0-9a-f]+) +(?:in \S+ )?"
    r"\((?P<module>/.+?)\+(?P<offset>0x[0-9a-f]+)\)(?: \(BuildId: \w+\))?$",
    re.MULTILINE,
)
_SUMMARY = re.compile(r"^(SUMMARY: \w+: \S+)(?: .*)?$", re.MULTILINE)
_SECONDS = 60.0


def symbolized(report: str, symbolizer: str | None, core: Path) -> str:
    """Return `report` with every frame resolved that `symbolizer` (llvm-symbolizer) knows.

    A frame becomes `#n 0xpc in function file:line:column [module]`; inlined functions become
    frames of their own.  The summary names the topmost frame of `core`.  Without a
    symbolizer, or when it fails, the report is as it was.
    """
    if symbolizer is None:
        return report
    wanted: dict[str, list[str]] = defaultdict(list)
    for frame in _FRAME.finditer(report):
        wanted[frame["module"]].append(frame["offset"])
    known = {module: _resolve(symbolizer, module, offsets) for module, offsets in wanted.items()}
    inlined = 0
    where = ""

    def replace(frame: re.Match[str]) -> str:
        nonlocal inlined, where
        number = int(frame["number"])
        inlined = 0 if number == 0 else inlined
        places = known[frame["module"]].get(frame["offset"])
        if not places:
            return re.sub(r"#\d+", f"#{number + inlined}", frame[0], count=1)
        if frame["module"] == str(core) and not where:
            function, place = places[0]
            where = f"{place} in {function}"
        lines = []
        for i, (function, place) in enumerate(places, number + inlined):
            module = PurePath(frame["module"]).name
            lines.append(f"    #{i} {frame['pc']} in {function} {place} [{module}]")
        inlined += len(places) - 1
        return "\n".join(lines)

    text = _FRAME.sub(replace, report)
    return _SUMMARY.sub(lambda match: f"{match[1]} {where}", text) if where else text


def symbolize(report: str, core: Path) -> str:
    """Return a report of a campaign, whose processes name no function, as `symbolized` does."""
    try:
        return symbolized(report, find_llvm_tool("llvm-symbolizer"), core)
    except ToolError:
        return report


_Places = list[tuple[str, str]]
# By module, which a rebuild names anew: many inputs die in the same few places.
_known: dict[str, dict[str, _Places]] = {}


def _resolve(symbolizer: str, module: str, offsets: list[str]) -> dict[str, _Places]:
    """Return for each offset (function, file:line:column), innermost first."""
    known = _known.setdefault(module, {})
    wanted = [offset for offset in dict.fromkeys(offsets) if offset not in known]
    if not wanted:
        return known
    try:
        answer = subprocess.run(
            [symbolizer, f"--obj={module}", "--functions=linkage", "--inlines"],
            input="\n".join(wanted) + "\n",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return known
    blocks = answer.stdout.strip().split("\n\n")
    if len(blocks) == len(wanted):
        known |= {offset: _places(block) for offset, block in zip(wanted, blocks, strict=True)}
    return known


def _places(block: str) -> _Places:
    lines = block.split("\n")
    pairs = zip(lines[::2], lines[1::2], strict=False)
    return [(function, place) for function, place in pairs if not place.startswith("??")]
