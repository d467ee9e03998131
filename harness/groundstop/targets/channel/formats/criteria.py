# SPDX-License-Identifier: Apache-2.0
"""What an instance asks of its inputs."""

from __future__ import annotations

from groundstop.format import (
    Record,
    anything,
    depends,
    enum,
    fits,
    flags,
    index,
    integer,
    octets,
    size,
    u8,
    u16,
    u64,
    union,
)
from groundstop.targets.channel.formats.vocabulary import CriterionFlags, CriterionKind, InputKind

_INPUT_OF_CRITERION = {
    CriterionKind.EXACT: InputKind.BYTES,
    CriterionKind.PREFIX: InputKind.BYTES,
    CriterionKind.SUFFIX: InputKind.BYTES,
    CriterionKind.SUBSTRING: InputKind.BYTES,
    CriterionKind.GLOB: InputKind.BYTES,
    CriterionKind.RANGE: InputKind.INTEGER,
    CriterionKind.PATTERN: InputKind.BYTES,
}


class Text(Record):
    """The bytes that a value is compared with."""

    size: int = size(u16, of="bytes_")
    bytes_: bytes = octets("size")


class Range(Record):
    """The numbers from `low` to `high`."""

    low: int = integer(u64)
    high: int = integer(u64, at_least="low", rule="at least low; both ends belong to the range")


class Pattern(Record):
    """A pattern program."""

    program: int = integer(u16, index("programs"), rule="index of a program of this file")


class Criterion(Record):
    """What an instance asks of one input; an input without a criterion is a wildcard."""

    input: int = integer(
        u16,
        index("type_id.inputs"),
        below="input_count",
        ascending=True,
        rule="index of an input, from 0, below input_count; strictly ascending in the instance",
    )
    kind: CriterionKind = enum(u8, CriterionKind, fits("input.kind", _INPUT_OF_CRITERION))
    flags: CriterionFlags = flags(
        u8,
        CriterionFlags,
        depends(
            "kind",
            {
                CriterionKind.EXACT: anything,
                CriterionKind.PREFIX: anything,
                CriterionKind.SUFFIX: anything,
                CriterionKind.SUBSTRING: anything,
                CriterionKind.GLOB: anything,
            },
        ),
        default=CriterionFlags(0),
        rule="bit 0 `nocase`: ASCII letters compare without case; only with kinds 1 to 5",
    )
    body: Text | Range | Pattern | None = union(
        "kind",
        {
            CriterionKind.ANY: None,
            CriterionKind.EXACT: Text,
            CriterionKind.PREFIX: Text,
            CriterionKind.SUFFIX: Text,
            CriterionKind.SUBSTRING: Text,
            CriterionKind.GLOB: Text,
            CriterionKind.RANGE: Range,
            CriterionKind.PATTERN: Pattern,
        },
    )
