# SPDX-License-Identifier: Apache-2.0
"""What can be said of a file without judging it: whether it is a source, and what it names."""

from __future__ import annotations

import os
from pathlib import Path

from groundstop.errors import SourceError
from groundstop.targets.channel.source.document import read_document
from groundstop.targets.channel.source.mistakes import Mistakes
from groundstop.targets.channel.source.syntax import parse
from groundstop.words import nearest

__all__ = ["TOP_KEYS", "looks_like_a_source", "named_templates"]

TOP_KEYS = ("templates", "type", "channel", "instance", "event", "waive")
"""What a source has at its top."""


def looks_like_a_source(data: bytes) -> bool:
    """Return whether a TOML file may be a source, however wrong.

    It is something else if it can be read, and most of what stands at its top is nothing that
    a source has there, in no spelling.
    """
    try:
        parsed = parse(data.decode())
    except UnicodeDecodeError:
        return True
    ours = sum(bool(nearest(key, TOP_KEYS)) for key in parsed.values)
    return not parsed.values or 2 * ours >= len(parsed.values)


def named_templates(source: Path) -> tuple[Path, ...]:
    """Return the path of the template source that a source names; nothing for a broken one."""
    try:
        values = read_document(source, Mistakes()).root.values
    except SourceError:
        return ()
    named = values.get("templates")
    if not isinstance(named, str):
        return ()
    return (Path(os.path.normpath(source.parent / named)),)
