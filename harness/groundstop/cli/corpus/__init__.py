# SPDX-License-Identifier: Apache-2.0
"""`groundstop corpus`: the group; one module for each of its commands."""

from __future__ import annotations

import click

from groundstop.cli._group import CommandGroup
from groundstop.cli.corpus import _add, _merge, _stats

__all__ = ["command"]


@click.group("corpus", cls=CommandGroup)
def command() -> None:
    """Say what a target's corpus has, shrink what campaigns kept of it, add files to it."""


command.add_command(_stats.command)
command.add_command(_merge.command)
command.add_command(_add.command)
