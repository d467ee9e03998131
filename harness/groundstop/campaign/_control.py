# SPDX-License-Identifier: Apache-2.0
"""The control file of libFuzzer's merge: what each file covered, and which killed the core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import CampaignError

__all__ = ["Control", "read_control"]


@dataclass(frozen=True, slots=True)
class Control:
    """What a merge has run, by file.

    `features` are numbers of libFuzzer's own, `edges` how many all files reach together,
    `died` the files that ended the process; one in none of them was not run.
    """

    files: tuple[Path, ...]
    features: dict[Path, frozenset[int]]
    edges: int
    died: tuple[Path, ...]

    def covered(self, files: Iterable[Path] | None = None) -> frozenset[int]:
        """Return the features of some files together, or of all."""
        wanted = self.features if files is None else files
        return frozenset().union(*(self.features[file] for file in wanted))


def read_control(path: Path) -> Control:
    """Read a control file; raise CampaignError when it is none.

    Two numbers come first (of files, and of those that were merged into), a line for each
    file's path, then for each file that was begun `STARTED <number> <size>`, and when it was
    done `FT <number> <features>` and `COV <number> <edges>`, those that no file before had.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
        begin = 2 + int(lines[0])
        files = tuple(Path(lines[number]) for number in range(2, begin))
        started: list[Path] = []
        features: dict[Path, frozenset[int]] = {}
        edges: set[str] = set()
        for word, number, rest in _marks(lines[begin:]):
            if word == "STARTED":
                started.append(files[number])
            elif word == "FT":
                features[files[number]] = frozenset(map(int, rest))
            elif word == "COV":
                edges.update(rest)
    except (OSError, ValueError, IndexError) as error:
        raise CampaignError(f"{path}: the merge left no control file to go by: {error}") from error
    died = tuple(dict.fromkeys(file for file in started if file not in features))
    return Control(files, features, len(edges), died)


def _marks(lines: Iterable[str]) -> Iterator[tuple[str, int, list[str]]]:
    for line in lines:
        word, *numbers = line.split() or [""]
        if numbers:
            yield word, int(numbers[0]), numbers[1:]
