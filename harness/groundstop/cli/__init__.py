# SPDX-License-Identifier: Apache-2.0
"""The command line: one module per command, found by name, imported when it is called."""

from groundstop.cli._main import main

__all__ = ["main"]
