# SPDX-License-Identifier: Apache-2.0
"""Build what a fuzzing process needs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from groundstop.campaign._launch import Launch
from groundstop.campaign._missing import is_blind
from groundstop.campaign._mutator import mutator_for
from groundstop.config import Project
from groundstop.corpus import compiled_seeds
from groundstop.errors import CampaignError, InputError, TargetError, ToolError
from groundstop.files import write_atomically
from groundstop.format import dictionary
from groundstop.format.table import encode
from groundstop.model import Release, Sanitizer, Variant
from groundstop.native import refuse_foreign
from groundstop.replay import Builds, Reruns
from groundstop.target import Target, build, check_signature
from groundstop.toolchain import build_driver, sanitizer_runtime

__all__ = [
    "corpus_folders",
    "evolved_folder",
    "format_dictionary",
    "format_table",
    "prepare",
    "variant_of",
]


_FUZZED = (Sanitizer.ADDRESS, Sanitizer.UNDEFINED)


def variant_of(target: Target, release: Release | None, sanitizer: Sanitizer | None) -> Variant:
    """Return the build that is fuzzed: of `release`, or of the newest.

    Without `sanitizer` it is address, for a prebuilt library the one that it has.  Raises
    CampaignError for a sanitizer that is for replay, CoreError for an unfit library.
    """
    possible = target.core.sanitizers if target.core.library else _FUZZED
    wanted = sanitizer or possible[0]
    if wanted not in possible:
        built = "this library is built so" if target.core.library else "the others are for replay"
        raise CampaignError(
            f"sanitizer {wanted}: a campaign runs with {' or '.join(possible)}; {built}"
        )
    return Variant(release or target.core.fleet[-1], wanted)


def prepare(  # noqa: PLR0913  (all of them differ between callers)
    target: Target,
    project: Project,
    variant: Variant,
    scratch: Path,
    *,
    share: float = 0.1,
    symbolize: bool = True,
) -> Launch:
    """Build core, driver and mutator, and return how to start a process on them.

    What the oracles will run is built as well.  Raises BuildError, CoreError, TargetError or
    ToolError.
    """
    table = format_table(target, project)
    # What has no sanitizer needs libFuzzer alone: the smallest runtime that has it.
    plain = variant.sanitizer is Sanitizer.PLAIN
    runtime = sanitizer_runtime(Sanitizer.UNDEFINED if plain else variant.sanitizer)
    if runtime is None:
        raise ToolError(f"no fuzzing runtime for sanitizer {variant.sanitizer}")
    core = build(target, variant, project).library
    refuse_foreign(core)
    check_signature(core, target.core.entry)
    builds = _builds_for_oracles(target, project, variant)
    return Launch(
        driver=build_driver(project_state=project.state),
        runtime=runtime,
        scratch=scratch,
        sanitizer=variant.sanitizer,
        core=core,
        entry=target.core.entry,
        mutator=mutator_for(project, core, table),
        dictionary=format_dictionary(target, project),
        # Without oracles Python has nothing to say but what the core itself finds.
        share=share if target.oracles else 0.0,
        symbolize=symbolize,
        # Where no edge is counted no input is new: without its seeds libFuzzer would begin with
        # nothing.
        flags=("-keep_seed=1",) if is_blind(target) else (),
        extra={
            "GROUNDSTOP_RELEASE": str(variant.release),
            "GROUNDSTOP_SANITIZER": str(variant.sanitizer),
            "GROUNDSTOP_BUILDS": json.dumps(builds),
            **({"GROUNDSTOP_FORMAT_TABLE": str(table)} if table else {}),
        },
    )


def _builds_for_oracles(target: Target, project: Project, variant: Variant) -> dict[str, str]:
    """Build `variant` and what oracles compare it with; return the table of `Builds`.

    The fuzzing processes have no time for that, and must not compare with other sources.
    """
    needed = {variant: None}
    fleet = Reruns(target, project, variant).fleet
    for oracle in target.oracles:
        try:
            needed.update(dict.fromkeys(oracle.variants(variant, fleet)))
        except Exception as error:  # an oracle is a user's code
            words = f"{type(error).__name__}: {error}"
            raise TargetError(
                f"target {target.name}: oracle {oracle.name}: variants() fails: {words}"
            ) from error
    builds = Builds(target, project)
    builds.make(list(needed))
    return builds.table()


def format_table(target: Target, project: Project) -> Path | None:
    """Return the file with the mutator's table of the target's format, None without one."""
    if target.format is None:
        return None
    return _store(project, f"{target.name}.table", encode(target.format))


def format_dictionary(target: Target, project: Project) -> Path | None:
    """Return the file with libFuzzer's dictionary of the format and the words; None for neither."""
    if target.format is None and target.words is None:
        return None
    text = dictionary(target.format, extra=target.words() if target.words else None)
    return _store(project, f"{target.name}.dict", text.encode())


def _store(project: Project, name: str, content: bytes) -> Path:
    """Write a file that running campaigns may be using: another content, another file."""
    folder = project.state / "formats"
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = name.partition(".")
    path = folder / f"{stem}-{hashlib.sha256(content).hexdigest()[:16]}{dot}{suffix}"
    if not path.exists():
        write_atomically(path, content)
    return path


def evolved_folder(project: Project, target: str) -> Path:
    """Return where campaigns keep their units."""
    return project.corpus_of(target) / "evolved"


def corpus_folders(target: Target, project: Project) -> tuple[Path, ...]:
    """Return the folders that a campaign starts from; new units go to the first.

    Raises SourceError for a seed that does not compile, InputError without a folder for units.
    """
    evolved = evolved_folder(project, target.name)
    try:
        evolved.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{evolved}: new units go to this folder, and it cannot be made: {error.strerror} "
            "(is a file in its place?)"
        ) from error
    return (evolved, compiled_seeds(target, project))
