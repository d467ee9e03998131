# SPDX-License-Identifier: Apache-2.0
"""A group of commands that says which one was probably meant."""

from __future__ import annotations

import click

from groundstop.words import near

__all__ = ["CommandGroup"]


class CommandGroup(click.Group):
    """Refuses the name of no command with the name of one that is like it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` begin with, and the rest of them."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"no command {args[0]!r} ({near(args[0], self.list_commands(ctx))})")
        return super().resolve_command(ctx, args)
