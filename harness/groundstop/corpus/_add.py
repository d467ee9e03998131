# SPDX-License-Identifier: Apache-2.0
"""Put files into a corpus: as seeds, or as regressions with what is known of them.

Adding what is there changes nothing: the same bytes are not copied again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus._files import content_files
from groundstop.corpus._regressions import SIDECAR_SUFFIX, list_regressions
from groundstop.corpus._sidecar import write_sidecar
from groundstop.corpus._testcases import seeds, testcase
from groundstop.errors import GroundstopError, InputError
from groundstop.files import fitting_name, make_folder, read_input, write_atomically
from groundstop.model import Release
from groundstop.target import Target

__all__ = ["Added", "Known", "add_regressions", "add_seeds"]


@dataclass(frozen=True, slots=True)
class Known:
    """A file that is to be a regression, its `name` there, and what its sidecar will say."""

    path: Path
    name: str
    what: str
    oracle: str
    release: Release


@dataclass(frozen=True, slots=True)
class Added:
    """Where in the corpus a file is now: the input, or of a regression its sidecar.

    With `new` false it was there before, with the same bytes.
    """

    place: Path
    new: bool = True


def add_seeds(target: Target, project: Project, paths: Sequence[Path]) -> list[Added]:
    """Copy files to the target's seeds, all or none; return where each of them is.

    Raises InputError for one that cannot be read or written, is named as no content is or as
    what is there, is to the core what a seed, a regression or another of the files is, or would
    be something else to it there; SourceError for a text source that does not compile.
    """
    there = _there(project, target.name, paths, "seeds")
    files = [(path, path.name) for path in paths if path not in there]
    with _copied(target, project, files, "seeds") as places:
        made = dict(zip((path for path, _ in files), places, strict=True))
    return [Added(there[p], new=False) if p in there else Added(made[p]) for p in paths]


def add_regressions(target: Target, project: Project, known: Sequence[Known]) -> list[Added]:
    """Copy files to the target's regressions, all or none, each with its sidecar.

    Returns where the sidecars are.  Raises as `add_seeds`.
    """
    there = _there(project, target.name, [one.path for one in known], "regressions")
    others = [one for one in known if one.path not in there]
    files = [(one.path, _regression_name(one.name)) for one in others]
    made: dict[Path, Path] = {}
    with _copied(target, project, files, "regressions") as places:
        # After the inputs: a sidecar whose input is not there would stop every command.
        for one, place in zip(others, list(places), strict=True):
            made[one.path] = _sidecar(place)
            places.append(made[one.path])
            write_sidecar(
                made[one.path], place.name, what=one.what, oracle=one.oracle, release=one.release
            )
    return [
        Added(there[one.path], new=False) if one.path in there else Added(made[one.path])
        for one in known
    ]


def _there(
    project: Project, target_name: str, paths: Sequence[Path], folder: str
) -> dict[Path, Path]:
    """Return which of the files are in `folder` byte for byte, and what holds them there."""
    if folder == "seeds":
        held = [(path, path) for path in content_files(project.corpus_of(target_name) / folder)]
    else:
        held = [(known.path, known.sidecar) for known in list_regressions(target_name, project)]
    # By suffix, too: it says whether a file is text.
    present = {(path.suffix, read_input(path)): place for path, place in held}
    found = {path: present.get((path.suffix, read_input(path))) for path in paths}
    return {path: place for path, place in found.items() if place is not None}


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


def _regression_name(name: str) -> str:
    """Return a name that leaves room for the sidecar's, and that a sidecar can say."""
    stem, suffix = Path(name).stem, Path(name).suffix
    sidecar = fitting_name(stem, SIDECAR_SUFFIX, plain=not name.isprintable())
    return sidecar.removesuffix(SIDECAR_SUFFIX) + (suffix if suffix.isprintable() else "")


def _sidecar(place: Path) -> Path:
    return place.with_name(f"{place.stem}{SIDECAR_SUFFIX}")
