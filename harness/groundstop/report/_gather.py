# SPDX-License-Identifier: Apache-2.0
"""Gather what a project holds of a target: nothing is built, and no core is run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from groundstop.artifacts import untriaged_of
from groundstop.campaign import CampaignRecord, read_record, record_paths
from groundstop.config import Project
from groundstop.corpus import folder_stats
from groundstop.errors import GroundstopError
from groundstop.report._content import covering_toolchain
from groundstop.report._evidence import (
    Damage,
    Evidence,
    FindingFacts,
    RegressionFacts,
    TargetFacts,
    Versions,
)
from groundstop.report._places import damage, error_words, from_root, unreadable
from groundstop.report._stored import findings_of, regressions_of
from groundstop.report._versions import versions_of
from groundstop.target import DeclaredContent, Target

__all__ = ["gather_evidence"]


def gather_evidence(target: Target, project: Project) -> Evidence:
    """Return all that is there of `target`; what is damaged is named, not raised."""
    campaigns = list(_campaigns(target, project))
    findings = list(findings_of(target, project))
    regressions = list(regressions_of(target, project))
    versions = versions_of(project.root)
    parts = (*campaigns, *findings, *regressions)
    damaged = [each for each in parts if isinstance(each, Damage)]
    corpus = folder_stats(
        project, target.name, lambda error: damaged.append(damage(project, project.corpus, error))
    )
    for part in corpus:
        damaged += unreadable(project, project.corpus_of(target.name) / part.name)
    return Evidence(
        project=project.root.name or str(project.root),
        made=dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat(),
        versions=versions,
        target=_target(target, project),
        campaigns=tuple(each for each in campaigns if isinstance(each, CampaignRecord)),
        corpus=tuple(corpus),
        findings=tuple(each for each in findings if isinstance(each, FindingFacts)),
        regressions=tuple(each for each in regressions if isinstance(each, RegressionFacts)),
        untriaged=tuple(from_root(project, path) for path in untriaged_of(project, target.name)),
        absent=tuple(_absent(target, project, versions, campaigns)),
        # A folder of the corpus can be in the way of its inputs and of its regressions.
        damaged=tuple(dict.fromkeys(damaged)),
    )


def _campaigns(target: Target, project: Project) -> Iterator[CampaignRecord | Damage]:
    folder = project.state / "campaigns"
    paths: list[Path] = []
    if damaged := list(unreadable(project, folder)):
        yield from damaged
        return
    try:
        paths = record_paths(project, target.name)
    except OSError as error:
        yield damage(project, folder, error)
    records: list[CampaignRecord] = []
    for path in paths:
        try:
            record = read_record(path)
        except GroundstopError as error:
            yield damage(project, path, error)
            continue
        if record.target == target.name:
            records.append(record)
        else:
            yield Damage(from_root(project, path), f"of a campaign on {record.target}")
    # Those of the target first, then those of its properties.
    yield from sorted(records, key=lambda each: each.fuzzed != target.name)


def _target(target: Target, project: Project) -> TargetFacts:
    core = target.core
    missing = list(_missing(target))
    root = core.root or project.root
    code = (from_root(project, root / core.library),) if core.library else ()
    try:
        sanitizers = tuple(map(str, core.sanitizers))
    except GroundstopError as error:
        # A library that has gone, perhaps: what was found on it is still there.
        sanitizers = ()
        missing.append(error_words(project, error))
    own = not isinstance(target.content, DeclaredContent)
    return TargetFacts(
        name=target.name,
        entry=core.entry,
        code=code or core.sources,
        releases=core.releases,
        histories=core.histories(),
        sanitizers=sanitizers,
        format=target.format.__name__ if target.format else "",
        toolchain=target.content.__class__.__name__ if own else "",
        covering=_is_covering(target),
        suffixes=tuple(target.content.suffixes),
        oracles=tuple(oracle.name for oracle in target.oracles),
        missing=tuple(missing),
    )


def _is_covering(target: Target) -> bool:
    try:
        covering_toolchain(target)
    except GroundstopError:
        return False
    return True


def _missing(target: Target) -> Iterator[str]:
    own = not isinstance(target.content, DeclaredContent)
    if target.format is None:
        yield "no format: inputs have no declared structure, and are mutated as bytes"
    if not own:
        shown = "as the format declares it" if target.format else "as bytes"
        yield f"no content toolchain: content is binary, and is shown {shown}"
    elif not _is_covering(target):
        yield "no elements in the content toolchain: there is no content coverage"
    if not target.oracles:
        yield "no oracles: only what the core dies of, or itself reports, is found"
    if not target.core.releases:
        yield "no releases: there is no other build of the core to compare with"


def _absent(
    target: Target,
    project: Project,
    versions: Versions,
    campaigns: Sequence[CampaignRecord | Damage],
) -> Iterator[str]:
    # A damaged one is named as that; of a folder that cannot be read nobody knows what it lacks.
    if not any(isinstance(each, Damage) or each.fuzzed == target.name for each in campaigns):
        logs = sorted((project.state / "logs").glob(f"{target.name}-*.log"))
        more = f"; {from_root(project, logs[0])} has the output of one" if logs else ""
        yield f"no record of a campaign on {target.name} by groundstop fuzz{more}"
    if not versions.compiler:
        yield "no compiler was found on this machine"
    if not versions.commit:
        yield "no commit: the project is in no git repository, or git is not here"
