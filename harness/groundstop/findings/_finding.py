# SPDX-License-Identifier: Apache-2.0
"""The finding itself: what makes two of them the same, and how people call it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from groundstop.findings._report import Frame, Report, parse_report
from groundstop.model import Death, Judgement, Release, Sanitizer, Variant
from groundstop.oracles import Broken

# What is said of a finding that is not reproduced.
NOT_AGAIN = "seen once, not again"

_KEY_FRAMES = 3
# The kind of an input that did not return.
HANG = "timeout"
# Seconds.
_MOST_LIMIT = 1e6
# Kinds whose frames depend on when they are taken: where a hang is, where the stack ends.
_SAMPLED = (HANG, "stack-overflow")
# How the kinds of what oracles find begin.
_ORACLE = "oracle "
_BROKEN = "broken oracle "
_VARYING = re.compile(r"0x[0-9a-fA-F]+|\d+|'[^']*'|\"[^\"]*\"|b'[^']*'")
# A list of values is as long as its values make it.
_VARYING_LIST = re.compile(r"#(?:[ ,]+#)+")


@dataclass(frozen=True, slots=True)
class Finding:
    """A deduplicated failure of an oracle.

    `kind` is a short stable word; for an oracle `oracle <its name>`, or when the oracle
    itself failed `broken oracle <its name>`.  `frames` are those of the core alone.
    `reproduced` is false for an input that did this in a campaign and not afterwards.
    `limit` is how many seconds an input had that hung, 0 for anything else.
    """

    target: str
    variant: Variant
    kind: str
    detail: str
    frames: tuple[Frame, ...]
    reproduced: bool = True
    limit: float = 0.0

    @property
    def id(self) -> str:
        """16 hexadecimal digits, the same for every input that shows the same bug.

        Made of the kind and of the core's own innermost frames: of the first one also the
        line, since two bugs may be in one function.  A hang is where it is sampled, and
        a recursion where the stack ends, so for these only functions count.  What was not
        symbolized counts by module and offset; oracles by what they say, without its values.
        """
        key = "\n".join([self.kind, *self._key()])
        # A name that is no UTF-8, perhaps.
        return hashlib.sha256(key.encode(errors="backslashreplace")).hexdigest()[:16]

    @property
    def oracle(self) -> str:
        """The name of the oracle that found it, or that broke; empty for a death."""
        for prefix in (_ORACLE, _BROKEN):
            if self.kind.startswith(prefix):
                return self.kind.removeprefix(prefix)
        return ""

    @property
    def headline(self) -> str:
        """One line: what happened, and where."""
        said = f"{self.kind}: {self.detail}" if self.detail else self.kind
        if not self.frames:
            return said
        top = self.frames[0]
        place = f"{_short(top.file)}:{top.line}" if top.file else top.place
        return f"{said} in {top.function} at {place}" if top.function else f"{said} at {place}"

    def moved(self, other: Finding) -> bool:
        """Whether this may be `other` at another line, as after an edit above it.

        That is the same kind in the same functions; of what is sampled the same kind.
        """
        if self.kind in _SAMPLED:
            return self.kind == other.kind
        functions, others = (
            [frame.function for frame in each.frames[:_KEY_FRAMES]] for each in (self, other)
        )
        named = bool(functions and functions[0])
        return named and self.kind == other.kind and functions == others

    def relative_to(self, root: Path) -> Finding:
        """Return the finding with its files as seen from `root` where they are below it."""
        return self._placed(
            lambda file: str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
        )

    def below(self, root: Path) -> Finding:
        """Return a finding that was `relative_to(root)` with its files wherever that is now."""
        return self._placed(lambda file: str(root / file))

    def _placed(self, place: Callable[[Path], str]) -> Finding:
        frames = (replace(f, file=place(Path(f.file))) if f.file else f for f in self.frames)
        return replace(self, frames=tuple(frames))

    def _key(self) -> list[str]:
        names = [frame.function or _spot(frame) for frame in self.frames]
        if self.kind == HANG:
            return names[-_KEY_FRAMES:]
        if self.kind == "stack-overflow":
            return sorted(set(names[:-1]))
        if not self.frames:
            return [_VARYING_LIST.sub("#", _VARYING.sub("#", self.detail))]
        top = self.frames[0]
        return [_spot(top), *names[:_KEY_FRAMES]]

    def document(self) -> dict[str, Any]:
        """Return the finding as it is written in finding.json."""
        return {
            "id": self.id,
            "target": self.target,
            "release": str(self.variant.release),
            "sanitizer": str(self.variant.sanitizer),
            "kind": self.kind,
            "detail": self.detail,
            "headline": self.headline,
            "frames": [asdict(frame) for frame in self.frames],
            "reproduced": self.reproduced,
            "limit": self.limit,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Finding:
        """Read what `document` wrote; raise KeyError, TypeError or ValueError for anything else."""
        release = Release.parse(_text(document, "release"))
        frames = _exactly(list, document, "frames")
        return cls(
            target=_text(document, "target"),
            variant=Variant(release, Sanitizer(_text(document, "sanitizer"))),
            kind=_text(document, "kind"),
            detail=_text(document, "detail"),
            frames=tuple(_frame(frame) for frame in frames),
            reproduced=_exactly(bool, document, "reproduced"),
            limit=_limit(document),
        )

    @classmethod
    def of_report(cls, report: Report, target: str, variant: Variant, core: str = "") -> Finding:
        """Make a finding of a report; `core` is the file name of the core's module."""
        return cls(target, variant, report.kind, report.detail, report.own_frames(core))

    @classmethod
    def of_oracle(cls, name: str, judgement: Judgement, target: str, variant: Variant) -> Finding:
        """Make a finding of what the oracle `name` says of an outcome of `variant`."""
        kind = f"{_BROKEN if isinstance(judgement, Broken) else _ORACLE}{name}"
        return cls(target, variant, kind, judgement.message.partition("\n")[0], frames=())

    def dying(self, death: Death, core: str) -> Finding:
        """Return this finding with the place of a death that the oracle brought about.

        `core` is the file name of the module that died.
        """
        report = parse_report(death.report, death.kind)
        detail = f"{self.detail} ({report.detail})" if report.detail else self.detail
        return replace(self, detail=detail, frames=report.own_frames(core))


