# SPDX-License-Identifier: Apache-2.0
"""Minimize: shrink one testcase while it shows the same finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.files import fitting_name, read_input, resolved, write_atomically
from groundstop.findings._examine import Examiner
from groundstop.findings._finding import Finding
from groundstop.findings._locate import find_target
from groundstop.findings._reproduce import input_of, repro_command, reproduce
from groundstop.findings._search import stored_at
from groundstop.findings._shrink import EnoughError, Shrinker, clear, cut
from groundstop.findings._simplify import simplify
from groundstop.findings._store import FindingStore, Stored
from groundstop.interrupt import Interrupt
from groundstop.model import Release, Sanitizer
from groundstop.replay import DEFAULT_TIMEOUT
from groundstop.target import Target

__all__ = ["Minimized", "minimize"]

# Seconds.  What hangs shows it in a fraction of the time that a slow input is given; what comes
# out is confirmed with all of that.
_HANG_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class Minimized:
    """What minimizing a file came to.

    `finding` is what it shows; None when that is nothing, and nothing was done.  `before` and
    `after` are bytes of the testcase, `runs` how often the core was run with a candidate.
    `output` is the file written, None where nothing could be left out and no file was named;
    `changed` says whether it has other bytes than before.  `ended` says what ended it early:
    `time`, `interrupt`, or nothing.  `command` shows the finding again.
    """

    path: Path
    target: str
    finding: Finding | None
    before: int
    after: int
    runs: int
    output: Path | None
    ended: str
    command: str
    changed: bool = False


def minimize(  # noqa: PLR0913  (what people may say about a file)
    project: Project,
    path: Path,
    *,
    output: Path | None = None,
    seconds: float = 60.0,
    target_name: str | None = None,
    release: Release | None = None,
    sanitizer: Sanitizer | None = None,
) -> Minimized:
    """Shrink what a file is to the core, and write that to `output`.

    By default this is `minimized` in the folder of a stored finding, where minimizing again
    goes on, and for any other file `<name>.min` beside it, but for one of the corpus there is
    no default; nothing is written there if nothing can be left out.  An `output` that was
    named is written all the same.  A stored finding's input is shrunk only while it shows that
    finding.  No file is overwritten but that `minimized`, by a smaller one.  SIGINT and SIGTERM
    end it early, and what there is by then is written.  Raises what `reproduce` raises, and
    InputError where `output` is there, is needed, or cannot be written, and where another
    finding than the stored one is all that its input shows.
    """
    path = input_of(project, path)
    stored = stored_at(project, path)
    place = output or (stored.minimized if stored else _beside(project, path))
    if place.exists() and (output or not stored):
        raise InputError(f"{place}: is there already: minimize that one, or name another with -o")
    shown = reproduce(project, path, target_name=target_name, release=release, sanitizer=sanitizer)
    finding, data = shown.examination.finding, shown.testcase
    if finding is None:
        size = len(data)
        return Minimized(path, shown.target, None, size, size, 0, None, "", shown.command)
    target = find_target(project, path, target_name)
    if shown.kept:
        _check_kept(finding, shown.kept, output, path, moved=shown.reproduced)
    interrupt = Interrupt(once=True)
    with interrupt.installed():
        small, runs, ended = _minimized(
            project, target, data, finding, _earlier(stored), seconds, interrupt.is_set
        )
    written = None
    # Whoever has named a file goes on with it, also where nothing could be left out.
    if output is not None or small != data:
        if stored and output is None:
            written = FindingStore(project, target.name).keep_minimized(stored, small)
        else:
            write_atomically(place, small)
            written = place
    command = repro_command(project, written or path, target.name, finding.variant)
    return Minimized(
        path,
        target.name,
        finding,
        before=len(data),
        after=len(small),
        runs=runs,
        output=written,
        ended=ended,
        command=command,
        changed=small != data,
    )


def _beside(project: Project, path: Path) -> Path:
    for folder in (project.corpus, project.state / "seeds"):
        if resolved(path).is_relative_to(resolved(folder)):
            raise InputError(
                f"{path}: lies in the corpus, where what it comes to would be one more input: "
                "name a file for that with -o"
            )
    return path.with_name(fitting_name(path.name, ".min"))


def _check_kept(
    finding: Finding, kept: Finding, output: Path | None, path: Path, *, moved: bool
) -> None:
    """Raise InputError unless `finding` is the kept one, or that one `moved` and not kept."""
    if finding.id != kept.id and (output is None or not moved):
        how = "name a file for that with -o" if moved else "to shrink it for that, minimize a copy"
        raise InputError(
            f"{path}: shows another finding today ({finding.headline}), and not {kept.id}, "
            f"which is kept there: {how}"
        )
    if output is None and finding.variant != kept.variant:
        raise InputError(
            f"{path}: was found on {kept.variant}, and is run on {finding.variant}: "
            "name a file for what it comes to there with -o"
        )


def _earlier(stored: Stored | None) -> bytes | None:
    return read_input(stored.minimized) if stored and stored.minimized.is_file() else None


def _minimized(  # noqa: PLR0913, PLR0917  (one step of minimize)
    project: Project,
    target: Target,
    data: bytes,
    finding: Finding,
    earlier: bytes | None,
    seconds: float,
    stopped: Callable[[], bool],
) -> tuple[bytes, int, str]:
    """Return the smallest input confirmed to show the finding, the runs, and what ended it."""
    timeout = min(finding.limit, _HANG_TIMEOUT) if finding.limit else DEFAULT_TIMEOUT
    ended = ""
    with Examiner(target, finding.variant, project, timeout=timeout) as examiner:
        shrinker = Shrinker(
            data, lambda candidate: examiner.shows(candidate, finding), seconds, stopped
        )
        try:
            if earlier is not None:
                shrinker.consider(earlier)
            if target.format is None or not simplify(target.format, shrinker):
                _shrink_bytes(shrinker)
        except EnoughError:
            ended = "interrupt" if stopped() else "time"
    return _confirmed(project, target, finding, shrinker.kept), shrinker.runs, ended


def _shrink_bytes(shrinker: Shrinker) -> None:
    before = None
    while before != shrinker.best:
        before = shrinker.best
        cut(shrinker.best, shrinker.consider)
        clear(shrinker.best, shrinker.consider)


def _confirmed(project: Project, target: Target, finding: Finding, kept: list[bytes]) -> bytes:
    """Return the last of the inputs kept that still shows the finding, run as `repro` runs it.

    That is the last one, unless what it does depends on time, or on chance.
    """
    timeout = finding.limit or DEFAULT_TIMEOUT
    with Examiner(target, finding.variant, project, timeout=timeout) as examiner:
        back = 1
        while back < len(kept):
            if examiner.shows(kept[-back], finding):
                return kept[-back]
            back *= 2
    return kept[0]
