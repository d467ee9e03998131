# SPDX-License-Identifier: Apache-2.0
"""Units that a plain run has replaced by smaller ones, and that libFuzzer leaves behind.

Of a unit that it has read from the corpus it keeps the file, and the file of each smaller one
that takes its place after that: a corpus that is fuzzed again and again grows by thousands
of them.  Where the features of each unit go to a folder (`-features_dir`), a file there has
the name of the unit, and is renamed with each replacement: what has lost its name there was
replaced by a unit with the same features of its own.
"""

from __future__ import annotations

from pathlib import Path

from groundstop.files import is_unit_name

__all__ = ["ReplacedUnits", "unit_names"]


def unit_names(folder: Path) -> set[str]:
    """Return the names of the files in a corpus folder; none of one that is not there."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


class ReplacedUnits:
    """Follows the units in a run's folder `units` by their features in the folder `features`.

    `read` are the units that were read from elsewhere and have been replaced.  `removed` counts
    those of the run's own that were, and whose files are gone.
    """

    def __init__(self, units: Path, features: Path) -> None:
        self._units = units
        self._features = features
        self._known: set[str] = set()
        self.read: set[str] = set()
        self.removed = 0

    @property
    def flags(self) -> list[str]:
        """What libFuzzer must be told."""
        return [f"-features_dir={self._features}"]

    def note(self) -> None:
        """Take down which units have features now."""
        self._known |= unit_names(self._features)

    def settle(self) -> None:
        """Delete the files of the run's own units that were replaced, and note which others were.

        Not after a process that was killed: it may not have written the smaller one.
        """
        live = unit_names(self._features)
        own = unit_names(self._units)
        for name in own - live:
            if is_unit_name(name):
                (self._units / name).unlink(missing_ok=True)
                self.removed += 1
        self.read |= self._known - live - own
        self._known = live
