# SPDX-License-Identifier: Apache-2.0
"""Put function, file and line into stacks that name only module and offset."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict

# The shape of the runner's own stacks and of the sanitizers' unsymbolized ones.
_FRAME = re.compile(
    r"^ +#\d+ (?P<pc>0x[0-9a-f]+) (?:in \S+ )?\((?P<module>/.+)\+(?P<offset>0x[0-9a-f]+)\)$"
)
_NUMBERED = re.compile(r"^ +#0 ")
_SECONDS = 60.0


def symbolized(report: str, symbolizer: str | None) -> str:
    """Return `report` with every frame resolved that `symbolizer` (llvm-symbolizer) knows.

    Inlined functions become frames of their own, and frames are numbered anew.  Without
    a symbolizer, or when it fails, the report comes back as it was.
    """
    lines = report.split("\n")
    frames = {i: match for i, line in enumerate(lines) if (match := _FRAME.match(line))}
    if symbolizer is None or not frames:
        return report
    by_module: dict[str, list[str]] = defaultdict(list)
    for match in frames.values():
        by_module[match["module"]].append(match["offset"])
    known = {
        (module, offset): places
        for module, offsets in by_module.items()
        for offset, places in _resolve(symbolizer, module, offsets).items()
    }
    result: list[str] = []
    number = 0
    for i, line in enumerate(lines):
        frame = frames.get(i)
        if frame is None:
            result.append(line)
            continue
        number = 0 if _NUMBERED.match(line) else number
        for place in known.get((frame["module"], frame["offset"])) or [_unknown(frame)]:
            result.append(f"    #{number} {frame['pc']} in {place}")
            number += 1
    return "\n".join(result)


def _unknown(frame: re.Match[str]) -> str:
    return f"?? ({frame['module']}+{frame['offset']})"


def _resolve(symbolizer: str, module: str, offsets: list[str]) -> dict[str, list[str]]:
    """Return for each offset `function file:line:column`, innermost first."""
    wanted = list(dict.fromkeys(offsets))
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
        return {}
    blocks = answer.stdout.strip().split("\n\n")
    if len(blocks) != len(wanted):
        return {}
    return {offset: _places(block) for offset, block in zip(wanted, blocks, strict=True)}


def _places(block: str) -> list[str]:
    lines = block.split("\n")
    pairs = zip(lines[::2], lines[1::2], strict=False)
    return [f"{function} {place}" for function, place in pairs if not place.startswith("??")]
