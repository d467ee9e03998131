# SPDX-License-Identifier: Apache-2.0
"""Build the framework's own native parts: driver, mutator and runner."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from groundstop.model import Sanitizer
from groundstop.toolchain._build import build_program, build_shared
from groundstop.toolchain._locate import native_root
from groundstop.toolchain._recipe import Recipe

# The runner lies beside the driver, and these belong to both.
_RUNNER = "runner"
_SHARED = ("extra.c", "guard.c", "report.c")
# Theirs, not a user's core's: a warning in them is a mistake of ours.
_STRICT = (
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wframe-larger-than=1024",
)
# AddressSanitizer looks for what throws exceptions when the process starts, and ends the process
# of a core that throws one where that was loaded later, with the core.
_EXCEPTIONS = ("-Wl,--no-as-needed", "-l:libstdc++.so.6")


def build_driver(*, project_state: Path) -> Path:
    """Return the library that is preloaded before the sanitizer runtime of a campaign."""
    sources = [name for name in _sources("driver") if not name.startswith(_RUNNER)]
    recipe = _recipe("driver", "driver", sources)
    return build_shared(recipe, Sanitizer.PLAIN, project_state=project_state)


def build_mutator(*, project_state: Path) -> Path:
    """Return the library whose hooks libFuzzer calls to mutate and cross over inputs."""
    recipe = _recipe("mutator", "mutator", _sources("mutator"))
    return build_shared(recipe, Sanitizer.PLAIN, project_state=project_state)


def build_own_hooks(hooks: Iterable[str], *, project_state: Path) -> Path:
    """Return the library whose hooks libFuzzer calls to reach those in the core.

    `hooks` are the words `mutator` and `crossover`, for those that the core has.
    """
    defined = tuple(f"-DGS_OWN_{hook.upper()}" for hook in sorted(hooks))
    recipe = _recipe("own", "own", _sources("own"))
    recipe = dataclasses.replace(recipe, cflags=(*recipe.cflags, *defined))
    return build_shared(recipe, Sanitizer.PLAIN, project_state=project_state)


def build_runner(sanitizer: Sanitizer, *, project_state: Path) -> Path:
    """Return the program that replays inputs in cores built with `sanitizer`."""
    sources = [name for name in _sources("driver") if name.startswith(_RUNNER)]
    recipe = _recipe("runner", "driver", [*sources, *_SHARED])
    if sanitizer is Sanitizer.ADDRESS:
        recipe = dataclasses.replace(recipe, ldflags=(*recipe.ldflags, *_EXCEPTIONS))
    return build_program(recipe, sanitizer, project_state=project_state)


def _sources(folder: str) -> list[str]:
    return sorted(path.name for path in (native_root() / folder).glob("*.c"))


def _recipe(name: str, folder: str, sources: list[str]) -> Recipe:
    return Recipe(
        name=name,
        root=native_root() / folder,
        sources=tuple(sources),
        include=(native_root() / "include",),
        cflags=_STRICT,
        ldflags=("-ldl",),
        instrument=False,
    )
