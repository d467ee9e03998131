# SPDX-License-Identifier: Apache-2.0
"""A file of compiled rules as libyara 4.5.4 writes it (arena.c), and the testcase around it.

The file is an arena as it lay in memory: a header, a table of twelve buffers, the buffers,
and where in them pointers are.
"""

from __future__ import annotations

from groundstop.format import Record, array, constant, integer, octets, part, size, u8, u32, u64
from groundstop.targets.yara.structures import (
    Externals,
    Matches,
    Metas,
    Namespaces,
    Relocation,
    Rules,
    Strings,
    Summary,
)
from groundstop.targets.yara.vocabulary import VERSION, Buffer

__all__ = ["Bundle", "CompiledRules"]

# The offsets of the table are written, but never read: the buffers follow one another.
_NEVER_READ = "from the file's start to the buffer; libyara never reads it"
_UNREAD = 0.01
# The automaton's tables are most of a file; this leaves room for the rest.
_RARELY = 0.1


class CompiledRules(Record, title="compiled rules"):
    """What ships."""

    magic: bytes = constant(b"YARA")
    version: int = constant(VERSION, u8)
    buffer_count: int = constant(len(Buffer), u8, rule="at most 16; rules have 12")
    namespaces_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    namespaces_size: int = size(u32, of="namespaces")
    rules_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    rules_size: int = size(u32, of="rules")
    metas_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    metas_size: int = size(u32, of="metas")
    strings_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    strings_size: int = size(u32, of="strings")
    externals_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    externals_size: int = size(u32, of="externals")
    texts_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    texts_size: int = size(u32, of="texts")
    code_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    code_size: int = size(u32, of="code")
    regexp_code_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    regexp_code_size: int = size(u32, of="regexp_code")
    transitions_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    transitions_size: int = size(u32, of="transitions")
    state_matches_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    state_matches_size: int = size(u32, of="state_matches")
    matches_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    matches_size: int = size(u32, of="matches")
    summary_offset: int = integer(u64, default=0, weight=_UNREAD, rule=_NEVER_READ)
    summary_size: int = size(u32, of="summary")
    namespaces: Namespaces = part(Namespaces, size="namespaces_size")
    rules: Rules = part(Rules, size="rules_size")
    metas: Metas = part(Metas, size="metas_size")
    strings: Strings = part(Strings, size="strings_size")
    externals: Externals = part(Externals, size="externals_size")
    texts: bytes = octets("texts_size", rule="names and strings, each ended by a zero")
    code: bytes = octets("code_size", rule="the conditions, for libyara's stack machine")
    regexp_code: bytes = octets("regexp_code_size", rule="the regular expressions and hex strings")
    transitions: bytes = octets(
        "transitions_size", weight=_RARELY, rule="u32 each: next state << 9 | offset of its slot"
    )
    state_matches: bytes = octets(
        "state_matches_size", weight=_RARELY, rule="u32 each: 1 + index in matches, or 0"
    )
    matches: Matches = part(Matches, size="matches_size")
    summary: Summary = part(Summary, size="summary_size")
    relocations: list[Relocation] = array(Relocation, rule="where references are, to the end")


class Bundle(Record, root=True):
    """One testcase: compiled rules and the data that they scan."""

    magic: bytes = constant(b"GSYR")
    rules_size: int = size(u32, of="rules", rule="bytes of the compiled rules")
    rules: CompiledRules = part(CompiledRules, size="rules_size")
    data: bytes = octets(rule="what is scanned: all that is left")
