# SPDX-License-Identifier: Apache-2.0
"""What a campaign leaves for those who come later: its summary, the newest one on each variant.

    <state>/campaigns/<target>-<variant>.json           of the target
    <state>/campaigns/<target>-<label>-<variant>.json   of one of its properties

No target's name has a dash.  Campaigns on one variant at the same time have numbers behind it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._progress import CampaignResult
from groundstop.campaign._stats import OperatorStats
from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.files import make_folder, read_text, write_atomically
from groundstop.model import Variant

__all__ = ["CampaignRecord", "keep_record", "read_record", "record_paths"]


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign's summary, made of what JSON has.

    `fuzzed` is the target's name, or a property as `FILE::TEST`; `ended` the time in UTC.
    `asked` and `seconds` say how long it was to last and did, `share` which part of the time
    Python might have had, and `python_share` which it had.  `shares` are the parts of the
    inputs by the furthest stage reached, `silent` counts those of which the core said none.
    `log` is relative to the project.  `failures` counts inputs that were stored, `findings`
    are the ids that triage made of them.  The others are as in CampaignResult and Progress.
    """

    target: str
    fuzzed: str
    release: str
    sanitizer: str
    ended: str
    workers: int
    asked: float
    seconds: float
    inputs: int
    inputs_per_second: float
    silent: int
    shares: Mapping[str, float]
    share: float
    python_share: float
    python_calls: int
    edges: int
    features: int
    corpus: int
    new_units: int
    restarts: int
    interrupted: bool
    log: str
    oracles: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    lost: tuple[str, ...]
    operators: tuple[OperatorStats, ...]
    failures: int
    findings: tuple[str, ...]

    @classmethod
    def of_result(  # noqa: PLR0913  (what is known where a campaign ends)
        cls,
        result: CampaignResult,
        options: CampaignOptions,
        *,
        project: Project,
        target: str,
        fuzzed: str,
        variant: Variant,
        findings: Sequence[str],
    ) -> CampaignRecord:
        """Sum up a campaign that ends now; `findings` are the ids of what it found."""
        progress = result.progress
        stats = progress.stats
        return cls(
            target=target,
            fuzzed=fuzzed,
            release=str(variant.release),
            sanitizer=str(variant.sanitizer),
            ended=dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat(),
            workers=options.workers,
            asked=progress.seconds,
            seconds=round(progress.elapsed, 2),
            inputs=stats.executions,
            inputs_per_second=round(progress.rate, 1),
            silent=stats.silent,
            shares=stats.shares(),
            share=options.share,
            python_share=stats.python_share,
            python_calls=stats.python_calls,
            edges=progress.edges,
            features=progress.features,
            corpus=progress.corpus,
            new_units=result.new_units,
            restarts=result.restarts,
            interrupted=result.interrupted,
            log=str(result.log.relative_to(project.root)),
            oracles=result.oracles,
            missing=result.missing,
            notes=result.notes,
            lost=result.lost,
            operators=stats.operators,
            failures=len(result.artifacts),
            findings=tuple(findings),
        )

    def document(self) -> dict[str, Any]:
        """Return the record as it is written."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: object) -> CampaignRecord:
        """Read what `document` wrote; raise KeyError, TypeError or ValueError for anything else."""
        if not isinstance(document, dict):
            raise TypeError("not a table")
        return cls(
            **{each.name: _READ[str(each.type)](document[each.name]) for each in fields(cls)}
        )


def record_paths(project: Project, target: str) -> list[Path]:
    """Return the files of a target's records and of those of its properties, by name."""
    return sorted((project.state / "campaigns").glob(f"{target}-*.json"))


def keep_record(project: Project, record: CampaignRecord, name: str) -> Path:
    """Write the record in place of the one before it; raise InputError if it cannot be."""
    path = project.state / "campaigns" / f"{name}.json"
    make_folder(path.parent)
    write_atomically(path, (json.dumps(record.document(), indent=2) + "\n").encode())
    return path


def read_record(path: Path) -> CampaignRecord:
    """Read one record; raise InputError for a file that is none."""
    try:
        return CampaignRecord.from_document(json.loads(read_text(path)))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        words = f"{type(error).__name__}: {error}"
        raise InputError(f"{path}: no record of a campaign: {words}") from error


def _exactly(*kinds: type) -> Callable[[object], Any]:
    def check(value: object) -> object:
        if type(value) not in kinds:
            raise TypeError(f"{value!r:.40} is not of type {kinds[0].__name__}")
        return value

    return check


_text = _exactly(str)


def _count(value: object) -> int:
    count: int = _exactly(int)(value)
    # No count of 64 bits is larger; those of thousands of digits cannot even be shown.
    if not 0 <= count < 1 << 64:
        raise ValueError(f"{count!r:.40} is no count")
    return count


def _number(value: object) -> float:
    try:
        number = float(_exactly(float, int)(value))
    except OverflowError as error:
        raise ValueError(str(error)) from error
    # JSON as Python reads it has NaN and Infinity.
    if not math.isfinite(number):
        raise ValueError(f"{number} is not finite")
    return number


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(each) for each in _exactly(list)(value))


def _shares(value: object) -> dict[str, float]:
    return {name: _number(share) for name, share in _exactly(dict)(value).items()}


def _operators(value: object) -> tuple[OperatorStats, ...]:
    rows = [_exactly(dict)(each) for each in _exactly(list)(value)]
    return tuple(
        OperatorStats(_text(row["name"]), _count(row["inputs"]), _count(row["features"]))
        for row in rows
    )


# By the type that a field of the record is declared with.
_READ: dict[str, Callable[[object], Any]] = {
    "str": _text,
    "int": _count,
    "float": _number,
    "bool": _exactly(bool),
    "tuple[str, ...]": _texts,
    "Mapping[str, float]": _shares,
    "tuple[OperatorStats, ...]": _operators,
}
