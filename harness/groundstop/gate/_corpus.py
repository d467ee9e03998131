# SPDX-License-Identifier: Apache-2.0
"""The stage that asks whether the evidence of the corpus is all there."""

from __future__ import annotations

from groundstop.config import Project
from groundstop.corpus import (
    Regression,
    list_property_inputs,
    list_regressions,
    missing_files,
)
from groundstop.errors import SourceLocation
from groundstop.files import read_text
from groundstop.gate._decision import StageResult, StageStatus
from groundstop.target import Problem, Target
from groundstop.words import counted, near

__all__ = ["corpus_stage"]

_NAME = "corpus"
_SHOWN = 3


def corpus_stage(target: Target, project: Project) -> StageResult:
    """Judge whether seeds and regressions are all there, and their sidecars name what there is.

    In a sparse checkout a gate would pass what it never ran.
    """
    sidecars = [
        *list_regressions(target.name, project),
        *list_property_inputs(target.name, project),
    ]
    problems = [
        Problem(
            "unknown-release",
            f"{target.name} has no release {str(each.release)!r} ({_near(target, each)})",
            _place(each),
            "name the release on which it shows, or bring that back",
        )
        for each in sidecars
        if not target.core.has(each.release)
    ]
    missing = missing_files(target.name, project)
    if missing:
        names = ", ".join(project.relative(path) for path in missing[:_SHOWN])
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        problems.append(
            Problem(
                "missing-evidence",
                f"git has what is not there: {names}{more}",
                project.relative(project.corpus_of(target.name)),
                "check them out (git sparse-checkout add, git checkout), or git rm them",
            )
        )
    evidence = f"{counted(len(sidecars), 'sidecar')} checked for unknown releases"
    folder = project.corpus_of(target.name) / "regressions"
    if missing is None and not folder.is_dir() and not problems:
        why = "no folder regressions, and no git to say whether there was one"
        return StageResult(_NAME, StageStatus.NOT_CHECKED, f"{why}; {evidence}")
    files = "not compared with git" if missing is None else "every file that git has is there"
    if missing:
        files = f"{counted(len(missing), 'file')} of git not there"
    return StageResult.judged(_NAME, f"{files}; {evidence}", problems)


def _near(target: Target, regression: Regression) -> str:
    core = target.core
    names = [str(each) for each in core.fleet if str(each)]
    histories = [f"{name}@{patch}" for name in names for patch in core.histories()]
    return near(str(regression.release), histories if regression.release.history else names)


def _place(regression: Regression) -> SourceLocation:
    lines = read_text(regression.sidecar).splitlines()
    line = next((n for n, text in enumerate(lines, 1) if text.lstrip().startswith("release")), 1)
    return SourceLocation(regression.sidecar, line, "release")
