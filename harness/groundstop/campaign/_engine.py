# SPDX-License-Identifier: Apache-2.0
"""Run Atheris: the only module that imports it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

__all__ = ["run_engine"]


def run_engine(arguments: Sequence[str], callback: Callable[[bytes], None]) -> NoReturn:
    """Fuzz until libFuzzer is done, and leave the process with its exit status.

    `arguments` are libFuzzer's, the first one the executable path of the entry script:
    libFuzzer starts it again, through sh, for -fork, -merge, -minimize_crash and -jobs.
    """
    import atheris

    atheris.Setup(list(arguments), callback)
    atheris.Fuzz()
    raise AssertionError("Atheris came back")
