# SPDX-License-Identifier: Apache-2.0
"""Build the framework's own native parts: driver, mutator and runner."""

from __future__ import annotations

from pathlib import Path

from groundstop.model import Sanitizer
from groundstop.toolchain._build import build_program, build_shared
from groundstop.toolchain._locate import native_root
from groundstop.toolchain._recipe import Recipe

# Theirs, not a user's core's: a warning in them is a mistake of ours.
_STRICT = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")


def build_driver(*, project_state: Path) -> Path:
    """Return the library that is preloaded before the sanitizer runtime of a campaign."""
    recipe = _recipe("driver", without="runner.c")
    return build_shared(recipe, Sanitizer.PLAIN, project_state=project_state)


def build_mutator(*, project_state: Path) -> Path:
    """Return the library whose hooks libFuzzer calls to mutate and cross over inputs."""
    return build_shared(_recipe("mutator"), Sanitizer.PLAIN, project_state=project_state)


def build_runner(sanitizer: Sanitizer, *, project_state: Path) -> Path:
    """Return the program that replays inputs in cores built with `sanitizer`."""
    root = native_root() / "driver"
    recipe = Recipe(
        name="runner",
        root=root,
        sources=("report.c", "runner.c"),
        headers=("*.h",),
        include=(native_root() / "include",),
        cflags=_STRICT,
        instrument=False,
    )
    return build_program(recipe, sanitizer, project_state=project_state)


def _recipe(part: str, without: str = "") -> Recipe:
    root = native_root() / part
    sources = tuple(sorted(path.name for path in root.glob("*.c") if path.name != without))
    return Recipe(
        name=part,
        root=root,
        sources=sources,
        headers=("*.h",),
        include=(native_root() / "include",),
        cflags=_STRICT,
        ldflags=("-ldl",),
        instrument=False,
    )
