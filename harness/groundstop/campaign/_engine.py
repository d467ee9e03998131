# SPDX-License-Identifier: Apache-2.0
"""Run Atheris: the only module that imports it."""

from __future__ import annotations

import sys
from _thread import RLock
from importlib import import_module
from importlib.machinery import PathFinder

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

__all__ = ["run_engine"]

_NATIVE = ("Setup", "Fuzz")


def run_engine(arguments: Sequence[str], callback: Callable[[bytes], None]) -> NoReturn:
    """Fuzz until libFuzzer is done, and leave the process with its exit status.

    `arguments` are libFuzzer's, the first one the executable path of the entry script:
    libFuzzer starts it again, through sh, for -fork, -merge, -minimize_crash and -jobs.
    """
    _defer_instrumentation()
    import atheris

    atheris.Setup(list(arguments), callback)
    atheris.Fuzz()
    raise AssertionError("Atheris came back")


def _defer_instrumentation() -> None:
    """Put a package `atheris` in place that runs its own code once somebody wants more of it.

    Most of it instruments Python code, and takes longer to import than all the rest of
    a process' start; the fuzzer itself is one of its modules.
    """
    if "atheris" in sys.modules:
        return
    spec = PathFinder.find_spec("atheris")
    if spec is None or spec.loader is None or spec.submodule_search_locations is None:
        # Packed into one file, perhaps: it is imported as usual.
        return
    loader = spec.loader
    package = type(sys)("atheris")
    package.__spec__ = spec
    package.__loader__ = loader
    package.__package__ = spec.name
    package.__file__ = spec.origin
    package.__path__ = spec.submodule_search_locations

    lock = RLock()
    is_whole = False

    def find(name: str) -> object:
        nonlocal is_whole
        if name in _NATIVE:
            try:
                return getattr(import_module("atheris.native"), name)
            except (ImportError, AttributeError):
                pass  # another version: the whole of it will have it
        with lock:
            if not is_whole:
                # Before: what it runs may ask for what it has not yet.
                is_whole = True
                try:
                    loader.exec_module(package)
                except BaseException:
                    is_whole = False
                    raise
        if name not in vars(package):
            raise AttributeError(f"module 'atheris' has no attribute {name!r}")
        return vars(package)[name]

    package.__getattr__ = find  # type: ignore[method-assign]
    sys.modules["atheris"] = package
