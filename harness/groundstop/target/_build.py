# SPDX-License-Identifier: Apache-2.0
"""Build the variants of a target's core."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import BuildError, TargetError
from groundstop.model import Sanitizer, Variant
from groundstop.target._library import PrebuiltLibrary
from groundstop.target._target import Target
from groundstop.toolchain import build_shared

__all__ = ["Built", "build", "build_variants"]


@dataclass(frozen=True, slots=True)
class Built:
    """One variant of a core, ready to be loaded.

    `library` is the shared object, `tree` the folder of the very sources that it was
    compiled from, history patch and generated files included; for a prebuilt library the
    folder that it lies in.
    """

    variant: Variant
    library: Path
    tree: Path


def build(target: Target, variant: Variant, project: Project) -> Built:
    """Compile one variant, or find it in the cache; raise BuildError or TargetError.

    Of a prebuilt library there is but one; raises CoreError for one that cannot be loaded.
    """
    if prebuilt := target.core.prebuilt:
        return _as_it_is(target, variant, prebuilt)
    recipe = target.core.recipe(target.name, variant.release)
    try:
        library = build_shared(recipe, variant.sanitizer, project_state=project.state)
    except BuildError as error:
        entry = target.core.entry
        # As ld and lld word it; neither says what an entry point is.
        if not re.search(rf"\b(symbol|undefined)\b.*\b{re.escape(entry)}\b", error.output):
            raise
        hint = (
            f"define `int {entry}(const uint8_t *, size_t)` without `static` "
            '(in C++ as extern "C"), or name the right one in Core(entry=…)'
        )
        raise BuildError(error.what, error.command, f"{error.output.rstrip()}\n{hint}") from error
    return Built(variant, library, library.parent / "tree")


def _as_it_is(target: Target, variant: Variant, prebuilt: PrebuiltLibrary) -> Built:
    if str(variant.release):
        raise TargetError(f"{target.name} has no releases: it is a prebuilt library")
    if variant.sanitizer is not prebuilt.sanitizer:
        what = "line coverage" if variant.sanitizer is Sanitizer.COVERAGE else variant.sanitizer
        raise TargetError(
            f"{target.name} is a prebuilt library, built {prebuilt.sanitizer}: there is no build "
            f"of it for {what}; declare Core(sources=(…,)) for that"
        )
    return Built(variant, prebuilt.path, prebuilt.path.parent)


def build_variants(target: Target, variants: Sequence[Variant], project: Project) -> list[Built]:
    """Compile several variants at once; in the order asked for."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(lambda variant: build(target, variant, project), variants))
