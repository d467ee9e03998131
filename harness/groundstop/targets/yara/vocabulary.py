# SPDX-License-Identifier: Apache-2.0
"""The words of a file of compiled rules: buffers and flags, as libyara 4.5.4 numbers them."""

from __future__ import annotations

from enum import IntEnum, IntFlag

VERSION = 21
"""YR_ARENA_FILE_VERSION of libyara 4.5.4, which loads no other."""

NOWHERE = 0xFFFFFFFF
"""Buffer and offset of a reference that is a null pointer."""

UNDEFINED = 0xFFFABADAFABADAFF
"""YR_UNDEFINED: a string that may match anywhere has this as its fixed offset."""


FILLING = b"\xfa"
"""What the last entry of a table is filled with, behind the word that says so."""


class Buffer(IntEnum):
    """The buffers of an arena with rules, in the order of the file (compiler.h)."""

    NAMESPACES = 0
    RULES = 1
    METAS = 2
    STRINGS = 3
    EXTERNALS = 4
    TEXTS = 5
    CODE = 6
    REGEXP_CODE = 7
    TRANSITIONS = 8
    STATE_MATCHES = 9
    MATCHES = 10
    SUMMARY = 11


class Place(IntEnum):
    """What a reference leads into: one of the buffers, or nowhere."""

    NAMESPACES = 0
    RULES = 1
    METAS = 2
    STRINGS = 3
    EXTERNALS = 4
    TEXTS = 5
    CODE = 6
    REGEXP_CODE = 7
    TRANSITIONS = 8
    STATE_MATCHES = 9
    MATCHES = 10
    SUMMARY = 11
    NOWHERE = 0xFFFFFFFF


class RuleFlags(IntFlag):
    """RULE_FLAGS_*; the last entry of the table is `NULL`."""

    PRIVATE = 0x01
    GLOBAL = 0x02
    NULL = 0x04
    DISABLED = 0x08


class StringFlags(IntFlag):
    """STRING_FLAGS_*."""

    REFERENCED = 0x01
    HEXADECIMAL = 0x02
    NO_CASE = 0x04
    ASCII = 0x08
    WIDE = 0x10
    REGEXP = 0x20
    FAST_REGEXP = 0x40
    FULL_WORD = 0x80
    ANONYMOUS = 0x100
    SINGLE_MATCH = 0x200
    LITERAL = 0x400
    FITS_IN_ATOM = 0x800
    LAST_IN_RULE = 0x1000
    CHAIN_PART = 0x2000
    CHAIN_TAIL = 0x4000
    FIXED_OFFSET = 0x8000
    GREEDY_REGEXP = 0x10000
    DOT_ALL = 0x20000
    DISABLED = 0x40000
    XOR = 0x80000
    PRIVATE = 0x100000
    BASE64 = 0x200000
    BASE64_WIDE = 0x400000


class MetaType(IntEnum):
    """META_TYPE_*."""

    INTEGER = 1
    STRING = 2
    BOOLEAN = 3


class MetaFlags(IntFlag):
    """META_FLAGS_*."""

    LAST_IN_RULE = 1


class ExternalType(IntEnum):
    """EXTERNAL_VARIABLE_TYPE_* that a file can have; the last entry of the table is `NULL`."""

    NULL = 0
    FLOAT = 1
    INTEGER = 2
    BOOLEAN = 3
    STRING = 4
    MALLOC_STRING = 5
