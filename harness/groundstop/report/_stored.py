# SPDX-License-Identifier: Apache-2.0
"""The findings and regressions of a target as a report has them; nothing is run."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import (
    SIDECAR_SUFFIX,
    Regression,
    list_property_inputs,
    list_regressions,
    read_regression,
)
from groundstop.errors import GroundstopError
from groundstop.files import read_input
from groundstop.findings import FindingStore, Stored, repro_command
from groundstop.properties import find_stored
from groundstop.report._evidence import Damage, FindingFacts, RegressionFacts
from groundstop.target import Target

__all__ = ["findings_of", "regressions_of"]

# Characters: a page stays one that a browser opens, and the file has the rest.
_TEXT_LIMIT = 100_000
# Bytes of an input that travels in the report itself.
_INPUT_LIMIT = 16 << 10
_ID = re.compile(r"[0-9a-f]{16}")


def findings_of(target: Target, project: Project) -> Iterator[FindingFacts | Damage]:
    """Yield the stored findings, reproduced ones first, and then what is damaged of them."""
    found: list[FindingFacts] = []
    damaged: list[Damage] = []
    store = FindingStore(project, target.name)
    for folder in sorted(store.folder.iterdir()) if store.folder.is_dir() else ():
        # The others are what campaigns write to, named by variants.
        if not _ID.fullmatch(folder.name) and not (folder / "finding.json").exists():
            continue
        stored = store.load(folder.name)
        if stored is None:
            why = "finding.json or input is missing, or is not what a finding has"
            damaged.append(Damage(project.relative(folder), why))
            continue
        try:
            found.append(_finding(stored, target, project))
        except (
            GroundstopError,
            OSError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ) as error:
            damaged.append(Damage(project.relative(folder), _words(error)))
    yield from sorted(found, key=lambda each: (not each.reproduced, each.found, each.id))
    yield from damaged


def regressions_of(target: Target, project: Project) -> Iterator[RegressionFacts | Damage]:
    """Yield the regressions by name, then those of properties, and what is damaged of either."""
    listings: dict[str, Callable[[str, Project], list[Regression]]] = {
        "regressions": list_regressions,
        "properties": list_property_inputs,
    }
    for part, listing in listings.items():
        folder = project.corpus_of(target.name) / part
        try:
            known = listing(target.name, project)
        except GroundstopError as error:
            # Of many files one is wrong: the others are told all the same.
            yield Damage(project.relative(folder), _words(error))
            known = list(_readable(folder))
        for each in known:
            yield _regression(each, project)


def _readable(folder: Path) -> Iterator[Regression]:
    for sidecar in sorted(folder.rglob(f"*{SIDECAR_SUFFIX}")):
        try:
            yield read_regression(sidecar)
        except GroundstopError:
            continue


def _finding(stored: Stored, target: Target, project: Project) -> FindingFacts:
    finding = stored.finding
    path = stored.smallest
    data = read_input(path)
    # A property's input stands for an example and is no content.
    content = "" if find_stored(project, stored.input) else _show(target, data)
    report = stored.report.read_text(encoding="utf-8", errors="replace")
    place = project.relative
    return FindingFacts(
        id=finding.id,
        headline=finding.headline,
        kind=finding.kind,
        detail=finding.detail,
        release=str(finding.variant.release),
        sanitizer=str(finding.variant.sanitizer),
        reproduced=finding.reproduced,
        found=stored.found.astimezone(dt.UTC).isoformat() if stored.found else "",
        frames=tuple(
            (
                frame.function,
                f"{place(Path(frame.file))}:{frame.line}" if frame.file else frame.place,
            )
            for frame in finding.frames
        ),
        file=place(path),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        base64=base64.b64encode(data).decode() if len(data) <= _INPUT_LIMIT else None,
        content=_cut(content),
        report=_cut(report),
        command=repro_command(project, path, target.name, finding.variant),
    )


def _regression(known: Regression, project: Project) -> RegressionFacts:
    return RegressionFacts(
        name=known.name,
        file=project.relative(known.path),
        bytes=known.path.stat().st_size,
        what=known.what,
        oracle=known.oracle,
        release=str(known.release),
        found=known.found.isoformat() if known.found else "",
        fixed=known.fixed,
    )


def _show(target: Target, data: bytes) -> str:
    try:
        return str(target.content.show(data))
    except Exception as error:  # noqa: BLE001  (a content toolchain is a user's code)
        return f"(not decoded: the content toolchain fails: {_words(error)})"


def _cut(text: str) -> str:
    rest = len(text) - _TEXT_LIMIT
    return text if rest <= 0 else f"{text[:_TEXT_LIMIT]}\n… {rest:,} more characters"


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, GroundstopError) else f"{type(error).__name__}: {error}"
