# SPDX-License-Identifier: Apache-2.0
"""Regressions: inputs that once showed a bug, with what is known of it beside them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from groundstop.config import Project
from groundstop.corpus._files import content_files
from groundstop.errors import GroundstopError, SourceError, SourceLocation
from groundstop.files import read_text, resolved
from groundstop.model import Release

SIDECAR_SUFFIX = ".finding.toml"

_Value = TypeVar("_Value", str, dt.date)


@dataclass(frozen=True, slots=True)
class Regression:
    """An input and its sidecar `<name>.finding.toml`.

    The sidecar says `input` (a file beside it), `what` went wrong, which `oracle` saw it,
    on which `release` it shows (`7.11@2024-07`; left out: on a core without releases) and,
    where known, the date it was `found`, and what `fixed` it; `fixed` is empty while it is open.
    """

    name: str
    path: Path
    sidecar: Path
    what: str
    oracle: str
    release: Release
    found: dt.date | None
    fixed: str


def read_regression(sidecar: Path) -> Regression:
    """Read one sidecar.

    Raises InputError when it cannot be read, and SourceError, with the line, when it is not
    TOML, lacks something, says something unknown, or names an input that is not there.
    """
    text = read_text(sidecar)
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise SourceError("is not TOML: nested too deep", SourceLocation(sidecar, 1)) from None
    except ValueError as error:  # beside TOMLDecodeError: numbers of thousands of digits
        raise SourceError(f"is not TOML: {error}", SourceLocation(sidecar, 1)) from error
    fields = _Fields(sidecar, text, table)
    regression = Regression(
        name=sidecar.name.removesuffix(SIDECAR_SUFFIX),
        path=sidecar.parent / fields.needed("input"),
        sidecar=sidecar,
        what=fields.needed("what").strip(),
        oracle=fields.needed("oracle"),
        release=fields.release(),
        found=fields.optional("found", dt.date),
        fixed=fields.optional("fixed", str) or "",
    )
    fields.refuse_others()
    if not regression.path.is_file():
        raise fields.error("input", f"{regression.path.name} is not beside it")
    return regression


def list_regressions(target_name: str, project: Project) -> list[Regression]:
    """Return a target's regressions by name.

    Raises as `read_regression` does, and SourceError for an input that no sidecar names:
    nobody would know what it is for.
    """
    folder = project.corpus_of(target_name) / "regressions"
    return read_all(list(content_files(folder)))


def read_all(files: Sequence[Path]) -> list[Regression]:
    """Return the regressions of which `files` are all inputs and sidecars, in that order.

    Raises as `list_regressions` does.
    """
    found = [read_regression(path) for path in files if path.name.endswith(SIDECAR_SUFFIX)]
    named = {resolved(regression.path) for regression in found}
    for path in files:
        if not path.name.endswith(SIDECAR_SUFFIX) and resolved(path) not in named:
            raise SourceError(
                f"no sidecar names this input: write {path.stem}{SIDECAR_SUFFIX} with "
                f'input = "{path.name}", what, oracle and release',
                SourceLocation(path, 1),
            )
    return found


def find_regression(target_name: str, project: Project, path: Path) -> Regression | None:
    """Return the regression whose input is `path`; None if there is none.

    Raises as `read_regression` does for the sidecar named after `path`; one that cannot be
    read and is named after another input is that input's concern.
    """
    path = resolved(path)
    folder = project.corpus_of(target_name) / "regressions"
    for sidecar in content_files(folder):
        if not sidecar.name.endswith(SIDECAR_SUFFIX):
            continue
        try:
            regression = read_regression(sidecar)
            if resolved(regression.path) == path:
                return regression
        except GroundstopError:
            if resolved(sidecar) == path.with_name(f"{path.stem}{SIDECAR_SUFFIX}"):
                raise
    return None


class _Fields:
    """A sidecar's table; every complaint has the line of the field."""

    def __init__(self, path: Path, text: str, table: Mapping[str, object]) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._table = table
        self._known: list[str] = []

    def needed(self, name: str) -> str:
        value = self.optional(name, str)
        if not value:
            raise self.error(name, "is missing" if value is None else "says nothing")
        return value

    def optional(self, name: str, kind: type[_Value]) -> _Value | None:
        self._known.append(name)
        value = self._table.get(name)
        # A date-time is a date to Python, not to a reader.
        if value is not None and type(value) is not kind:
            word = {"str": "a text", "date": "a date such as 2024-07-19"}[kind.__name__]
            raise self.error(name, f"must be {word}")
        return value if isinstance(value, kind) else None

    def release(self) -> Release:
        try:
            return Release.parse(self.optional("release", str) or "")
        except ValueError as error:
            raise self.error("release", str(error)) from error

    def refuse_others(self) -> None:
        for name in self._table:
            if name not in self._known:
                raise self.error(name, f"is unknown (known: {', '.join(self._known)})")

    def error(self, name: str, message: str) -> SourceError:
        line = next(
            (i for i, text in enumerate(self._lines, 1) if text.lstrip().startswith(name)), 1
        )
        return SourceError(message, SourceLocation(self._path, line, name))
