# SPDX-License-Identifier: Apache-2.0
"""All mistakes of a source at once: what is wrong is noted, and reading goes on."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from groundstop.errors import MistakesError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["FollowsError", "Mistakes"]

_Read = TypeVar("_Read")
_MOST = 100
"""Who has more mistakes has few of them, many times; a page of them is enough to see which."""


class FollowsError(Exception):
    """Something cannot be read, because of a mistake that is noted already."""


class _EnoughError(Exception):
    """There are more mistakes than anybody reads."""


class Mistakes:
    """The mistakes in a source and in the templates that it names."""

    def __init__(self) -> None:
        self._found: list[SourceError] = []

    def note(self, error: SourceError) -> None:
        """Note a mistake."""
        self._found += error.errors
        if len(self._found) > _MOST:
            raise _EnoughError

    def known_in(self, path: Path) -> bool:
        """Return whether there is a mistake in a file."""
        return any(error.where.path == path for error in self._found)

    @contextmanager
    def at_most_enough(self) -> Iterator[None]:
        """End this block where there are more mistakes than anybody reads."""
        with suppress(_EnoughError):
            yield

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note the mistake that ends this block, if one does."""
        try:
            yield
        except FollowsError:
            pass
        except SourceError as error:
            self.note(error)

    def attempt(self, read: Callable[[], _Read]) -> _Read | None:
        """Return what `read` does; None, with the mistake noted, where it raises."""
        with self.noting():
            return read()
        return None

    def raise_any(self, path: Path) -> None:
        """Raise what was noted, if anything was: first of `path`, in the order of the text."""
        found = sorted(
            self._found,
            key=lambda e: (e.where.path != path, str(e.where.path), e.where.line, e.where.column),
        )
        if len(found) > _MOST:
            found[_MOST:] = [SourceError("there are more mistakes", found[_MOST].where)]
        if len(found) > 1:
            raise MistakesError(found)
        if found:
            raise found[0]
