# SPDX-License-Identifier: Apache-2.0
"""Where findings are kept.

    <state>/findings/<target>/<id>/input         the smallest input known to show it
    <state>/findings/<target>/<id>/report.txt    what was reported for that input
    <state>/findings/<target>/<id>/finding.json  the rest
    <state>/findings/<target>/<id>/minimized     what `groundstop minimize` made of it, if asked

A folder is made beside its final place and renamed: whoever is killed while saving, no
half-written finding is ever seen, and what is left over goes with the next save.  Saving
twice changes nothing; a smaller input replaces a larger one; a finding that was
reproduced replaces one that was not; when it was first found, and what was minimized, stay.
Any number of processes may save at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.files import read_text, write_atomically
from groundstop.findings._finding import Finding

_NEW = ".new-"
# A folder on its way out; its finding's name follows.
_OLD = ".old-"
_MINIMIZED = "minimized"


@dataclass(frozen=True, slots=True)
class Stored:
    """A finding with its folder; `found` is when it was first saved, where that is known."""

    finding: Finding
    folder: Path
    found: dt.datetime | None = None

    @property
    def input(self) -> Path:
        """The file with the smallest input."""
        return self.folder / "input"

    @property
    def minimized(self) -> Path:
        """The file for what minimizing the input came to; it need not be there."""
        return self.folder / _MINIMIZED

    @property
    def smallest(self) -> Path:
        """The smaller of the two files; where they are alike `minimized`, which is plainer."""
        with contextlib.suppress(OSError):
            if self.minimized.stat().st_size <= self.input.stat().st_size:
                return self.minimized
        return self.input

    @property
    def report(self) -> Path:
        """The file with the report."""
        return self.folder / "report.txt"


class FindingStore:
    """The findings of one target; see the module's docstring for what it promises."""

    def __init__(self, project: Project, target: str) -> None:
        self.folder = project.state / "findings" / target

    def save(self, finding: Finding, data: bytes, report: str) -> Stored:
        """Keep a finding, or what is kept of it where that is better; return which it is.

        Raises InputError when it cannot be written.
        """
        place = self.folder / finding.id
        try:
            with self._locked():
                known = self._read(place)
                found = known.found if known else dt.datetime.now(dt.UTC).replace(microsecond=0)
                if known is not None and not _better(finding, data, known):
                    return known
                stored = Stored(finding, place, found)
                self._write(stored, data, report)
        except OSError as error:
            raise InputError(f"{place}: cannot be written: {error.strerror}") from error
        return stored

    def keep_minimized(self, stored: Stored, data: bytes) -> Path:
        """Keep what minimizing a finding's input came to, unless what is there is smaller."""
        path = stored.minimized
        try:
            with self._locked():
                if not path.is_file() or len(data) < path.stat().st_size:
                    write_atomically(path, data)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from error
        return path

    def load(self, identifier: str) -> Stored | None:
        """Return a finding by its id; None when there is none such, or it is not readable."""
        return self._read(self.folder / identifier)

    def __iter__(self) -> Iterator[Stored]:
        """Yield all findings, by id."""
        if self.folder.is_dir():
            for path in sorted(self.folder.iterdir()):
                if not path.name.startswith(".") and (stored := self._read(path)):
                    yield stored

    def _write(self, stored: Stored, data: bytes, report: str) -> None:
        place = stored.folder
        new = Path(tempfile.mkdtemp(prefix=_NEW, dir=self.folder))
        new.chmod(0o755)
        (new / "input").write_bytes(data)
        (new / "report.txt").write_text(report, encoding="utf-8", errors="replace")
        document = stored.finding.document()
        if stored.found is not None:
            document["found"] = stored.found.isoformat()
        text = json.dumps(document, indent=2, ensure_ascii=False)
        (new / "finding.json").write_text(text + "\n", encoding="utf-8")
        if stored.minimized.is_file():
            shutil.copyfile(stored.minimized, new / _MINIMIZED)
        old = self.folder / f"{_OLD}{place.name}"
        if place.exists():
            place.rename(old)
        new.rename(place)
        shutil.rmtree(old, ignore_errors=True)

    def _read(self, place: Path) -> Stored | None:
        try:
            document = json.loads(read_text(place / "finding.json"))
            found = dt.datetime.fromisoformat(document["found"]) if "found" in document else None
            stored = Stored(Finding.from_document(document), place, found)
        except (InputError, ValueError, KeyError, TypeError, RecursionError):
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
