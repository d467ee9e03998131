# SPDX-License-Identifier: Apache-2.0
"""The channel formats' limits, kinds and operations: the words of native/channel/README.md."""

from __future__ import annotations

from enum import IntEnum, IntFlag

MAX_TYPES = 64
MAX_INPUTS = 64
MAX_INSTANCES = 4096
MAX_PROGRAMS = 1024
MAX_CLASSES = 1024
MAX_INSNS = 1024
MAX_FILE = 16 << 20
MAX_EVENTS = 64
"""Events that an entry point uses; the format does not limit their number."""


class InputKind(IntEnum):
    """What an input's values are."""

    BYTES = 1
    INTEGER = 2


class Severity(IntEnum):
    """How bad it is when an instance matches."""

    INFORMATIONAL = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class CriterionKind(IntEnum):
    """How a criterion judges a value."""

    ANY = 0
    EXACT = 1
    PREFIX = 2
    SUFFIX = 3
    SUBSTRING = 4
    GLOB = 5
    RANGE = 6
    PATTERN = 7


class CriterionFlags(IntFlag):
    """How a criterion compares."""

    NOCASE = 1


class Op(IntEnum):
    """The operations of pattern programs."""

    BYTE = 1
    ANY = 2
    CLASS = 3
    JUMP = 4
    SPLIT = 5
    ASSERT = 6
    MATCH = 7


class ValueKind(IntEnum):
    """What an event has for an input."""

    ABSENT = 0
    BYTES = 1
    INTEGER = 2
