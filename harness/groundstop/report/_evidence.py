# SPDX-License-Identifier: Apache-2.0
"""What a report holds: plain values alone, so that a page and a program get the same.

Texts are as they were found, in hostile files perhaps: whoever shows one must escape it.
Paths are relative to the project where they are below it.  Sizes are bytes, times UTC in
ISO 8601; what is not known is empty or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from groundstop.campaign import CampaignRecord
from groundstop.corpus import FolderStats

__all__ = ["Damage", "Evidence", "FindingFacts", "RegressionFacts", "TargetFacts", "Versions"]


@dataclass(frozen=True, slots=True)
class Versions:
    """What the report was made with; `modified` says that tracked files differ from `commit`."""

    groundstop: str
    compiler: str = ""
    commit: str = ""
    modified: bool = False


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """The target as it is declared; `missing` has a line for each part that it does not bring.

    `toolchain` is the class of the content toolchain, `covering` whether it knows elements, and
    `suffixes` are those of its text sources.
    """

    name: str
    entry: str
    code: tuple[str, ...]
    releases: tuple[str, ...]
    histories: tuple[str, ...]
    sanitizers: tuple[str, ...]
    format: str
    toolchain: str
    covering: bool
    suffixes: tuple[str, ...]
    oracles: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """A stored finding.

    `frames` are the core's own, innermost first, as (function, place).  `file` is the smaller
    one of input and minimized input: `bytes`, `sha256`, `base64` (None for a large one) and
    `content`, the decoded view, are of it, and `command` runs it.
    """

    id: str
    headline: str
    kind: str
    detail: str
    release: str
    sanitizer: str
    reproduced: bool
    found: str
    frames: tuple[tuple[str, str], ...]
    file: str
    bytes: int
    sha256: str
    base64: str | None
    content: str
    report: str
    command: str


@dataclass(frozen=True, slots=True)
class RegressionFacts:
    """An input of the corpus that once failed, with what its sidecar says."""

    name: str
    file: str
    bytes: int
    what: str
    oracle: str
    release: str
    found: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A file or folder that should have been in the report, and why it is not."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a project holds of one target.

    `campaigns` are the newest of the target and of each of its properties, on each variant.
    `untriaged` are the failing inputs that a campaign has stored, and of which nobody has made
    findings yet.  `absent` has a line for each thing that was not there.
    """

    project: str
    made: str
    versions: Versions
    target: TargetFacts
    campaigns: tuple[CampaignRecord, ...] = ()
    corpus: tuple[FolderStats, ...] = ()
    findings: tuple[FindingFacts, ...] = ()
    regressions: tuple[RegressionFacts, ...] = ()
    untriaged: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    damaged: tuple[Damage, ...] = ()

    def document(self) -> Mapping[str, Any]:
        """Return the evidence for programs."""
        return asdict(self)
