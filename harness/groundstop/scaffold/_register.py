# SPDX-License-Identifier: Apache-2.0
"""One target more in the pyproject.toml of a project, with all that stands there left as it is."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

from groundstop.errors import ConfigError
from groundstop.files import read_input

__all__ = ["Registry", "read_registry"]

_PROJECT = re.compile(r"^\[tool\.groundstop", re.MULTILINE)
_TABLE = re.compile(
    r"^[ \t]*\[ *tool *\. *groundstop *\. *targets *\][ \t]*(#.*)?\r?$", re.MULTILINE
)
_NEXT_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


class Registry:
    """The text of a pyproject.toml that has a `[tool.groundstop]` table, and what that says."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._document = _parsed(path, text)

    @property
    def targets(self) -> dict[str, str]:
        """The targets that are registered: `module:attribute` by name."""
        found = self._table.get("targets", {})
        return dict(found) if isinstance(found, dict) else {}

    @property
    def corpus(self) -> str:
        """The folder of the corpus, from the project's root."""
        return str(self._table.get("corpus", "corpus"))

    def with_target(self, name: str, where: str) -> str:
        """Return the text with a target more; raise ConfigError where it has no place for one."""
        line = f'{name} = "{where}"'
        end = "\r\n" if "\r\n" in self._text else "\n"
        head = _TABLE.search(self._text)
        if head is None:
            gap = "" if self._text.endswith("\n") else end
            text = f"{self._text}{gap}{end}[tool.groundstop.targets]{end}{line}{end}"
        else:
            following = _NEXT_TABLE.search(self._text, head.end())
            stop = following.start() if following else len(self._text)
            # Behind the last of them, before what stands between this table and the next.
            table = self._text[:stop].rstrip()
            text = f"{table}{end}{line}{self._text[len(table) :] or end}"
        wanted = copy.deepcopy(self._document)
        wanted["tool"]["groundstop"]["targets"] = {**self.targets, name: where}
        try:
            became = tomllib.loads(text)
        except ValueError:
            became = None
        # A table may be written in other ways, or its head stand in a text.
        if became != wanted:
            raise ConfigError(
                f"{self._path}: {line} finds no place in it: write its targets below a line "
                "[tool.groundstop.targets], one on each line, and try again"
            )
        return text

    @property
    def _table(self) -> dict[str, Any]:
        table: dict[str, Any] = self._document["tool"]["groundstop"]
        return table


def read_registry(path: Path) -> Registry | None:
    """Return what a pyproject.toml registers; None where it is not there, or no project's.

    Raises InputError or ConfigError for one that cannot be read.
    """
    if not path.is_file():
        return None
    try:
        text = read_input(path).decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read: not UTF-8 at byte {error.start}") from error
    return Registry(path, text) if _PROJECT.search(text) else None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
