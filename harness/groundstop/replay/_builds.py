# SPDX-License-Identifier: Apache-2.0
"""The builds that replaying uses, each looked for once in a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.model import Sanitizer, Variant
from groundstop.target import Built, Target, build, build_variants
from groundstop.toolchain import build_runner


class Builds:
    """The builds of a target's core, and the runners for them.

    Finding one in the cache takes a hundred times as long as running a testcase.  `known` is
    the `table` of another process: the same files are used then, whatever has become of the
    sources since.
    """

    def __init__(
        self, target: Target, project: Project, known: Mapping[str, str] | None = None
    ) -> None:
        self._target = target
        self._project = project
        self._files = {name: Path(file) for name, file in (known or {}).items()}

    def make(self, variants: Sequence[Variant]) -> None:
        """Build variants, and what runs them; raises BuildError, TargetError or ToolError."""
        for built in build_variants(self._target, variants, self._project):
            self._files[_name(built.variant)] = built.library
            self.runner(built.variant.sanitizer)

    def core(self, variant: Variant) -> Built:
        """Return the build of a variant; raises BuildError or TargetError."""
        library = self._files.get(_name(variant))
        if library is None:
            library = build(self._target, variant, self._project).library
            self._files[_name(variant)] = library
        return Built(variant, library, library.parent / "tree")

    def runner(self, sanitizer: Sanitizer) -> Path:
        """Return the runner for builds with `sanitizer`; raises BuildError or ToolError."""
        # The profile of a coverage build is the core's; a runner of that kind would add its own.
        counts = sanitizer is Sanitizer.COVERAGE
        kind = Sanitizer.PLAIN if counts else sanitizer
        name = f"runner:{kind}"
        if name not in self._files:
            self._files[name] = build_runner(kind, project_state=self._project.state)
        return self._files[name]

    def table(self) -> dict[str, str]:
        """Return the files so far by names of their own, for `known` of another process."""
        return {name: str(file) for name, file in self._files.items()}


def _name(variant: Variant) -> str:
    return f"core:{variant}"
