# SPDX-License-Identifier: Apache-2.0
"""Show a finding again, on the build that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import SIDECAR_SUFFIX, read_regression, testcase
from groundstop.errors import InputError
from groundstop.findings._examine import Examination, examine
from groundstop.findings._finding import Finding
from groundstop.findings._locate import find_target, known_variant, known_words
from groundstop.findings._search import stored_at
from groundstop.model import Outcome, Release, Sanitizer, Variant
from groundstop.replay import DEFAULT_TIMEOUT
from groundstop.target import Target, brief
from groundstop.words import shell_line

__all__ = ["Reproduction", "input_of", "repro_command", "reproduce"]

# What is tried, in this order, for a file of which nothing is known.
_SANITIZERS = (Sanitizer.ADDRESS, Sanitizer.UNDEFINED)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came of running a file again.

    `testcase` is what the core got, `content` the same decoded for people, `words` what a
    regression's sidecar says of it, `steps` what the core reported where it lived, `command`
    the shell line that does all this again.  `kept` is the stored finding that the file
    belongs to, if any: of what the file shows, it comes first.
    """

    path: Path
    target: str
    testcase: bytes
    examination: Examination
    content: str
    words: str
    steps: tuple[str, ...]
    command: str
    kept: Finding | None = None

    @property
    def reproduced(self) -> bool:
        """Whether there is a finding: the kept one, perhaps at another line, or any if none is."""
        found = self.examination.finding
        if found is None or self.kept is None:
            return found is not None
        return found.id == self.kept.id or found.moved(self.kept)


def reproduce(
    project: Project,
    path: Path,
    *,
    target_name: str | None = None,
    release: Release | None = None,
    sanitizer: Sanitizer | None = None,
) -> Reproduction:
    """Run a file, text or binary, and judge it.

    A finding's folder and a regression's sidecar stand for their inputs.  What is not given
    is found out: the target as `find_target` says; the release from the sidecar, the
    finding or the campaign's folder, else the newest; the sanitizer likewise, else address
    and, where that shows nothing, undefined.  A file in a stored finding's folder is to show
    that finding: it comes first of what is found.  Raises what `examine` raises, InputError for
    a file that cannot be read, and SourceError for a text that does not compile.
    """
    path = input_of(project, path)
    target = find_target(project, path, target_name)
    data = testcase(target, path)
    known = known_variant(project, target, path)
    if release is None:
        release = known.release if known else target.core.fleet[-1]
    if sanitizer is not None:
        wanted = [sanitizer]
    else:
        first = known.sanitizer if known else _SANITIZERS[0]
        wanted = [first, *(other for other in _SANITIZERS if other is not first)]
        if target.core.library:
            wanted = list(target.core.sanitizers)
    stored = stored_at(project, path)
    kept = stored.finding if stored else None
    timeout = (kept and kept.limit) or DEFAULT_TIMEOUT
    found: list[Examination] = []
    for each in wanted:
        if not found or found[-1].finding is None:
            variant = Variant(release, each)
            found.append(examine(data, target, variant, project, timeout=timeout))
    # Nothing found at all: the first build is the one that people asked about.
    examination = found[-1] if found[-1].finding else found[0]
    return _describe(project, target, path, data, examination, kept)


def input_of(project: Project, path: Path) -> Path:
    """Return the file that `path` stands for; raise InputError when it is not there.

    Raises DamagedFindingError for a stored finding that is not as it was written.
    """
    if path.name.endswith(SIDECAR_SUFFIX):
        return read_regression(path).path
    stored = stored_at(project, path)
    if stored and path.is_dir():
        return path / stored.input.name
    if not path.is_file():
        why = "not a regular file" if path.exists() else "no such file"
        why = "a folder, and no finding's" if path.is_dir() else why
        raise InputError(f"{path}: {why}")
    return path


def repro_command(project: Project, path: Path, target_name: str, variant: Variant) -> str:
    """Return the shell line that runs a file on a variant."""
    words = ["groundstop", "repro", project.relative(path), "--target", target_name]
    if str(variant.release):
        words += ["--release", str(variant.release)]
    return shell_line([*words, "--sanitizer", str(variant.sanitizer)])


def _describe(  # noqa: PLR0913, PLR0917  (one step of reproduce)
    project: Project,
    target: Target,
    path: Path,
    data: bytes,
    examination: Examination,
    kept: Finding | None,
) -> Reproduction:
    content = target.content
    outcome = examination.result
    steps = content.describe(outcome) if isinstance(outcome, Outcome) else []
    return Reproduction(
        path=path,
        target=target.name,
        testcase=data,
        examination=examination.led_by(kept) if kept else examination,
        content=brief(content, data),
        words=known_words(project, target, path),
        steps=tuple(steps),
        command=repro_command(project, path, target.name, examination.variant),
        kept=kept,
    )
