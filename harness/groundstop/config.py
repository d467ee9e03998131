# SPDX-License-Identifier: Apache-2.0
"""The project: its root, its `[tool.groundstop]` table and the places where things are kept."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.errors import ConfigError, ProjectMissingError
from groundstop.words import near

__all__ = ["Project", "find_project", "folder_project"]

_KNOWN_KEYS = {"content_seconds", "corpus", "default", "targets"}
_CONTENT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a pyproject.toml that has a `[tool.groundstop]` table.

    No method of a content toolchain may take more than `content_seconds`.
    `targets` maps a target's name to `module:attribute`, `default` names the one that is
    meant where a command leaves it out (by default the only one).  Everything that can be made
    again (builds, compiled seeds, findings' reports) lives under `state`.
    """

    root: Path
    corpus: Path
    targets: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    content_seconds: float = _CONTENT_SECONDS

    @property
    def state(self) -> Path:
        """The project's own cache and working files, ignored by git."""
        return self.root / ".groundstop"

    @property
    def harnesses(self) -> Path:
        """The folder that tells of libFuzzer harnesses fuzzed here: targets nobody declared."""
        return self.state / "harness"

    def corpus_of(self, target: str) -> Path:
        """Return the folder with `seeds`, `regressions` and `evolved` of a target."""
        return self.corpus / target

    def relative(self, path: Path) -> str:
        """Return `path` as people and shells find it from the current folder.

        Within the project it is relative, also where it leads upward; elsewhere absolute.
        """
        path, here = path.absolute(), Path.cwd()
        if path.is_relative_to(here):
            return str(path.relative_to(here))
        within = path.is_relative_to(self.root) and here.is_relative_to(self.root)
        return os.path.relpath(path, here) if within else str(path)

    def in_text(self, text: str) -> str:
        """Return a text with the paths in it that lie within the project as `relative` has them."""
        there = self.relative(self.root)
        return text.replace(f"{self.root}/", "" if there == "." else f"{there}/")


def find_project(start: Path | None = None) -> Project:
    """Find the project that `start` (default: the current folder) belongs to.

    A folder in which a harness was fuzzed is one, too, without any pyproject.toml.
    GROUNDSTOP_PROJECT overrides the search.  Raises ProjectMissingError when there is none.
    """
    override = os.environ.get("GROUNDSTOP_PROJECT")
    folder = Path(override) if override else (start or Path.cwd())
    folder = folder.absolute()
    for root in (folder, *folder.parents):
        table = _read_table(root / "pyproject.toml")
        if table is not None:
            return _project(root, table)
        if (bare := _bare_project(root)).harnesses.is_dir():
            return bare
    raise ProjectMissingError(
        f"no Groundstop project at {folder} or above: run this inside a folder whose "
        "pyproject.toml has a [tool.groundstop] table"
    )


def folder_project() -> Project:
    """Return the project of the current folder; where there is none, the folder is one itself.

    Everything is then kept under its state, and `find_project` finds it once a harness is.
    """
    try:
        return find_project()
    except ProjectMissingError:
        return _bare_project(Path.cwd())


def _bare_project(root: Path) -> Project:
    return Project(root, root / ".groundstop" / "corpus")


def _read_table(path: Path) -> dict[str, object] | None:
    if path.exists() and not path.is_file():
        raise ConfigError(f"{path}: cannot be read: not a regular file")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except RecursionError:
        raise ConfigError(f"{path}: cannot be read: nested too deep") from None
    except (OSError, ValueError) as error:  # not UTF-8, not TOML, a number too long
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    tool = document.get("tool", {})
    table = tool.get("groundstop") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.groundstop must be a table")
    return table


def _project(root: Path, table: dict[str, object]) -> Project:
    where = root / "pyproject.toml"
    for key in table.keys() - _KNOWN_KEYS:
        hint = near(key, sorted(_KNOWN_KEYS))
        raise ConfigError(f"{where}: tool.groundstop.{key} is unknown ({hint})")
    corpus = table.get("corpus", "corpus")
    if not isinstance(corpus, str):
        raise ConfigError(f"{where}: tool.groundstop.corpus must be a path")
    targets = table.get("targets", {})
    if not isinstance(targets, dict) or not all(isinstance(v, str) for v in targets.values()):
        raise ConfigError(f'{where}: tool.groundstop.targets must map names to "module:attribute"')
    default = table.get("default", next(iter(targets)) if len(targets) == 1 else None)
    if default is not None and (not isinstance(default, str) or default not in targets):
        known = ", ".join(sorted(targets)) or "none"
        raise ConfigError(f"{where}: tool.groundstop.default must name a target (there: {known})")
    seconds = table.get("content_seconds", _CONTENT_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e6:  # noqa: PLR2004
        raise ConfigError(f"{where}: tool.groundstop.content_seconds must be a number above 0")
    return Project(root, root / corpus, dict(targets), default, float(seconds))