def headline(death: Death) -> str:
    """Return one line on a death: what happened, and where."""
    report = parse_report(death.report, death.kind)
    return Finding.of_report(report, "", Variant()).headline


def _exactly(kind: type, document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401  (a `kind`)
    value = document[name]
    if type(value) is not kind:
        raise TypeError(f"{name} = {value!r:.40} is not of type {kind.__name__}")
    return value


def _text(document: Mapping[str, Any], name: str) -> str:
    text: str = _exactly(str, document, name)
    # JSON may name halves of characters, which nobody can print.
    text.encode()
    return text


def _limit(document: Mapping[str, Any]) -> float:
    limit: float = _exactly(float, document, "limit")
    if not 0 <= limit <= _MOST_LIMIT:
        raise ValueError(f"limit = {limit!r} is no time that an input has")
    return limit


def _frame(document: object) -> Frame:
    if not isinstance(document, dict):
        raise TypeError(f"frame {document!r:.40} is not of type dict")
    line: int = _exactly(int, document, "line")
    if not 0 <= line < 1 << 32:
        raise ValueError(f"line = {line!r:.40} is no line")
    return Frame(
        _text(document, "function"),
        _text(document, "file"),
        line,
        _text(document, "module"),
        _text(document, "offset"),
    )


def _spot(frame: Frame) -> str:
    """Return a frame's place wherever its file lies, or its module."""
    return f"{Path(frame.file).name}:{frame.line}" if frame.file else frame.place


def _short(file: str) -> str:
    """Return a path as people should see it: from where they stand, if that is shorter."""
    return min(file, os.path.relpath(file), key=len) if file.startswith("/") else file
