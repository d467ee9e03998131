# SPDX-License-Identifier: Apache-2.0
"""Merge: shrink the evolved corpus to a subset that covers the same, by libFuzzer's own choice.

libFuzzer merges into a folder that is thrown away.  Only once it is done, and what it chose
is seen to cover all that there was, are the other units removed, one by one: whenever that is
interrupted, what is left covers the same.  Only one merge at a time, and no campaign beside it:
each would count on what the other removes.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from groundstop.campaign._control import Control, read_control
from groundstop.campaign._lock import evolved_lock
from groundstop.campaign._log import Log
from groundstop.campaign._missing import is_blind
from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._prepare import evolved_folder, prepare, variant_of
from groundstop.campaign._process import ProcessGroup
from groundstop.campaign._progress import BROKEN, kind_of
from groundstop.campaign._rundir import RunDirectory
from groundstop.campaign._start import entry_script, lifeline
from groundstop.config import Project
from groundstop.errors import CampaignError, InputError
from groundstop.files import is_unit_name, make_folder, read_input, unit_name, write_atomically
from groundstop.interrupt import Interrupt
from groundstop.model import Variant
from groundstop.target import Target

__all__ = ["MergeResult", "count_edges", "merge_evolved"]

_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 5.0
# libFuzzer's own default is too small for some; a larger file would be cut off.
_LEAST_LENGTH = 4096
# Within a run's folder: what is merged.
_INPUTS = "inputs"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge came to.

    `before` and `after` are units of the evolved corpus, `artifacts` those that ended the
    process: they lie with the findings now.  `interrupted` says that a signal ended it, and
    that nothing was changed.  `log` is what libFuzzer said, None where it was not asked.
    """

    variant: Variant
    before: int
    after: int
    edges: int
    features: int
    artifacts: tuple[Path, ...]
    interrupted: bool
    log: Path | None


def merge_evolved(target: Target, project: Project) -> MergeResult:
    """Shrink the evolved corpus of `target`.

    What is added to it meanwhile stays; where a unit that was chosen is removed meanwhile,
    only what kills the core is.  SIGINT and SIGTERM end it, and nothing was changed then.
    Raises CampaignError when it cannot be done, or a campaign or another merge runs, and what
    building may raise.
    """
    with evolved_lock(project, target.name, alone=True):
        return _merge(target, project)


def _merge(target: Target, project: Project) -> MergeResult:
    variant = variant_of(target, None, None)
    evolved = evolved_folder(project, target.name)
    log = _log_file(project, target)
    units = sorted(p for p in evolved.glob("*") if is_unit_name(p.name))
    if not units:
        return MergeResult(variant, 0, 0, 0, 0, (), interrupted=False, log=None)
    artifacts = project.state / "findings" / target.name / str(variant)
    make_folder(artifacts)
    with RunDirectory(project.state, ".merge") as run:
        control = _run(target, project, variant, evolved, run, artifacts)
        if control is None:
            count = len(units)
            return MergeResult(variant, count, count, 0, 0, (), interrupted=True, log=log)
        chosen = {path.name for path in (run.path / "merged").iterdir()}
        kept = [path for path in control.features if unit_name(read_input(path)) in chosen]
        if control.covered(kept) != control.covered():
            raise CampaignError(
                "what libFuzzer chose does not cover what there was: nothing was changed "
                f"({project.relative(log)} has what it said)"
            )
        found = tuple(_keep_artifact(path, artifacts) for path in control.died)
    places = {path: evolved / path.relative_to(run.path / _INPUTS) for path in control.files}
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
        interrupted=False,
        log=log if control.files else None,
    )


def count_edges(target: Target, project: Project, folder: Path) -> int | None:
    """Return how many edges of the core the files of a folder reach.

    What kills the core counts for nothing.  None when a signal ended it; raises as
    `merge_evolved`.
    """
    variant = variant_of(target, None, None)
    with RunDirectory(project.state, ".merge") as run:
        control = _run(target, project, variant, folder, run, run.scratch)
    return None if control is None else control.edges


def _run(  # noqa: PLR0913, PLR0917  (one step of two functions)
    target: Target,
    project: Project,
    variant: Variant,
    folder: Path,
    run: RunDirectory,
    artifacts: Path,
) -> Control | None:
    """Merge a folder into `merged` of the run's; return what that took, None when interrupted.

    The files of that are those of the folder `inputs` of the run's, which are the folder's own.
    """
    if is_blind(target):
        raise CampaignError(
            f"target {target.name}: its library counts no edges, so all inputs look alike: compile "
            "it with -fsanitize=address,fuzzer-no-link"
        )
    control, merged, inputs = run.path / "control", run.path / "merged", run.path / _INPUTS
    merged.mkdir()
    largest = _link_inputs(folder, inputs)
    if largest == 0:
        return Control((), {}, 0, ())
    # Coverage is all that is asked for: the oracles have seen these inputs in their campaign.
    launch = prepare(target, project, variant, run.scratch, share=0.0, symbolize=False)
    script = entry_script(target, project, run)
    command = [
        str(script),
        *launch.flags,
        "-merge=1",
        f"-merge_control_file={control}",
        f"-max_len={largest + _LEAST_LENGTH}",
        f"-timeout={CampaignOptions(1).input_seconds}",
        f"-artifact_prefix={artifacts}/",
        "-detect_leaks=0",
        str(merged),
        str(inputs),
    ]
    environment = {**launch.environment(), "GROUNDSTOP_PROJECT": str(project.root)}
    interrupt = Interrupt()
    log = Log(_log_file(project, target))
    with interrupt.installed(), lifeline() as line, log:
        group = ProcessGroup(command, environment, line, log.line)
        try:
            while not group.ends_within(_LOOK_SECONDS) and not interrupt.is_set():
                pass
        finally:
            ended = group.ended()
            status = group.finish(log.is_told) if ended else group.end(_GRACE_SECONDS)
    if interrupt.is_set():
        return None
    if status != 0:
        raise CampaignError(f"the merge ended with status {status}:\n{log.excerpt()}")
    found = read_control(control)
    if found.files and not found.covered():
        raise CampaignError(f"no input covers anything: nothing was changed\n{log.excerpt()}")
    return found


def _link_inputs(folder: Path, place: Path) -> int:
    """Link the files below a folder to `place`; return the size of the largest, 0 without any.

    These stay whoever removes the others.  Left out are empty ones, which libFuzzer passes
    over, hidden ones, which are no content, and those that vanish before.
    """
    place.mkdir()
    largest = 0
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        try:
            size = path.stat().st_size
            if path.is_file() and size and not any(part.startswith(".") for part in name.parts):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                _link(path.resolve(), place / name)
                largest = max(largest, size)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return largest


def _link(path: Path, there: Path) -> None:
    try:
        there.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:
        # On another file system, or somebody else's.
        shutil.copyfile(path, there)


def _log_file(project: Project, target: Target) -> Path:
    return project.state / "logs" / f"{target.name}-merge.log"


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
