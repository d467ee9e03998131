# SPDX-License-Identifier: Apache-2.0
"""Build what ours is compared with: the same core as a native fuzzer binary."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from groundstop.config import Project
from groundstop.model import Release, Sanitizer
from groundstop.target import Target
from groundstop.toolchain import Recipe, build_program

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
    """Compile the core and libFuzzer into one binary, with our mutator where one is given."""
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
