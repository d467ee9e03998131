# SPDX-License-Identifier: Apache-2.0
"""The tables of a project, or one target more, with all in a pyproject.toml left as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groundstop.errors import ConfigError
from groundstop.files import read_input

__all__ = ["Registry", "read_registry"]

# What looks like the head of that table; whether it is one, the parsed document says.
_HEAD = re.compile(
    r"[ \t]*\["
    + r"\.".join(rf"[ \t]*[\"']?{part}[\"']?[ \t]*" for part in ("tool", "groundstop", "targets"))
    + r"\][ \t]*(#.*)?\r?"
)


class Registry:
    """The text of a pyproject.toml, and what its `[tool.groundstop]` table says if it has one.

    Raises ConfigError for one that cannot be read, or that `find_project` would refuse.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._end = "\r\n" if "\r\n" in text else "\n"
        # What comes behind a last line begins a line of its own.
        self._text = text if text.endswith("\n") or not text else text + self._end
        self._document = _parsed(path, text)
        tool = self._document.get("tool")
        self._tool: dict[str, Any] = tool if isinstance(tool, dict) else {}
        self._table = self._tool.get("groundstop", {})
        if not isinstance(self._table, dict):
            raise ConfigError(f"{path}: tool.groundstop must be a table")
        if not isinstance(self._table.get("corpus", ""), str):
            raise ConfigError(f"{path}: tool.groundstop.corpus must be a path")
        targets = self._table.get("targets", {})
        if not isinstance(targets, dict) or not all(isinstance(v, str) for v in targets.values()):
            raise ConfigError(
                f'{path}: tool.groundstop.targets must map names to "module:attribute"'
            )
        self.targets: dict[str, str] = targets

    @property
    def is_project(self) -> bool:
        """Whether it has the table."""
        return "groundstop" in self._tool

    @property
    def corpus(self) -> str:
        """The folder of the corpus, from the project's root."""
        return str(self._table.get("corpus", "corpus"))

    @property
    def implied(self) -> str | None:
        """The target that commands take without a name only because it is alone."""
        alone = len(self.targets) == 1 and "default" not in self._table
        return next(iter(self.targets)) if alone else None

    def with_project(self, tables: str) -> str:
        """Return the text with the tables of a project; raise ConfigError if they do not fit."""
        text = self._text + (self._end if self._text else "") + tables.replace("\n", self._end)
        table = tomllib.loads(tables)["tool"]["groundstop"]
        return self._that_says(
            table,
            iter([text]),
            "[tool.groundstop] finds no place in it: write what it says of other tools below "
            "lines [tool.NAME], and try again",
        )

    def with_target(self, name: str, where: str) -> str:
        """Return the text with a target more; raise ConfigError where it has no place for one."""
        line = f'{name} = "{where}"'
        return self._that_says(
            {**self._table, "targets": {**self.targets, name: where}},
            self._with_line(line),
            f"{line} finds no place in it: write its targets below a line "
            "[tool.groundstop.targets], one on each line, and try again",
        )

    def _with_line(self, line: str) -> Iterator[str]:
        """Yield the text with a line more, in each place where the targets may be."""
        lines = self._text.split("\n")
        for number in range(len(lines)):
            if _HEAD.fullmatch(lines[number]):
                at = _last_entry(lines, number) + 1
                yield "\n".join([*lines[:at], line + self._end[:-1], *lines[at:]])
        end = self._end
        yield f"{self._text}{end}[tool.groundstop.targets]{end}{line}{end}"

    def _that_says(self, table: dict[str, Any], texts: Iterator[str], otherwise: str) -> str:
        """Return the first of the texts that says the same as now, with this table in it."""
        wanted = {**self._document, "tool": {**self._tool, "groundstop": table}}
        for text in texts:
            try:
                became = tomllib.loads(text)
            except ValueError:
                continue
            if became == wanted:
                return text
        raise ConfigError(f"{self._path}: {otherwise}")


def read_registry(path: Path) -> Registry:
    """Read a pyproject.toml; one that is not there is empty.

    Raises InputError or ConfigError for one that cannot be read.
    """
    try:
        # The line ends stay what they are.
        text = read_input(path).decode() if path.exists() else ""
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read: not UTF-8 at byte {error.start}") from error
    return Registry(path, text)


def _last_entry(lines: list[str], head: int) -> int:
    """Return the last line that says something in the table; a comment may be the next table's."""
    last = head
    for number in range(head + 1, len(lines)):
        said = lines[number].strip()
        if said.startswith("["):
            break
        if said and not said.startswith("#"):
            last = number
    return last


def _parsed(path: Path, text: str) -> dict[str, Any]:
    if text.startswith("\ufeff"):
        raise ConfigError(
            f"{path}: begins with a byte order mark, which TOML does not have: save it without"
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
