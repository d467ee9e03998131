# SPDX-License-Identifier: Apache-2.0
"""Put files into a corpus: as seeds, or as regressions with what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus._regressions import SIDECAR_SUFFIX, list_regressions
from groundstop.corpus._sidecar import write_sidecar
from groundstop.corpus._testcases import seeds, testcase
from groundstop.errors import GroundstopError, InputError
from groundstop.files import make_folder, read_input, write_atomically
from groundstop.model import Release
from groundstop.target import Target

__all__ = ["Known", "add_regressions", "add_seeds"]


@dataclass(frozen=True, slots=True)
class Known:
    """A file that is to be a regression, its `name` there, and what its sidecar will say."""

    path: Path
    name: str
    what: str
    oracle: str
    release: Release


def add_seeds(target: Target, project: Project, paths: Sequence[Path]) -> list[Path]:
    """Copy files to the target's seeds, all or none; return where they are.

    Raises InputError for one that cannot be read or written, is named as no content is or as
    what is there, is to the core what a seed, a regression or another of the files is, or would
    be something else to it there; SourceError for a text source that does not compile.
    """
    files = [(path, path.name) for path in paths]
    with _copied(target, project, files, "seeds") as places:
        return list(places)


def add_regressions(target: Target, project: Project, known: Sequence[Known]) -> list[Path]:
    """Copy files to the target's regressions, all or none, each with its sidecar.

    Returns the sidecars.  Raises as `add_seeds`.
    """
    files = [(one.path, one.name) for one in known]
    with _copied(target, project, files, "regressions") as places:
        # After the inputs: a sidecar whose input is not there would stop every command.
        for one, place in zip(known, list(places), strict=True):
            sidecar = _sidecar(place)
            places.append(sidecar)
            write_sidecar(
                sidecar, place.name, what=one.what, oracle=one.oracle, release=one.release
            )
        return places[len(known) :]


@contextmanager
def _copied(
    target: Target, project: Project, files: Sequence[tuple[Path, str]], folder: str
) -> Iterator[list[Path]]:
    """Copy files to `folder` under the names that go with them, and yield where they are.

    When something fails, then or meanwhile, all files in that list are removed.
    """
    checked = _check(target, project, files, folder)
    place = project.corpus_of(target.name) / folder
    make_folder(place)
    places: list[Path] = []
    try:
        for path, name in files:
            places.append(place / name)
            write_atomically(place / name, read_input(path))
        for (path, _), there, data in zip(files, places, checked, strict=True):
            _check_copy(target, project, path, there, data)
        yield places
    except BaseException:
        for written in places:
            with suppress(OSError):
                written.unlink(missing_ok=True)
        raise


def _check(
    target: Target, project: Project, files: Sequence[tuple[Path, str]], folder: str
) -> list[bytes]:
    """Check that each file can be added to `folder` under its name; return the testcases."""
    root = project.corpus_of(target.name)
    # Not what campaigns evolved: there may be much of it, and it comes and goes.
    present = {
        data: project.relative(root / "seeds" / name)
        for name, data in seeds(target, project).items()
    }
    for known in list_regressions(target.name, project):
        present[testcase(target, known.path)] = project.relative(known.path)
    names: dict[str, Path] = {}
    checked = []
    for path, name in files:
        # A content toolchain of a user may say less clearly what is wrong with the file itself.
        read_input(path)
        data = testcase(target, path)
        place = root / folder / name
        if name.startswith(".") or name == "README.md":
            raise InputError(f"{path}: a corpus takes no hidden file and no README.md: rename it")
        if name.endswith(SIDECAR_SUFFIX):
            raise InputError(f"{path}: is a sidecar: name the input that it is about")
        # Of a regression also what its sidecar is called.
        taken = [place, *([_sidecar(place)] if folder == "regressions" else [])]
        for other in taken:
            if other.exists():
                raise InputError(f"{path}: {project.relative(other)} is there already: rename it")
        if twin := names.get(_stem(name, folder)):
            raise InputError(f"{path}: would be called as {twin} is: rename one of them")
        if data in present:
            raise InputError(f"{path}: the core would get what it gets for {present[data]}")
        names[_stem(name, folder)] = path
        present[data] = project.relative(path)
        checked.append(data)
    return checked


def _check_copy(target: Target, project: Project, path: Path, copy: Path, data: bytes) -> None:
    """Raise InputError unless the copy is to the core what `path` was: a text may name others."""
    try:
        wrong = "" if testcase(target, copy) == data else "is something else to the core"
    except GroundstopError as error:
        wrong = f"cannot be compiled ({error})"
    if wrong:
        raise InputError(
            f"{path}: as {project.relative(copy)} it {wrong}: does it name files by paths from "
            "where it lies? Then put it there by hand and correct them; nothing was added"
        )


def _stem(name: str, folder: str) -> str:
    return Path(name).stem if folder == "regressions" else name


def _sidecar(place: Path) -> Path:
    return place.with_name(f"{place.stem}{SIDECAR_SUFFIX}")
