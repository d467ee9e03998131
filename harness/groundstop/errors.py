# SPDX-License-Identifier: Apache-2.0
"""Errors: everything that Groundstop raises on purpose has the root `GroundstopError`.

The command line turns each of them into one message and exit status 2: nothing
was decided.  A message says what is wrong, where, and what to do.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class GroundstopError(Exception):
    """Something outside the code is not as it should be; the message says what to do."""


class ConfigError(GroundstopError):
    """The project's pyproject.toml is missing, unreadable or says something unknown."""


class ProjectMissingError(ConfigError):
    """There is no project where one was looked for."""


class ToolError(GroundstopError):
    """A tool or library that this machine should have is missing or does not fit."""


class InputError(GroundstopError):
    """A file that the user named cannot be read or written, or is too large."""


class DamagedFindingError(InputError):
    """A stored finding is not as it was written; carries its folder and what is wrong."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder}: damaged finding: {why}: put the folder back as it was, or move it away"
        )
        self.folder = folder
        self.why = why


class TargetError(GroundstopError):
    """No such target, or its declaration is wrong."""


class BuildError(GroundstopError):
    """A core did not compile; carries the command and the compiler's own words."""

    def __init__(self, what: str, command: str, output: str) -> None:
        super().__init__(f"{what} did not build\n$ {command}\n{output.rstrip()}")
        self.what = what
        self.command = command
        self.output = output


class CoreError(GroundstopError):
    """A compiled core cannot be loaded, or lacks its entry point."""


class ReplayError(GroundstopError):
    """A replay worker could not be started or does not answer (not: the core died)."""


class StrayDeathError(ReplayError):
    """The core's process died between two inputs, of what an earlier one left running."""


class CampaignError(GroundstopError):
    """A campaign could not be started, or ended in a way that is no finding."""


class InterruptedTriageError(GroundstopError):
    """Of `total` inputs that a campaign stored in `folder` only `done` were made findings."""

    def __init__(self, done: int, total: int, folder: str) -> None:
        super().__init__(
            f"interrupted: {done} of {total} failing inputs were made findings; the rest is in "
            f"{folder}: the next campaign begins with it (groundstop repro FILE shows what one is)"
        )
        self.done = done
        self.total = total
        self.folder = folder


class DecodeError(GroundstopError):
    """Bytes are not of the declared format; carries the offset and the field."""

    def __init__(self, message: str, *, offset: int, field: str) -> None:
        super().__init__(f"{message} (field {field}, byte {offset})")
        self.offset = offset
        self.field = field


class EncodeError(GroundstopError):
    """A value does not fit the declared format; carries the field."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(f"{message} (field {field})")
        self.field = field


class DeclarationError(GroundstopError):
    """A format declaration contradicts itself; names the class and the field."""


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A place in a text source: 1-based line and, where known, the field's dotted name.

    Line 0 stands for the file as a whole: it is not there, or cannot be read.  `column` is
    1-based, in characters; 0 where it is not known.
    """

    path: Path
    line: int
    field: str = ""
    column: int = 0

    @property
    def place(self) -> str:
        """The place without the field, as editors and compilers write it: `path:line:column`."""
        numbers = (number for number in (self.line, self.column if self.line else 0) if number)
        return ":".join([str(self.path), *map(str, numbers)])

    def __str__(self) -> str:
        return self.place + (f": {self.field}" if self.field else "")


class SourceError(GroundstopError):
    """A text source cannot be compiled; carries file, line and field.

    `excerpt` shows the place: the line, and a marker below it (see excerpt.py).
    """

    def __init__(self, message: str, where: SourceLocation, excerpt: str = "") -> None:
        super().__init__("\n".join(filter(None, [f"{where}: {message}", excerpt])))
        self.message = message
        self.where = where
        self.excerpt = excerpt

    @property
    def errors(self) -> tuple[SourceError, ...]:
        """Every mistake that was found: this one."""
        return (self,)


class MistakesError(SourceError):
    """Several mistakes of one text source; `message` and `where` are those of the first."""

    def __init__(self, errors: Sequence[SourceError]) -> None:
        first = errors[0]
        super().__init__(first.message, first.where, first.excerpt)
        self.args = ("\n".join(map(str, errors)),)
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[SourceError, ...]:
        """Every mistake that was found, in the order of the text."""
        return self._errors


def os_error_words(error: OSError) -> str:
    """Return what the system could not do, as people read it: the file, and why."""
    name = error.filename
    if not isinstance(name, str | bytes):
        return error.strerror or str(error)
    return f"{os.fsdecode(name)}: {error.strerror}"
