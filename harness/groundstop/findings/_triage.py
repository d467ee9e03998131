# SPDX-License-Identifier: Apache-2.0
"""Turn what a campaign stored into findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from groundstop.artifacts import (
    BROKEN,
    artifact_folders,
    is_cut,
    mark_triaged,
    remove_cut,
    untriaged,
    variant_of_folder,
)
from groundstop.config import Project
from groundstop.errors import (
    BuildError,
    CoreError,
    InterruptedTriageError,
    StrayDeathError,
    TargetError,
    ToolError,
)
from groundstop.files import read_input
from groundstop.findings._examine import Examiner
from groundstop.findings._finding import HANG, Finding
from groundstop.findings._report import parse_report
from groundstop.findings._store import FindingStore
from groundstop.model import Judgement, Variant, Verdict
from groundstop.oracles import Broken
from groundstop.replay import DEFAULT_TIMEOUT, symbolize
from groundstop.target import Target, build
from groundstop.words import counted

__all__ = ["keep_artifacts", "keep_earlier", "keep_left", "triage"]

_Found = TypeVar("_Found")


# What libFuzzer calls its files, where nothing else is known of a finding.
_KINDS = {"crash": "crash", HANG: HANG, "oom": "out-of-memory", "leak": "leak"}


def triage(data: bytes, target: Target, variant: Variant, project: Project) -> Finding | None:
    """Run an input with full reports and store what is found; return the first finding, if any.

    Raises as `examine` and `FindingStore.save` do.
    """
    with Examiner(target, variant, project) as examiner:
        return next(iter(_triage(data, examiner, FindingStore(project, target.name))), None)


def _triage(data: bytes, examiner: Examiner, store: FindingStore) -> list[Finding]:
    examined = examiner.examine(data)
    return [store.save(finding, data, report).finding for finding, report in examined.all]


def keep_artifacts(
    paths: Sequence[Path],
    target: Target,
    variant: Variant,
    project: Project,
    *,
    hang_seconds: float = DEFAULT_TIMEOUT,
) -> list[Finding]:
    """Triage every input that a campaign on `variant` stored; return each finding once.

    One that hung is run once more, with the `hang_seconds` that it had in the campaign.

    One that shows nothing any more is kept as well, marked as not reproduced: with what
    the campaign wrote beside it (`<name>.report`, `<name>.oracle`), or else by the kind that
    libFuzzer gave it.  Interrupted, raises InterruptedTriageError: the rest stays where it is,
    and whoever calls this next for the folder has it.
    """
    found: dict[str, Finding] = {}
    triage = _Triage(target, variant, project)
    left = list(paths)
    while left:
        try:
            hung = _hung(left[0])
            timeout = hang_seconds if hung else DEFAULT_TIMEOUT
            with Examiner(target, variant, project, timeout=timeout) as examiner:
                while left and _hung(left[0]) == hung:
                    findings = triage.keep(left[0], examiner)
                    # The last one is what is stored now: a smaller input may tell it otherwise.
                    found |= {finding.id: finding for finding in findings}
                    left.pop(0)
        except KeyboardInterrupt:
            folder = project.relative(paths[0].parent)
            done = len(paths) - len(left)
            raise InterruptedTriageError(done, len(paths), folder) from None
        except StrayDeathError:
            # A thread that an input left behind ended the process, while another one ran
            # or when there was nothing to run any more: the campaign has seen more.
            if left:
                finding = triage.keep_unreproduced(left.pop(0))
                found[finding.id] = finding
    return list(found.values())


def _hung(path: Path) -> bool:
    return path.name.startswith(f"{HANG}-")


def keep_earlier(target: Target, project: Project) -> tuple[list[Finding], list[str]]:
    """Triage what campaigns on any variant stored before they were killed.

    Returns each finding once, and a line for each thing that none could be made of.  Raises
    InterruptedTriageError, and InputError where a finding cannot be written.
    """
    found, notes = keep_left(
        FindingStore(project, target.name).folder,
        project,
        lambda paths, variant: keep_artifacts(paths, target, variant, project),
    )
    return list({finding.id: finding for finding in found}.values()), notes


def keep_left(
    place: Path, project: Project, keep: Callable[[list[Path], Variant], Iterable[_Found]]
) -> tuple[list[_Found], list[str]]:
    """Have `keep` make findings of what is untriaged in the folders of artifacts below `place`.

    Returns what `keep` does, and a line for each thing that none could be made of.
    """
    found: list[_Found] = []
    notes: list[str] = []
    for folder in artifact_folders(place):
        notes += [
            f"{project.relative(folder / name)}: written only in part by an earlier campaign (was "
            "the disk full?), and removed: this failing input is lost"
            for name in remove_cut(folder)
        ]
        variant = variant_of_folder(folder)
        paths = []
        for path in untriaged(folder):
            if not (path.is_file() and os.access(path, os.R_OK)):
                # What the others show is not to wait for it; it stays untriaged.
                notes.append(f"{project.relative(path)}: cannot be read, and is not triaged")
            elif not is_cut(path):
                paths.append(path)
        if variant is None or not paths:
            continue
        try:
            found += keep(paths, variant)
        except (BuildError, CoreError, TargetError, ToolError) as error:
            # A release that has gone, perhaps: what other variants show is not to wait for it.
            notes.append(
                f"{counted(len(paths), 'failing input')} in {project.relative(folder)} cannot be "
                f"triaged: {str(error).partition(chr(10))[0]}"
            )
    return found, notes


class _Triage:
    """Makes findings of the artifacts of one variant, and marks these."""

    def __init__(self, target: Target, variant: Variant, project: Project) -> None:
        self._target = target
        self._variant = variant
        self._project = project
        self._store = FindingStore(project, target.name)

    def keep(self, path: Path, examiner: Examiner) -> list[Finding]:
        """Run an artifact and store what it shows, or that it shows nothing any more."""
        findings = _triage(read_input(path), examiner, self._store)
        if not findings:
            return [self.keep_unreproduced(path)]
        mark_triaged(path, [finding.id for finding in findings])
        return findings

    def keep_unreproduced(self, path: Path) -> Finding:
        """Store what the campaign saw of an artifact."""
        finding, report = self._seen(path)
        kept = self._store.save(finding, read_input(path), report).finding
        mark_triaged(path, [kept.id])
        return kept

    def _seen(self, path: Path) -> tuple[Finding, str]:
        """Make a finding, and its report, of what lies beside an artifact."""
        kind = _KINDS.get(path.name.partition("-")[0], "crash")
        core = build(self._target, self._variant, self._project).library
        # The processes of a campaign have no time to name functions.  Without names, each build
        # would make another finding of the same bug.
        text = symbolize(_beside(path, ".report"), core)
        said = _beside(path, ".oracle").strip()
        if said:
            name, _, message = said.partition(": ")
            broken = path.name.startswith(f"{BROKEN}-")
            judgement = (Broken if broken else Judgement)(Verdict.FINDING, message)
            finding = Finding.of_oracle(name, judgement, self._target.name, self._variant)
            return replace(finding, reproduced=False), text or f"{said}\n"
        report = parse_report(text, kind if not text or kind == HANG else "")
        finding = Finding.of_report(report, self._target.name, self._variant, core.name)
        return replace(finding, reproduced=False), text


def _beside(path: Path, suffix: str) -> str:
    file = path.with_name(path.name + suffix)
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
