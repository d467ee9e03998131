# SPDX-License-Identifier: Apache-2.0
"""Native is the one layer that calls foreign functions: a compiled core and the preloaded driver.

It checks lengths, calls, copies out, and turns a library that does not load into a
CoreError that says what to do.
"""

from __future__ import annotations

import importlib

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from groundstop.native._core import LoadedCore, load_core
    from groundstop.native._driver import Driver, preloaded_driver
    from groundstop.native._library import Library, open_library
    from groundstop.native._load import refuse_foreign

__all__ = [
    "Driver",
    "Library",
    "LoadedCore",
    "load_core",
    "open_library",
    "preloaded_driver",
    "refuse_foreign",
]

_HOMES = {
    "Driver": "_driver",
    "Library": "_library",
    "LoadedCore": "_core",
    "load_core": "_core",
    "open_library": "_library",
    "preloaded_driver": "_driver",
    "refuse_foreign": "_load",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
