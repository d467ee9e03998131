# SPDX-License-Identifier: Apache-2.0
"""Judge content before any core has run it: by its definition, and by what releases supply.

The two are apart on purpose.  On July 19, 2024 the first passed and the second did not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.errors import SourceLocation
from groundstop.target import Problem, blank_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundstop.targets.channel.bundle import Binary
    from groundstop.targets.channel.claims import Claims, Read, TypeClaim
    from groundstop.targets.channel.releases import SuppliedRelease, SuppliedType

__all__ = ["check_format", "check_supply"]


def check_format(binary: Binary, given: bytes) -> Iterator[Problem]:
    """Yield every rule of the formats that a binary breaks, in the order of its bytes.

    Among them are those between the parts: an instance's input count is that of its
    type in the template file, a criterion fits its input's kind.
    """
    if blank := blank_problem(given):
        yield blank
        return
    for problem in binary.decoded.problems:
        message = str(problem).removesuffix(f" (field {problem.field}, byte {problem.offset})")
        yield Problem(
            "format",
            message,
            binary.place(problem.field, problem.offset),
            "compile it again from its text source",
        )


def check_supply(claims: Claims, supplied: SuppliedRelease, release: str) -> Iterator[Problem]:
    """Yield where content and a release disagree on inputs: defined == supplied == matched.

    Types that the release lacks are inert there and no problem.  `release` is its name
    as people write it, history patch included.
    """
    for read in claims.reads:
        known = supplied.find_type(read.type_id)
        if known is not None and read.input >= len(known.inputs):
            yield _read_beyond(read, known, release)
    for claim in claims.types:
        known = supplied.find_type(claim.type_id)
        if known is not None:
            yield from _disagreements(claim, known, release)


def _read_beyond(read: Read, known: SuppliedType, release: str) -> Problem:
    return Problem(
        "supplied-inputs",
        f"{release} supplies {len(known.inputs)} inputs, "
        f"the criterion at {_short(read.where)} reads input {read.input + 1}",
        read.where,
        f"take the criterion out, or first upgrade every sensor of release {release}",
    )


def _short(where: SourceLocation | str) -> str:
    return f"{where.path.name}:{where.line}" if isinstance(where, SourceLocation) else where


def _disagreements(claim: TypeClaim, known: SuppliedType, release: str) -> Iterator[Problem]:
    if len(claim.inputs) != len(known.inputs):
        yield Problem(
            "defined-inputs",
            f"{release} supplies {len(known.inputs)} inputs, "
            f"the definition of {claim.name} promises {len(claim.inputs)}",
            claim.where,
            "make the definition say what the sensor's code supplies",
        )
    for index, (promised, real) in enumerate(zip(claim.inputs, known.inputs, strict=False)):
        if (promised.name, promised.kind) != (real.name, real.kind):
            yield Problem(
                "defined-inputs",
                f"{release} supplies {real.name} ({real.kind}) as input {index + 1} of "
                f"{claim.name}, the definition says {promised.name} ({promised.kind})",
                claim.where,
                "give the inputs in the order in which the sensor supplies them",
            )
            return  # what follows is usually the same slip, shifted
