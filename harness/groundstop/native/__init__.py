# SPDX-License-Identifier: Apache-2.0
"""Native is the one layer that calls foreign functions: a compiled core and the preloaded driver.

It checks lengths, calls, copies out, and turns a library that does not load into a
CoreError that says what to do.
"""

from groundstop.native._core import LoadedCore, load_core
from groundstop.native._driver import Driver, preloaded_driver
from groundstop.native._library import Library, open_library

__all__ = ["Driver", "Library", "LoadedCore", "load_core", "open_library", "preloaded_driver"]
