# SPDX-License-Identifier: Apache-2.0
"""libFuzzer's merge of one folder, in a process of its own."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

from groundstop.campaign._control import Control, read_control
from groundstop.campaign._launch import plain_words
from groundstop.campaign._log import Log
from groundstop.campaign._missing import is_blind
from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._prepare import prepare
from groundstop.campaign._process import ProcessGroup
from groundstop.campaign._rundir import RunDirectory
from groundstop.campaign._start import entry_script, lifeline
from groundstop.config import Project
from groundstop.errors import CampaignError, InputError
from groundstop.interrupt import Interrupt
from groundstop.model import Variant
from groundstop.target import Target

__all__ = ["log_file", "run_merge"]

_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 5.0
# libFuzzer's own default is too small for some; a larger file would be cut off.
_LEAST_LENGTH = 4096


def run_merge(  # noqa: PLR0913, PLR0917  (one step of two functions)
    target: Target,
    project: Project,
    variant: Variant,
    folder: Path,
    run: RunDirectory,
    artifacts: Path,
) -> tuple[Control, dict[Path, Path]] | None:
    """Merge a folder into `merged` of the run's; return what that took, None when interrupted.

    The files of that are links, which stay whoever removes the others; the mapping says which
    of the folder's own each of them is.  Where all of them kill the core, nothing is covered;
    raises CampaignError where nothing is for any other reason.
    """
    if is_blind(target):
        raise CampaignError(
            f"target {target.name}: its library counts no edges, so all inputs look alike: compile "
            "it with -fsanitize=address,fuzzer-no-link"
        )
    control, merged, inputs = run.path / "control", run.path / "merged", run.path / "inputs"
    merged.mkdir()
    places = _link_inputs(folder, inputs)
    if not places:
        return Control((), {}, 0, ()), {}
    largest = max(path.stat().st_size for path in places)
    # Coverage is all that is asked for: the oracles have seen these inputs in their campaign.
    launch = prepare(target, project, variant, run.scratch, share=0.0, symbolize=False)
    script = entry_script(target, project, run)
    command = [
        str(script),
        *launch.flags,
        "-merge=1",
        f"-merge_control_file={control}",
        f"-max_len={largest + _LEAST_LENGTH}",
        f"-timeout={math.ceil(CampaignOptions(1).most_seconds)}",
        f"-artifact_prefix={artifacts}/",
        "-detect_leaks=0",
        str(merged),
        str(inputs),
    ]
    environment = {**launch.environment(), "GROUNDSTOP_PROJECT": str(project.root)}
    interrupt = Interrupt()
    log = Log(log_file(project, target))
    with interrupt.installed(), lifeline() as line, log:
        group = ProcessGroup(plain_words(command), environment, line, log.line)
        try:
            while not group.ends_within(_LOOK_SECONDS) and not interrupt.is_set():
                pass
        finally:
            ended = group.ended()
            status = group.finish() if ended else group.end(_GRACE_SECONDS)
    if interrupt.is_set():
        return None
    if status != 0:
        raise CampaignError(f"the merge ended with status {status}:\n{log.excerpt()}")
    found = read_control(control)
    if set(found.files) != set(found.died) and not found.covered():
        raise CampaignError(f"no input covers anything: nothing was changed\n{log.excerpt()}")
    return found, places


def _link_inputs(folder: Path, place: Path) -> dict[Path, Path]:
    """Link the files below a folder to `place`; return for each link which of them it is.

    They are numbered: a name may have what libFuzzer takes for the end of a line.  Left out
    are empty ones, which libFuzzer passes over, hidden ones, which are no content, and those
    that vanish before.
    """
    place.mkdir()
    places: dict[Path, Path] = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        try:
            size = path.stat().st_size
            if path.is_file() and size and not any(part.startswith(".") for part in name.parts):
                link = place / f"{len(places):08}"
                _link(path.resolve(), link)
                places[link] = path
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return places


def _link(path: Path, there: Path) -> None:
    try:
        there.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:
        # On another file system, or somebody else's.
        shutil.copyfile(path, there)


def log_file(project: Project, target: Target) -> Path:
    """Return where what libFuzzer says of a merge is kept."""
    return project.state / "logs" / f"{target.name}-merge.log"
