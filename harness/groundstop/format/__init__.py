# SPDX-License-Identifier: Apache-2.0
"""Formats: a file format declared once, as its specification reads, and all that follows from it.

A declaration is a class; each field says how it stands in the file::

    class Kind(IntEnum):
        BYTES = 1
        INTEGER = 2

    class Input(Record):
        kind: Kind = enum(u8, Kind)
        name_size: int = size(u8, of="name", at_least=1)
        name: bytes = octets("name_size")

    class InputFile(Record, root=True):
        magic: bytes = constant(b"GSIN")
        version: int = constant(1, u16)
        input_count: int = count(u16, of="inputs", at_most=64)
        size: int = total_size(u32)
        main: int = integer(u16, index("inputs"))
        inputs: list[Input] = array(Input, count="input_count")
        checksum: int = checksum(u32)

    made = InputFile(main=0, inputs=[Input(kind=Kind.BYTES, name=b"path")])
    data = made.build()                  # counts, sizes, offsets, checksums are put right
    assert InputFile.parse(data) == made # raises DecodeError (offset, field) on a broken rule
    decoded = InputFile.decode(damaged)  # never raises: decoded.value as far as it goes,
    decoded.problem, decoded.spans       # the first broken rule, Span(start, end) by path
    made.inputs[0].name_size             # 4: derived fields can be read, never passed
    decoded.value.build(fix=False)       # as it was stored: the same bytes, if parse accepts

Derived from the same class: `view` (text for people), `dictionary` (libFuzzer's),
`specification` (the rows of the format's document), `strategies.from_format` (Hypothesis)
and `table.encode` (what native/mutator works from).
"""

from groundstop.format._containers import array, octets, offsets, part, record, union
from groundstop.format._dictionary import dictionary
from groundstop.format._domains import (
    Domain,
    Index,
    anything,
    between,
    depends,
    fits,
    index,
    key,
    same,
)
from groundstop.format._fields import (
    adler32,
    checksum,
    constant,
    count,
    crc32,
    enum,
    flags,
    integer,
    padding,
    reserved,
    size,
    total_size,
)
from groundstop.format._nodes import Decoded, Node, Span
from groundstop.format._record import Record
from groundstop.format._specification import Row, specification
from groundstop.format._view import view
from groundstop.format._wire import Wire, u8, u16, u32, u64

__all__ = [
    "Decoded",
    "Domain",
    "Index",
    "Node",
    "Record",
    "Row",
    "Span",
    "Wire",
    "adler32",
    "anything",
    "array",
    "between",
    "checksum",
    "constant",
    "count",
    "crc32",
    "depends",
    "dictionary",
    "enum",
    "fits",
    "flags",
    "index",
    "integer",
    "key",
    "octets",
    "offsets",
    "padding",
    "part",
    "record",
    "reserved",
    "same",
    "size",
    "specification",
    "total_size",
    "u8",
    "u16",
    "u32",
    "u64",
    "union",
    "view",
]
