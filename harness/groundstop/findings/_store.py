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

A folder that is named by an id, or holds a finding.json, is a finding.  One that is not as it
was written (edited by hand, cut short, a link to nowhere) is damaged: it is named, never
passed over.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import DamagedFindingError, InputError
from groundstop.files import read_input, read_text, write_atomically
from groundstop.findings._finding import Finding

_NEW = ".new-"
# A folder on its way out; its finding's name follows.
_OLD = ".old-"
_MINIMIZED = "minimized"
_DOCUMENT = "finding.json"
# The files of a finding.
STORED_FILES = ("input", _MINIMIZED, "report.txt", _DOCUMENT)
_ID = re.compile(r"[0-9a-f]{16}")


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
            if self.minimized.is_file() and (
                self.minimized.stat().st_size <= self.input.stat().st_size
            ):
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
        self._root = project.root

    def save(self, finding: Finding, data: bytes, report: str) -> Stored:
        """Keep a finding, or what is kept of it where that is better; return which it is.

        Raises InputError when it cannot be written.
        """
        place = self.folder / finding.id
        try:
            with self._locked():
                known = self._known(place)
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
        """Return a finding by its id, None when there is none such.

        Raises DamagedFindingError for one that is not as it was written.
        """
        self._recover_if_needed()
        place = self.folder / identifier
        return _read(place) if _is_finding(place) else None

    def __iter__(self) -> Iterator[Stored]:
        """Yield all findings that are not damaged, by id."""
        yield from (each for each in self.entries() if isinstance(each, Stored))

    def entries(self) -> Iterator[Stored | DamagedFindingError]:
        """Yield all findings by id, and for each damaged one the error that says so."""
        self._recover_if_needed()
        try:
            places = sorted(path for path in self.folder.iterdir() if _is_finding(path))
        except FileNotFoundError:
            if self.folder.is_symlink():
                yield DamagedFindingError(self.folder, "a link to nowhere")
            return
        except OSError as error:
            yield DamagedFindingError(self.folder, f"cannot be read: {error.strerror}")
            return
        for place in places:
            try:
                yield _read(place)
            except DamagedFindingError as error:
                yield error

    def _write(self, stored: Stored, data: bytes, report: str) -> None:
        place = stored.folder
        new = Path(tempfile.mkdtemp(prefix=_NEW, dir=self.folder))
        new.chmod(0o755)
        (new / "input").write_bytes(data)
        (new / "report.txt").write_text(report, encoding="utf-8", errors="replace")
        # From the root, wherever somebody stands now, and wherever the project is one day.
        document = stored.finding.relative_to(self._root).document()
        document["input_sha256"] = hashlib.sha256(data).hexdigest()
        if stored.found is not None:
            document["found"] = stored.found.isoformat()
        text = json.dumps(document, indent=2, ensure_ascii=False)
        (new / _DOCUMENT).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        if stored.minimized.is_file():
            shutil.copyfile(stored.minimized, new / _MINIMIZED)
        old = self.folder / f"{_OLD}{place.name}"
        if os.path.lexists(place):
            place.rename(old)
        new.rename(place)
        with contextlib.suppress(OSError):
            _remove(old)

    def _known(self, place: Path) -> Stored | None:
        """Return what is kept at a place; a damaged one is replaced as if nothing were there."""
        with contextlib.suppress(DamagedFindingError):
            return _read(place) if _is_finding(place) else None
        return None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._recover()
            yield

    def _recover_if_needed(self) -> None:
        """Bring back what a process that was killed had on its way out.

        Whoever may not write here sees what there is.
        """
        with contextlib.suppress(OSError):
            if any(path.name.startswith(_OLD) for path in self.folder.iterdir()):
                with self._locked():
                    pass

    def _recover(self) -> None:
        """Finish or undo what a process that was killed had begun; nobody else has the lock."""
        for path in self.folder.glob(f"{_OLD}*"):
            place = self.folder / path.name.removeprefix(_OLD)
            if os.path.lexists(place):
                _remove(path)
            else:
                path.rename(place)
        for path in self.folder.glob(f"{_NEW}*"):
            _remove(path)


def _is_finding(place: Path) -> bool:
    if place.name.startswith("."):
        return False
    is_named = _ID.fullmatch(place.name) is not None
    return os.path.lexists(place) if is_named else os.path.lexists(place / _DOCUMENT)


def _read(place: Path) -> Stored:
    try:
        return _checked(place)
    except DamagedFindingError:
        raise
    except KeyError as error:
        raise DamagedFindingError(place, f"{_DOCUMENT} has no {error.args[0]}") from error
    except (InputError, ValueError, TypeError, AttributeError, OverflowError) as error:
        why = str(error).removeprefix(f"{place}/")
        raise DamagedFindingError(place, why) from error
    except RecursionError as error:
        raise DamagedFindingError(place, f"{_DOCUMENT} is nested too deep") from error


def _checked(place: Path) -> Stored:
    if not place.is_dir():
        why = "a link to nowhere" if not place.exists() else "a file in place of a folder"
        raise DamagedFindingError(place, why)
    try:
        document = json.loads(read_text(place / _DOCUMENT))
    except ValueError as error:
        raise DamagedFindingError(place, f"{_DOCUMENT} is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise DamagedFindingError(place, f"{_DOCUMENT} is no table")
    finding = Finding.from_document(document).below(_root_of(place))
    if not place.name == document["id"] == finding.id:
        raise DamagedFindingError(
            place, f"{_DOCUMENT} is of the finding {finding.id}, and has the id {document['id']!r}"
        )
    if finding.target != place.parent.name:
        raise DamagedFindingError(place, f"{_DOCUMENT} is of the target {finding.target!r}")
    found = None
    if "found" in document:
        # A year that another time zone does not have cannot be shown.
        found = dt.datetime.fromisoformat(document["found"]).astimezone(dt.UTC)
    data = read_input(place / "input")
    if hashlib.sha256(data).hexdigest() != document["input_sha256"]:
        raise DamagedFindingError(place, f"input is not the one that {_DOCUMENT} was written for")
    read_input(place / "report.txt")
    return Stored(finding, place, found)


def _root_of(place: Path) -> Path:
    """Return the project's root of a finding at `<root>/<state>/findings/<target>/<id>`."""
    return place.parents[3]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _better(finding: Finding, data: bytes, known: Stored) -> bool:
    if finding.reproduced != known.finding.reproduced:
        return finding.reproduced
    return len(data) < known.input.stat().st_size
