# SPDX-License-Identifier: Apache-2.0
"""Names without quotes for paths that need them, by links that nobody else can change."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from groundstop.errors import ToolError

__all__ = ["is_plain", "plain_path"]

_PLAIN = re.compile(r"[A-Za-z0-9_./,=@+-]*")


def is_plain(text: str) -> bool:
    """Return whether a shell, LD_PRELOAD and a script's first line take a path as it is."""
    return _PLAIN.fullmatch(text) is not None


def plain_path(path: Path) -> Path:
    """Return a name of `path` that needs no quotes: itself, or one that leads there by a link.

    LD_PRELOAD separates by spaces and colons, libFuzzer hands its words to a shell unquoted.
    The links are kept in a folder that only this user can write to.  Raises ToolError where
    there is no such folder.
    """
    path = path.absolute()
    if is_plain(str(path)):
        return path
    odd = path
    while is_plain(odd.name):
        odd = odd.parent
    return _link_to(odd) / path.relative_to(odd)


def _link_to(place: Path) -> Path:
    name = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    for folder in _link_folders():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            seen = folder.lstat()
            # Another user could make it first, where all can write, and lead us astray.
            if (
                not stat.S_ISDIR(seen.st_mode)
                or seen.st_uid != os.geteuid()
                or seen.st_mode & 0o022
            ):
                continue
            link = folder / name
            if not link.is_symlink() or link.readlink() != place:
                fresh = folder / f".new-{name}-{os.getpid()}-{threading.get_ident()}"
                fresh.symlink_to(place)
                fresh.replace(link)
        except OSError:
            continue
        return link
    raise ToolError(
        f"{place}: a campaign needs a link to this folder, whose name needs quotes, and there is "
        "no folder for links: set XDG_CACHE_HOME or TMPDIR to one whose path is of letters, "
        "digits and ._/-"
    )


def _link_folders() -> Iterator[Path]:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    mine = f"groundstop-{os.geteuid()}"
    for folder in (
        Path(cache, "groundstop", "links"),
        Path(tempfile.gettempdir(), mine),
        Path("/tmp", mine),  # noqa: S108  (only if it is this user's own)
    ):
        if folder.is_absolute() and is_plain(str(folder)):
            yield folder
