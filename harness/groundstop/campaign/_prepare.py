# SPDX-License-Identifier: Apache-2.0
"""Build what a fuzzing process needs."""

from __future__ import annotations

from pathlib import Path

from groundstop.campaign._launch import Launch
from groundstop.config import Project
from groundstop.errors import ToolError
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import Target, build
from groundstop.toolchain import build_driver, sanitizer_runtime

__all__ = ["prepare", "variant_of"]


def variant_of(target: Target, release: Release | None, sanitizer: Sanitizer) -> Variant:
    """Return the build that is fuzzed: of `release`, or of the newest."""
    return Variant(release or target.core.fleet[-1], sanitizer)


def prepare(
    target: Target, project: Project, variant: Variant, scratch: Path, share: float = 0.1
) -> Launch:
    """Build core and driver, and return how to start a process on them.

    Raises BuildError, TargetError or ToolError.
    """
    runtime = sanitizer_runtime(variant.sanitizer)
    if runtime is None:
        raise ToolError(f"no fuzzing runtime for sanitizer {variant.sanitizer}")
    return Launch(
        driver=build_driver(project_state=project.state),
        runtime=runtime,
        scratch=scratch,
        sanitizer=variant.sanitizer,
        core=build(target, variant, project).library,
        entry=target.core.entry,
        share=share,
    )
