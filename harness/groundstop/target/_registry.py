# SPDX-License-Identifier: Apache-2.0
"""The registry: targets by name, from the project's pyproject.toml and from entry points."""

from __future__ import annotations

import importlib
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import GroundstopError, TargetError
from groundstop.target._bounded import bounded
from groundstop.target._harness import harness_target, harnesses
from groundstop.target._target import Target
from groundstop.words import near

__all__ = ["list_targets", "load_target", "rooted"]

_GROUP = "groundstop.targets"


def list_targets(project: Project) -> dict[str, str]:
    """Return every registered target's name with the `module:attribute` it lives at, sorted.

    The project's own table wins over an installed package's entry point of the same name.
    Harnesses that were fuzzed in this project are among them, with their file's path.
    """
    # Slow to import, and a fuzzing process knows where its target is.
    from importlib.metadata import entry_points

    found = {entry.name: entry.value for entry in entry_points(group=_GROUP)}
    fuzzed = {name: str(harness.path) for name, harness in harnesses(project).items()}
    return dict(sorted({**fuzzed, **found, **project.targets}.items()))


def load_target(project: Project, name: str) -> Target:
    """Import and return the target `name`; raise TargetError when that cannot be done."""
    known = project.targets if name in project.targets else list_targets(project)
    if name not in known:
        raise TargetError(
            f"no target {name!r} ({near(name, known)}); declare it in "
            "[tool.groundstop.targets] of pyproject.toml"
        )
    where = known[name]
    if where.startswith("/"):
        return harness_target(project, name, harnesses(project)[name])
    module_name, _, attribute = where.partition(":")
    if not module_name or not attribute:
        example = f"{module_name or 'module'}:{attribute or 'target'}"
        raise _wrong(name, f"{where!r} is not of the form module:attribute", name, example)
    if str(project.root) not in sys.path:
        # A project's targets live beside its pyproject.toml, installed or not.
        sys.path.insert(0, str(project.root))
    try:
        module = importlib.import_module(module_name)
        target = getattr(module, attribute, None)
    except (Exception, SystemExit) as error:
        # Anything may happen while somebody else's module is imported, also sys.exit(0).
        raise TargetError(
            f"target {name!r}: {where} cannot be imported: {_said(error, project)}"
        ) from error
    if not isinstance(target, Target):
        there = {
            value.name: key for key, value in vars(module).items() if isinstance(value, Target)
        }
        example = f"{module_name}:{there.get(name, 'target')}"
        what = f"{attribute!r} of the module {module_name} is "
        what += "not there" if target is None else f"not a Target but {type(target).__name__!r}"
        raise _wrong(name, what, name, example)
    if target.name != name:
        raise _wrong(name, f"{where} is the target {target.name!r}", target.name, where)
    target = rooted(target, project)
    return replace(target, content=bounded(target.content, project.content_seconds, name))


def _said(error: BaseException, project: Project) -> str:
    """Return what went wrong while a module was imported, and in which line of it."""
    said = str(error)
    if not isinstance(error, GroundstopError):
        said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    place = ("", 0)
    if isinstance(error, SyntaxError) and error.filename:
        said = f"{type(error).__name__}: {error.msg}"
        place = (error.filename, error.lineno or 0)
    else:
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            # Not what imports it, nor what it has called of ours to be told that it is wrong.
            if not file.startswith("<") and not _is_ours(frame.f_globals.get("__name__", "")):
                place = (file, line)
    file, line = place
    return f"{project.relative(Path(file))}:{line}: {said}" if file else said


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "groundstop" and not module.startswith(f"{_GROUP}.")


def rooted(target: Target, project: Project) -> Target:
    """Return `target` with its core's root in the project, whatever the current folder is."""
    root = project.root / (target.core.root or "")
    return replace(target, core=replace(target.core, root=root))


def _wrong(name: str, what: str, key: str, value: str) -> TargetError:
    return TargetError(
        f"target {name!r}: {what}: "
        f'write {key} = "{value}" in [tool.groundstop.targets] of pyproject.toml'
    )
