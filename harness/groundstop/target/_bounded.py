# SPDX-License-Identifier: Apache-2.0
"""A content toolchain is code of a target's author: what calls it gets an answer, or an error."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from groundstop.deadline import OverdueError, within
from groundstop.errors import TargetError
from groundstop.target._content import ContentToolchain

__all__ = ["bounded"]


def bounded(content: ContentToolchain, seconds: float, name: str) -> ContentToolchain:
    """Return the toolchain of the target `name`, each of whose methods ends within `seconds`.

    One that does not, or that ends the process, raises TargetError.
    """
    return _Bounded(content, seconds, name)


class _Bounded:
    """Stands for a toolchain, also where somebody asks what class it is of."""

    def __init__(self, content: ContentToolchain, seconds: float, name: str) -> None:
        self._content = content
        self._seconds = seconds
        self._name = name

    @property  # type: ignore[misc] # nobody sets it
    def __class__(self) -> type:
        return type(self._content)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it is there
        found = getattr(self._content, name)
        return self._limited(name, found) if callable(found) else found

    def _limited(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        what = f"target {self._name!r}: {name}() of its content toolchain"

        @functools.wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the method
            try:
                with within(self._seconds, what):
                    return method(*arguments, **named)
            except OverdueError as error:
                hint = "content_seconds in [tool.groundstop] of pyproject.toml is the limit"
                raise TargetError(f"{error}; {hint}") from None
            except SystemExit as error:
                raise TargetError(f"{what} ends the process ({error!r})") from error

        return call
