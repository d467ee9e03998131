# SPDX-License-Identifier: Apache-2.0
"""A ledger says what was made of which files, and whether all of them are still the same.

Its entries are kept by a key: what is known before anything is read (flags, names).  What the
compiler and the linker then read is in the entry, as they said it themselves.  Of one key there
may be several entries: files change, and change back.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundstop.toolchain._stamp import (
    ABSENT,
    changed_since,
    file_digest,
    folder_digest,
    stamp_of,
)

__all__ = ["Entry", "Ledger", "Seen"]

_MOST_ENTRIES = 8
# In place of the folder of a tree, which is another one for each content.
_TREE = "\0"


@dataclass
class Seen:
    """What a tool read, and where it looked.

    `files` were read; they may be missing as well: then that is what was seen of them.
    `folders` were searched for `names`: one that appears in them later may be found first.
    What is not `complete` tells too little to be used again.
    """

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    complete: bool = True

    def add(self, other: Seen) -> None:
        """Add what another one saw."""
        self.files |= other.files
        self.folders |= other.folders
        self.names |= other.names
        self.complete = self.complete and other.complete


@dataclass(frozen=True)
class Entry:
    """What was made (`result` is its name), and all that was read for it."""

    result: str
    seen: Seen


class Ledger:
    """The entries under a folder, for a `tree` of sources (empty: they are where they are).

    `tools` are the words that name compiler and linker now, None where there is no compiler.
    Then files of its own that are gone with it are taken for unchanged: `is_tools` knows them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tree: str,
        tools: Sequence[str] | None,
        is_tools: Callable[[str], bool],
    ) -> None:
        self._folder = folder
        self._tree = tree
        self._tools = None if tools is None else list(tools)
        self._is_tools = is_tools

    def find(self, key: str) -> Entry | None:
        """Return the entry of `key` of which nothing has changed since, None without one."""
        entries = self._read(key)
        for place, entry in enumerate(entries):
            try:
                news = self._news(entry)
            except (KeyError, TypeError, ValueError, AttributeError):
                continue
            if news is None:
                continue
            if news or place:
                entry["stamps"].update(news)
                self._write(key, [entry, *(e for e in entries if e is not entry)])
            seen = Seen(
                {self._path(name) for name in entry["files"]},
                {self._path(name) for name in entry["folders"]},
                set(entry["names"]),
            )
            return Entry(entry["result"], seen)
        return None

    def note(self, key: str, seen: Seen, result: str, since: int) -> bool:
        """Write down what was made of `seen`, from the moment `since` on.

        Returns False, with nothing written, for something that changed meanwhile, or of which
        not everything is known.
        """
        read = (*seen.files, *seen.folders)
        if not seen.complete or any(changed_since(path, since) for path in read):
            return False
        names = sorted(seen.names)
        entry: dict[str, Any] = {
            "result": result,
            "tools": self._tools,
            "files": {self._name(path): file_digest(path) for path in sorted(seen.files)},
            "names": names,
            "folders": {
                self._name(path): folder_digest(path, names) for path in sorted(seen.folders)
            },
        }
        if any(changed_since(path, since) for path in read):
            return False
        stamps = {}
        for name in (*entry["files"], *entry["folders"]):
            if not name.startswith(_TREE) and (stamp := stamp_of(name)):
                stamps[name] = list(stamp)
        entry["stamps"] = stamps
        self._write(key, [entry, *self._read(key)])
        return True

    def _news(self, entry: dict[str, Any]) -> dict[str, list[int]] | None:
        """Return the stamps to put right in an entry, None for one that holds no more."""
        if self._tools is not None and entry["tools"] != self._tools:
            return None
        stamps, news = entry["stamps"], {}
        for kind in ("files", "folders"):
            for name, digest in entry[kind].items():
                path = self._path(name)
                stamp = stamp_of(path)
                if stamp and list(stamp) == stamps.get(name):
                    continue
                now = file_digest(path) if kind == "files" else folder_digest(path, entry["names"])
                if now != digest:
                    if now == ABSENT and self._tools is None and self._is_tools(path):
                        continue
                    return None
                if stamp and not name.startswith(_TREE):
                    news[name] = list(stamp)
        return news

    def _name(self, path: str) -> str:
        if self._tree and path.startswith(f"{self._tree}/"):
            return _TREE + path[len(self._tree) :]
        return _TREE if self._tree and path == self._tree else path

    def _path(self, name: str) -> str:
        return f"{self._tree}{name[1:]}" if name.startswith(_TREE) else name

    def _read(self, key: str) -> list[dict[str, Any]]:
        try:
            entries = json.loads((self._folder / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return []
        return entries if isinstance(entries, list) else []

    def _write(self, key: str, entries: list[dict[str, Any]]) -> None:
        """Keep entries; where that is not possible the next one builds again."""
        text = json.dumps(entries[:_MOST_ENTRIES])
        temporary = self._folder / f".new-{key}-{os.getpid()}-{id(entries)}"
        with contextlib.suppress(OSError):
            try:
                temporary.write_text(text, encoding="ascii")
                temporary.replace(self._folder / f"{key}.json")
            finally:
                temporary.unlink(missing_ok=True)
