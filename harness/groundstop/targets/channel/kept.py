# SPDX-License-Identifier: Apache-2.0
"""What was made of a text source is kept: the stages of a gate ask for the same one many times."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from groundstop.files import read_input
from groundstop.targets.channel.build import build_part
from groundstop.targets.channel.bundle import Binary
from groundstop.targets.channel.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from groundstop.targets.channel.formats import TemplateFile
    from groundstop.targets.channel.source import Source

__all__ = ["KeptSource", "KeptSources"]

_MOST = 4


class KeptSource:
    """A source that was read, and lazily the testcase that it compiles to."""

    def __init__(self, source: Source, default_types: TemplateFile) -> None:
        self.source = source
        self._default_types = default_types

    @cached_property
    def binary(self) -> Binary:
        """The source as a testcase."""
        return Binary(build_part(self.source, "bundle"), self._default_types)

    @property
    def fresh(self) -> bool:
        """Whether the files that it was read from still say the same."""
        documents = [self.source.document, *(each.document for each in self.source.types)]
        texts = {document.path: document.text for document in documents}
        return all(read_input(path) == text.encode() for path, text in texts.items())


class KeptSources:
    """The sources that were asked for last."""

    def __init__(self) -> None:
        self._kept: dict[Path, KeptSource] = {}

    def read(self, path: Path, default_types: TemplateFile) -> KeptSource:
        """Return the source at `path`, read again if a file changed; raises as `read_source`."""
        kept = self._kept.pop(path, None)
        if kept is None or not kept.fresh:
            kept = KeptSource(read_source(path), default_types)
        while len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[path] = kept
        return kept
