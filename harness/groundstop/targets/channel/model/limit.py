# SPDX-License-Identifier: Apache-2.0
"""The declared bound: what an event can cost at most, from content and the values' sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.formats import CriterionKind
from groundstop.targets.channel.model.evaluate import Event, judge
from groundstop.targets.channel.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundstop.targets.channel.model.channel import Content
    from groundstop.targets.channel.model.criteria import Criterion
    from groundstop.targets.channel.model.programs import Program
    from groundstop.targets.channel.releases import SuppliedRelease

__all__ = ["fuel_limit"]


def fuel_limit(content: Content | None, release: SuppliedRelease, event: Event) -> int:
    """Return the fuel that an event can cost at most, 0 for one that is not evaluated."""
    if content is None or judge(content, release, event) is not Status.OK:
        return 0
    limit = len(content.instances)
    for instance in content.instances:
        if instance.type_id == event.type_id:
            for criterion in instance.criteria:
                value = event.values[criterion.input]
                limit += 1
                if isinstance(value, bytes):
                    limit += _most(criterion, len(value), content.programs)
    return limit


def _most(criterion: Criterion, n: int, programs: Sequence[Program]) -> int:
    """Return the most that a criterion's kind costs on a byte string of size `n`."""
    m = len(criterion.text)
    c = min(m, n)
    match criterion.kind:
        case CriterionKind.EXACT if n == m:
            return m
        case CriterionKind.PREFIX | CriterionKind.SUFFIX if n >= m:
            return m
        case CriterionKind.SUBSTRING if n >= m:
            return m * (n - m + 1)
        case CriterionKind.GLOB:
            return m - c + 1 + c * (c + 1) // 2 + (n - c) * c if n else m
        case CriterionKind.PATTERN:
            return len(programs[criterion.program]) * (n + 1)
    return 0
