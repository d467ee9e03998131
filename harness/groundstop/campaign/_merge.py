# SPDX-License-Identifier: Apache-2.0
"""Merge: shrink the evolved corpus to a subset that covers the same, by libFuzzer's own choice.

libFuzzer merges into a folder that is thrown away.  Only once it is done, and what it chose
is seen to cover all that there was, are the other units removed, one by one: whenever that is
interrupted, what is left covers the same.  Only one merge at a time, and no campaign beside it:
each would count on what the other removes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundstop.artifacts import BROKEN, holding, kind_of
from groundstop.campaign._lock import evolved_lock
from groundstop.campaign._merge_run import log_file, run_merge
from groundstop.campaign._prepare import evolved_folder, variant_of
from groundstop.campaign._rundir import RunDirectory, clear_dead_runs
from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.files import is_unit_name, make_folder, read_input, unit_name, write_atomically
from groundstop.model import Variant
from groundstop.target import Target
from groundstop.words import shell_line

__all__ = ["MergeResult", "count_edges", "merge_evolved"]

# So many files are named where all kill the core.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge came to.

    `before` and `after` are units of the evolved corpus, `artifacts` what ended the process:
    it lies with the findings now.  `others` counts the files there that no campaign has named:
    they cover something as well, and stay.  `interrupted` says that a signal ended it, and
    that nothing was changed.  `log` is what libFuzzer said, None where it was not asked.
    """

    variant: Variant
    before: int
    after: int
    edges: int
    features: int
    artifacts: tuple[Path, ...]
    others: int
    interrupted: bool
    log: Path | None


@dataclass(frozen=True, slots=True)
class EdgeCount:
    """How many edges of the core some files reach, and how many of the files kill it."""

    edges: int
    killers: int


def merge_evolved(target: Target, project: Project) -> MergeResult:
    """Shrink the evolved corpus of `target`.

    What is added to it meanwhile stays; where a unit that was chosen is removed meanwhile,
    only what kills the core is.  SIGINT, SIGTERM and SIGHUP end it, and nothing was changed then.
    Raises CampaignError when it cannot be done, every input kills the core, or a campaign or
    another merge runs, and what building may raise.
    """
    with evolved_lock(project, target.name, alone=True):
        clear_dead_runs(project.state, lambda name: evolved_folder(project, name))
        return _merge(target, project)


def _merge(target: Target, project: Project) -> MergeResult:
    variant = variant_of(target, None, None)
    evolved = evolved_folder(project, target.name)
    log = log_file(project, target)
    units = sorted(p for p in evolved.glob("*") if is_unit_name(p.name))
    if not any(evolved.glob("*")):
        return MergeResult(variant, 0, 0, 0, 0, (), others=0, interrupted=False, log=None)
    artifacts = project.state / "findings" / target.name / str(variant)
    make_folder(artifacts)
    with holding(artifacts), RunDirectory(project.state, ".merge") as run:
        merged = run_merge(target, project, variant, evolved, run, artifacts)
        if merged is None:
            count = len(units)
            return MergeResult(variant, count, count, 0, 0, (), 0, interrupted=True, log=log)
        control, places = merged
        if control.died and len(control.died) == len(control.files):
            raise _deadly([places[path] for path in control.died], evolved, project)
        chosen = {path.name for path in (run.path / "merged").iterdir()}
        kept = [path for path in control.features if unit_name(read_input(path)) in chosen]
        if control.covered(kept) != control.covered():
            raise CampaignError(
                "what libFuzzer chose does not cover what there was: nothing was changed "
                f"({project.relative(log)} has what it said)"
            )
        found = tuple(_keep_artifact(path, artifacts) for path in control.died)
    needless = {places[path] for path in control.died}
    if all(places[path].exists() for path in kept):
        needless |= {places[path] for path in control.features} - {places[path] for path in kept}
    for path in units:
        if path in needless:
            path.unlink(missing_ok=True)
    return MergeResult(
        variant,
        before=len(units),
        after=sum(path.exists() for path in units),
        edges=control.edges,
        features=len(control.covered()),
        artifacts=found,
        others=len(set(places.values()) - set(units)),
        interrupted=False,
        log=log if control.files else None,
    )


def _deadly(files: list[Path], folder: Path, project: Project) -> CampaignError:
    """Return the error for a folder whose files all kill the core: removing them leaves nothing."""
    files = sorted(files)
    names = [str(path.relative_to(folder)) for path in files]
    named = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    repro = shell_line(["groundstop", "repro", project.relative(files[0])])
    whose = "its only input kills" if len(names) == 1 else f"all {len(names):,} inputs kill"
    return CampaignError(
        f"{project.relative(folder)}: {whose} the core: {named}"
        f"{f' and {more:,} more' if more > 0 else ''}; nothing was changed; `{repro}` shows why"
    )


def count_edges(target: Target, project: Project, folder: Path) -> EdgeCount | None:
    """Return how many edges of the core the files of a folder reach.

    What kills the core reaches nothing.  None when a signal ended it; raises as
    `merge_evolved`, but not for files that kill the core.
    """
    variant = variant_of(target, None, None)
    with RunDirectory(project.state, ".merge") as run:
        merged = run_merge(target, project, variant, folder, run, run.scratch)
    if merged is None:
        return None
    control, _ = merged
    return EdgeCount(control.edges, len(control.died))


def _keep_artifact(path: Path, folder: Path) -> Path:
    """Return where an input that killed the core lies among the findings; put it there if need be.

    The process has done so, unless it was killed from outside, for its memory perhaps: libFuzzer
    or the driver's witness, and they call it differently.
    """
    content = read_input(path)
    for there in sorted(folder.iterdir()):
        if (
            kind_of(there.name) not in {None, BROKEN}
            and there.stat().st_size == len(content)
            and read_input(there) == content
        ):
            return there
    kept = folder / f"crash-{unit_name(content)}"
    write_atomically(kept, content)
    return kept
