# SPDX-License-Identifier: Apache-2.0
"""What a shell offers for a target, a release or a finding that is being typed.

It says nothing where it knows nothing: a message would land in the middle of the line.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from groundstop.config import Project, find_project
from groundstop.words import one_line

__all__ = ["COMPLETE", "complete_file", "complete_finding", "complete_release", "complete_target"]

# The variable that a shell's completion sets, as click names it after the program.
COMPLETE = "_GROUNDSTOP_COMPLETE"

# Of others a shell's script could take a part for something else.
_PLAIN = re.compile(r"[\w.@+-]+", re.ASCII)
_ID = re.compile(r"[0-9a-f]{16}")

_Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _quietly(
    items: Callable[[Project, click.Context], Iterable[CompletionItem]],
) -> _Completer:
    @functools.wraps(items)
    def complete(
        ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        # A project of which something is broken, or none at all; somebody else's module.
        with contextlib.suppress(Exception, SystemExit):
            return [
                item
                for item in items(find_project(), ctx)
                if _PLAIN.fullmatch(item.value) and item.value.startswith(incomplete)
            ]
        return []

    return complete


@_quietly
def complete_target(project: Project, _ctx: click.Context) -> Iterable[CompletionItem]:
    """Offer the targets that there are."""
    from groundstop.target import list_targets

    return [CompletionItem(name, help=one_line(at)) for name, at in list_targets(project).items()]


@_quietly
def complete_release(project: Project, _ctx: click.Context) -> Iterable[CompletionItem]:
    """Offer the releases of the target that is meant, and each with its history patches."""
    from groundstop.target import list_targets, load_target

    # As the line stands: what comes before an option without its value is not parsed yet.
    words = os.environ.get("COMP_WORDS", "").split()
    known = list_targets(project)
    named = next((word for word in words if word in known), project.default)
    core = load_target(project, str(named)).core
    names = [*core.releases, *(f"{r}@{patch}" for r in core.releases for patch in core.histories())]
    return map(CompletionItem, names)


@_quietly
def complete_finding(project: Project, _ctx: click.Context) -> Iterable[CompletionItem]:
    """Offer the ids of the findings that are kept, with what each of them is."""
    return [
        CompletionItem(folder.name, help=one_line(_headline(folder / "finding.json")))
        for folder in sorted((project.state / "findings").glob("*/*"))
        if _ID.fullmatch(folder.name)
    ]


def complete_file(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the findings whose ids begin so, else files."""
    found = complete_finding(ctx, param, incomplete) if incomplete else []
    return found or [CompletionItem(incomplete, type="file")]


def _headline(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        document = json.loads(path.read_bytes())
        if isinstance(document, dict):
            return str(document.get("headline", ""))
    return ""
