# SPDX-License-Identifier: Apache-2.0
"""Where findings are kept.

    <state>/findings/<target>/<id>/input         the smallest input known to show it
    <state>/findings/<target>/<id>/report.txt    what was reported for that input
    <state>/findings/<target>/<id>/finding.json  the rest

A folder is made beside its final place and renamed: whoever is killed while saving, no
half-written finding is ever seen, and what is left over goes with the next save.  Saving
twice changes nothing; a smaller input replaces a larger one; a finding that was
reproduced replaces one that was not.  Any number of processes may save at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.findings._finding import Finding

_NEW = ".new-"
# A folder on its way out; its finding's name follows.
_OLD = ".old-"


@dataclass(frozen=True, slots=True)
class Stored:
    """A finding with its folder."""

    finding: Finding
    folder: Path

    @property
    def input(self) -> Path:
        """The file with the smallest input."""
        return self.folder / "input"

    @property
    def report(self) -> Path:
        """The file with the report."""
        return self.folder / "report.txt"


class FindingStore:
    """The findings of one target; see the module's docstring for what it promises."""

    def __init__(self, project: Project, target: str) -> None:
        self.folder = project.state / "findings" / target

    def save(self, finding: Finding, data: bytes, report: str) -> Stored:
        """Keep a finding; raise InputError when that cannot be written."""
        place = self.folder / finding.id
        try:
            with self._locked():
                known = self._read(place)
                if known is None or _better(finding, data, known):
                    self._write(place, finding, data, report)
        except OSError as error:
            raise InputError(f"{place}: cannot be written: {error.strerror}") from error
        return Stored(finding, place)

    def load(self, identifier: str) -> Stored | None:
        """Return a finding by its id; None when there is none such, or it is not readable."""
        return self._read(self.folder / identifier)

    def __iter__(self) -> Iterator[Stored]:
        """Yield all findings, by id."""
        if self.folder.is_dir():
            for path in sorted(self.folder.iterdir()):
                if not path.name.startswith(".") and (stored := self._read(path)):
                    yield stored

    def _write(self, place: Path, finding: Finding, data: bytes, report: str) -> None:
        new = Path(tempfile.mkdtemp(prefix=_NEW, dir=self.folder))
        new.chmod(0o755)
        (new / "input").write_bytes(data)
        (new / "report.txt").write_text(report, encoding="utf-8", errors="replace")
        text = json.dumps(finding.document(), indent=2, ensure_ascii=False)
        (new / "finding.json").write_text(text + "\n", encoding="utf-8")
        old = self.folder / f"{_OLD}{place.name}"
        if place.exists():
            place.rename(old)
        new.rename(place)
        shutil.rmtree(old, ignore_errors=True)

    def _read(self, place: Path) -> Stored | None:
        try:
            document = json.loads((place / "finding.json").read_text(encoding="utf-8"))
            stored = Stored(Finding.from_document(document), place)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        # Without its input it shows nothing, and would keep its place for ever.
        return stored if stored.input.is_file() else None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._recover()
            yield

    def _recover(self) -> None:
        """Finish or undo what a process that was killed had begun; nobody else has the lock."""
        for path in self.folder.glob(f"{_OLD}*"):
            place = self.folder / path.name.removeprefix(_OLD)
            if place.exists():
                shutil.rmtree(path)
            else:
                path.rename(place)
        for path in self.folder.glob(f"{_NEW}*"):
            shutil.rmtree(path)


def _better(finding: Finding, data: bytes, known: Stored) -> bool:
    if finding.reproduced != known.finding.reproduced:
        return finding.reproduced
    return len(data) < known.input.stat().st_size
