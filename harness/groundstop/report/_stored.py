# SPDX-License-Identifier: Apache-2.0
"""The findings and regressions of a target as a report has them; nothing is run."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import SIDECAR_SUFFIX, Regression, content_files, read_regression
from groundstop.errors import DamagedFindingError, GroundstopError, InputError
from groundstop.files import read_input, resolved
from groundstop.findings import FindingStore, Stored, repro_command
from groundstop.properties import find_stored
from groundstop.report._evidence import Damage, FindingFacts, RegressionFacts
from groundstop.report._places import damage, error_words, from_root
from groundstop.target import Target

__all__ = ["findings_of", "regressions_of"]

# Characters: a page stays one that a browser opens, and the file has the rest.
_TEXT_LIMIT = 100_000
# Bytes of an input that travels in the report itself.
_INPUT_LIMIT = 16 << 10
# What campaigns keep of a property is no regression.
_EVOLVED = "evolved"


def findings_of(target: Target, project: Project) -> Iterator[FindingFacts | Damage]:
    """Yield the stored findings, reproduced ones first, and then what is damaged of them."""
    found: list[FindingFacts] = []
    damaged: list[Damage] = []
    store = FindingStore(project, target.name)
    for each in store.entries():
        try:
            if isinstance(each, DamagedFindingError):
                damaged.append(damage(project, each.folder, each))
            else:
                found.append(_finding(each, store, target, project))
        except (GroundstopError, OSError) as error:
            damaged.append(Damage(from_root(project, each.folder), error_words(project, error)))
    yield from sorted(found, key=lambda each: (not each.reproduced, each.found, each.id))
    yield from damaged


def regressions_of(target: Target, project: Project) -> Iterator[RegressionFacts | Damage]:
    """Yield the regressions by name, then those of properties, and what is damaged of either."""
    for part in ("regressions", "properties"):
        folder = project.corpus_of(target.name) / part
        try:
            files = [path for path in content_files(folder) if path.parent.name != _EVOLVED]
        except OSError as error:
            yield damage(project, folder, error)
            continue
        yield from _regressions(files, project)


def _regressions(files: Sequence[Path], project: Project) -> Iterator[RegressionFacts | Damage]:
    named: set[Path] = set()
    for sidecar in (path for path in files if path.name.endswith(SIDECAR_SUFFIX)):
        try:
            known = read_regression(sidecar)
            named.add(resolved(known.path))
            yield _regression(known, project)
        except (GroundstopError, OSError) as error:
            yield Damage(from_root(project, sidecar), error_words(project, error))
            # Those that it may be of are not without one.
            stem = sidecar.name.removesuffix(SIDECAR_SUFFIX)
            named |= {path.absolute() for path in files if stem in {path.stem, path.name}}
    for path in (path for path in files if not path.name.endswith(SIDECAR_SUFFIX)):
        try:
            if path.absolute() not in named and resolved(path) not in named:
                yield Damage(from_root(project, path), "no sidecar names this input")
        except GroundstopError as error:
            yield Damage(from_root(project, path), error_words(project, error))


def _read(store: FindingStore, path: Path) -> bytes:
    """Read a file of a finding; a link must not carry others into what is passed on."""
    if not resolved(path).is_relative_to(resolved(store.folder)):
        raise InputError(f"{path}: a link that leads away from the findings")
    return read_input(path)


def _finding(stored: Stored, store: FindingStore, target: Target, project: Project) -> FindingFacts:
    # Not only where it is shown: what a link leads to is not what was kept.
    _read(store, stored.folder / "finding.json")
    finding = stored.finding
    frames = tuple(
        replace(frame, file=frame.file and from_root(project, Path(frame.file)))
        for frame in finding.frames
    )
    path = stored.smallest
    data = _read(store, path)
    place = from_root(project, path)
    # A property's input stands for an example and is no content.
    content = "" if find_stored(project, stored.input) else _show(target, data, project)
    report = _read(store, stored.report).decode(errors="replace")
    return FindingFacts(
        id=finding.id,
        headline=replace(finding, frames=frames).headline,
        kind=finding.kind,
        detail=finding.detail,
        release=str(finding.variant.release),
        sanitizer=str(finding.variant.sanitizer),
        reproduced=finding.reproduced,
        found=stored.found.astimezone(dt.UTC).isoformat() if stored.found else "",
        frames=tuple((frame.function, frame.place) for frame in frames),
        file=place,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        base64=base64.b64encode(data).decode() if len(data) <= _INPUT_LIMIT else None,
        content=_cut(content),
        report=_cut(report),
        # A relative path stays as it is: it is for who stands in the project's folder.
        command=repro_command(project, Path(place), target.name, finding.variant),
    )


def _regression(known: Regression, project: Project) -> RegressionFacts:
    return RegressionFacts(
        name=known.name,
        file=from_root(project, known.path),
        bytes=known.path.stat().st_size,
        what=known.what,
        oracle=known.oracle,
        release=str(known.release),
        found=known.found.isoformat() if known.found else "",
        fixed=known.fixed,
    )


def _show(target: Target, data: bytes, project: Project) -> str:
    try:
        return str(target.content.show(data))
    except Exception as error:  # noqa: BLE001  (a content toolchain is a user's code)
        return f"(not decoded: the content toolchain fails: {error_words(project, error)})"


def _cut(text: str) -> str:
    rest = len(text) - _TEXT_LIMIT
    return text if rest <= 0 else f"{text[:_TEXT_LIMIT]}\n… {rest:,} more characters"
