# SPDX-License-Identifier: Apache-2.0
"""Build what ours is compared with: the same core as native fuzzer programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from groundstop.config import Project
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import Target, build
from groundstop.toolchain import Recipe, build_program, native_root, sanitizer_runtime

BASELINES = Path(__file__).parent / "baselines"

_GLUE = """\
#include <stddef.h>
#include <stdint.h>
int {entry}(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{{
	return {entry}(data, size);
}}
"""
_GLUE_FILE = "groundstop_bench_glue.c"


def build_native(target: Target, release: Release, project: Project, mutator: Path | None) -> Path:
    """Build a native program on the libFuzzer of Atheris' runtime, with our mutator where given.

    It links the core's own library: the one that ours loads.
    """
    core = build(target, Variant(release), project).library
    found = (sanitizer_runtime(Sanitizer.ADDRESS), mutator, core)
    libraries = [library for library in found if library is not None]
    recipe = Recipe(
        name=f"{target.name}-{release}-native",
        root=BASELINES,
        sources=("native.c",),
        include=(native_root() / "include", native_root() / "driver"),
        cflags=(f"-DENTRY={target.core.entry}",),
        # The runtime comes first, as the runtime itself demands, and what it leaves undefined
        # is Python's, which nothing here calls.
        ldflags=(
            "-Wl,--no-as-needed,--unresolved-symbols=ignore-all",
            *map(str, libraries),
            *(f"-Wl,-rpath,{library.parent}" for library in libraries),
        ),
        instrument=False,
    )
    return build_program(recipe, Sanitizer.PLAIN, project_state=project.state)


def build_libfuzzer(
    target: Target, release: Release, project: Project, mutator: Path | None
) -> Path:
    """Compile the core and the compiler's libFuzzer into one binary, as people do by hand."""
    recipe = with_glue(target, release)
    ldflags = [*recipe.ldflags, "-fsanitize=fuzzer"]
    if mutator is not None:
        ldflags += [str(mutator), f"-Wl,-rpath,{mutator.parent}"]
    name = f"{recipe.name}-libfuzzer" + ("-mutator" if mutator else "")
    recipe = dataclasses.replace(recipe, name=name, ldflags=tuple(ldflags))
    return build_program(recipe, Sanitizer.ADDRESS, project_state=project.state)


def with_glue(target: Target, release: Release) -> Recipe:
    """Return the core's recipe with libFuzzer's entry point calling the core's own."""
    recipe = target.core.recipe(target.name, release)
    if target.core.entry == "LLVMFuzzerTestOneInput":
        return recipe
    generate = recipe.generate

    def generate_glue(tree: Path) -> Mapping[str, str]:
        files = dict(generate(tree)) if generate else {}
        return {**files, _GLUE_FILE: _GLUE.format(entry=target.core.entry)}

    # The glue is generated, not copied: it must not be looked for in the core's own tree.
    return dataclasses.replace(
        recipe, sources=(*recipe.sources, _GLUE_FILE), generate=generate_glue
    )
