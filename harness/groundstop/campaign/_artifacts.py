# SPDX-License-Identifier: Apache-2.0
"""The findings that a campaign's processes have stored."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from groundstop.artifacts import BROKEN, is_cut, kind_of
from groundstop.campaign._output import Report
from groundstop.campaign._progress import Artifact
from groundstop.files import make_folder, write_atomically

__all__ = ["ArtifactFolder"]


class ArtifactFolder:
    """Watches the folder into which the inputs of findings are written.

    An input found before is written again and so counts for this campaign, too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path)
        self._before = self._written()
        self._summaries: dict[str, str] = {}

    def stamps(self) -> dict[str, int]:
        """Return when each input that ended a process was last written.

        Differs after every finding but that of a broken oracle, which ends nothing.
        """
        return {n: stamp for n, stamp in self._written().items() if kind_of(n) != BROKEN}

    def count(self) -> int:
        """How many inputs were stored since the start."""
        return len(self._new())

    def note(self, report: Report) -> None:
        """Write what was printed about a finding beside its input, as `<name>.report`.

        Anybody may have printed the name: only one that this campaign has stored gets a report.
        Raises InputError when it cannot be written.
        """
        path = report.artifact
        # By its name alone: a folder whose path needs quotes is printed by another one.
        if path is None or path.name not in self._new():
            return
        self._summaries[path.name] = report.summary
        text = "\n".join(report.lines) + "\n"
        write_atomically(self.path / f"{path.name}.report", text.encode(errors="replace"))

    def take_cut(self) -> list[str]:
        """Remove what was stored only in part since the start, and return its names."""
        cut = [name for name in sorted(self._new()) if is_cut(self.path / name)]
        for name in cut:
            (self.path / name).unlink(missing_ok=True)
        return cut

    def artifacts(self) -> tuple[Artifact, ...]:
        """Return the findings since the start, by name."""
        return tuple(self._artifact(name) for name in sorted(self._new()))

    def _artifact(self, name: str) -> Artifact:
        kind = kind_of(name) or ""
        report = self.path / f"{name}.report"
        oracle = self.path / f"{name}.oracle"
        if oracle.is_file():
            summary = oracle.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
            summary = f"broken oracle {summary}" if kind == BROKEN else summary
        else:
            summary = self._summaries.get(name, "")
        return Artifact(
            self.path / name,
            kind,
            summary,
            report if report.is_file() else oracle if oracle.is_file() else None,
        )

    def _new(self) -> set[str]:
        return {n for n, stamp in self._written().items() if self._before.get(n) != stamp}

    def _written(self) -> dict[str, int]:
        found: list[Path] = []
        # Where the folder has gone, whoever tries to write to it says so.
        with suppress(OSError):
            found = [path for path in self.path.iterdir() if kind_of(path.name)]
        written: dict[str, int] = {}
        for path in found:
            # One that another campaign removes meanwhile hides none of the others.
            with suppress(OSError):
                written[path.name] = path.stat().st_mtime_ns
        return written
