# SPDX-License-Identifier: Apache-2.0
"""The target itself, and the past incident that it may know how to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from groundstop.errors import TargetError
from groundstop.format import Record
from groundstop.model import Release
from groundstop.target._content import ContentToolchain
from groundstop.target._core import Core
from groundstop.target._declared import DeclaredContent
from groundstop.target._oracle import Oracle

__all__ = ["Incident", "Step", "Target", "check_name", "target_name"]

# Characters: files and folders are named after it, with more behind it.
_LONGEST_NAME = 64
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Step:
    """One check of an incident's time: what it was, and on which content.

    `check` is `definition` (the content against its own definitions), `load` (the core
    takes it, no event), `evaluate` (the core runs its events), `coverage` (what these reach
    of the content) or `synthesis` (what events made for it reach).  `lesson` says in one
    sentence what the outcome shows; `passed` is how it ended on the incident's release.
    """

    check: Literal["definition", "load", "evaluate", "coverage", "synthesis"]
    title: str
    source: Path
    lesson: str
    passed: bool = True


@dataclass(frozen=True, slots=True)
class Incident:
    """A failure that happened, told as steps on a release with its defects put back.

    On `release` steps end as they say, on `today` all of them pass.  `candidate` is the
    content that did it; `fleet` are the releases of that day, for which the gate must
    hold it.
    """

    title: str
    release: Release
    today: Release
    steps: tuple[Step, ...]
    candidate: Path
    fleet: tuple[Release, ...]


def target_name(text: str, prefix: str) -> str:
    """Return a target's name made of a file's or a folder's, behind `prefix` if need be."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not name[:1].isalpha():
        name = f"{prefix}_{name}".rstrip("_")
    # A digest may follow, where that is taken.
    return name[: _LONGEST_NAME - _DIGEST].rstrip("_")


def check_name(name: str) -> None:
    """Raise TargetError, saying why, unless a target can be called so."""
    if not isinstance(name, str) or not name:
        raise TargetError(f"{name!r} cannot name a target: a name is a text of small letters")
    if len(name) > _LONGEST_NAME:
        raise TargetError(f"{name!r} cannot name a target: it is longer than {_LONGEST_NAME}")
    if re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return
    fit = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")
    why = "use small letters (a to z), digits and underscores alone"
    if re.fullmatch(r"[a-z0-9_]*", name):
        why = "its first character must be a small letter (a to z)"
    raise TargetError(f"{name!r} cannot name a target: {why}" + (f", as in {fit}" if fit else ""))


@dataclass(frozen=True)
class Target:
    """What a campaign is run on.

    `format` declares the testcase: with it come the structure-aware mutator and the
    dictionary, to which `words` adds what no format can know: names that the content
    compiler writes, by a label.  `content` is the content toolchain; without one, files are
    binary, and what `format` declares, or any bytes.  `oracles`, cheapest first, judge every
    new outcome and a sample of the others.  All of these may be missing; what then cannot be
    done is said once by who needs it.
    """

    name: str
    core: Core
    format: type[Record] | None = None
    content: ContentToolchain = None  # type: ignore[assignment] # one for `format`: see below
    oracles: tuple[Oracle, ...] = ()
    incident: Incident | None = None
    words: Callable[[], Mapping[str, bytes]] | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.content is None:
            object.__setattr__(self, "content", DeclaredContent(self.format))
        names: set[str] = set()
        for oracle in self.oracles:
            if not isinstance(oracle, Oracle):
                raise TargetError(
                    f"target {self.name}: {oracle!r} is no oracle: it needs a name, "
                    "variants(variant, fleet) and judge(testcase, outcome, context)"
                )
            if oracle.name in names:
                raise TargetError(f"target {self.name}: two oracles are called {oracle.name!r}")
            names.add(oracle.name)
