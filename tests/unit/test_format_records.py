# SPDX-License-Identifier: Apache-2.0
"""Records: building, parsing, what is derived, and what is said when something is wrong."""

from __future__ import annotations

import zlib
from copy import deepcopy
from enum import IntEnum, IntFlag

import pytest

from groundstop.errors import DecodeError, EncodeError
from groundstop.format import (
    Record,
    adler32,
    array,
    checksum,
    constant,
    count,
    dictionary,
    enum,
    flags,
    index,
    integer,
    octets,
    offsets,
    padding,
    part,
    record,
    reserved,
    size,
    specification,
    total_size,
    u8,
    u16,
    u32,
    union,
    view,
)


class Color(IntEnum):
    RED = 1
    BLUE = 2


class Style(IntFlag):
    BOLD = 1
    WIDE = 4


class Point(Record, byte_order="big"):
    x: int = integer(u16)
    y: int = integer(u16.little, default=0)


class Label(Record):
    length: int = size(u8, of="text", at_least=1)
    text: bytes = octets("length")


class Memo(Record):
    length: int = size(u16, of="text")
    text: bytes = octets("length")


class Shape(Record):
    color: Color = enum(u8, Color)
    style: Style = flags(u8, Style, default=Style(0))
    body: Point | Label = union("color", {Color.RED: Point, Color.BLUE: Label})


class Drawing(Record):
    magic: bytes = constant(b"DRAW")
    version: int = constant(3, u16.big)
    shape_count: int = count(u8, of="shapes", at_most=3)
    hole: int = reserved(u8)
    total: int = total_size(u32)
    starts: list[int] = offsets(u16, to="shapes")
    shapes: list[Shape] = array(Shape, count="shape_count")
    gap: bytes = padding(2)
    origin: Point = record(Point)
    ids: list[int] = array(u16.big, count=2)
    sum: int = checksum(u32, adler32, first="version")


class Envelope(Record, root=True):
    first: int = integer(u8, index("inner.shapes"))
    inner_size: int = size(u16, of="inner")
    inner: Drawing = part(Drawing, size="inner_size")
    tail: bytes = octets()


def drawing() -> Drawing:
    return Drawing(
        shapes=[
            Shape(color=Color.RED, body=Point(x=258, y=1)),
            Shape(color=Color.BLUE, style=Style.WIDE, body=Label(text=b"hello")),
        ],
        origin=Point(x=1),
        ids=[1, 513],
    )


def envelope() -> Envelope:
    return Envelope(first=1, inner=drawing(), tail=b"rest")


def test_every_byte_is_where_the_declaration_says() -> None:
    built = drawing().build()
    head = b"DRAW" + b"\x00\x03" + b"\x02" + b"\x00" + (44).to_bytes(4, "little")
    shapes = b"\x01\x00\x01\x02\x01\x00" + b"\x02\x04\x05hello"
    body = head + b"\x10\x00\x16\x00" + shapes + b"\0\0" + b"\x00\x01\0\0" + b"\x00\x01\x02\x01"
    assert built == body + zlib.adler32(body[4:]).to_bytes(4, "little")


def test_derived_fields_can_be_read_and_are_no_arguments() -> None:
    made = drawing()
    assert (made.magic, made.version, made.shape_count, made.total) == (b"DRAW", 3, 2, 44)
    assert made.starts == [16, 22]
    with pytest.raises(TypeError, match="shape_count is computed"):
        Drawing(shapes=[], origin=Point(x=0), ids=[0, 0], shape_count=0)  # type: ignore[call-arg]


def test_building_fixes_what_was_assigned_unless_told_not_to() -> None:
    made = drawing()
    made.shape_count = 9
    made.starts = [1, 2]
    assert made.build() == drawing().build()
    raw = made.build(fix=False)
    assert (raw[6], raw[12:16]) == (9, b"\x01\x00\x02\x00")
    made.shapes.pop()
    assert made.build()[6] == 1


def test_values_compare_show_and_copy_like_dataclasses() -> None:
    assert drawing() == drawing() == deepcopy(drawing()) == Drawing.parse(drawing().build())
    assert drawing() != Drawing(shapes=[], origin=Point(x=1), ids=[1, 513])
    assert repr(Shape(color=Color.RED, body=Point(x=1))) == (
        "Shape(color=Color.RED, style=Style(0), body=Point(x=1, y=0))"
    )
    with pytest.raises(TypeError, match="unhashable"):
        hash(drawing())


def test_names_that_are_no_fields_are_refused() -> None:
    with pytest.raises(TypeError, match="no field z"):
        Point(x=1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="x is missing"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(AttributeError, match="no field z"):
        Point(x=1).z = 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "made, field",
    [
        (Label(text=bytes(256)), "length"),
        (Point(x=65536), "x"),
        (Point(x=-1), "x"),
        (Shape(color=Color.RED, body=Label(text=b"a")), "body"),
        (Shape(color=7, body=None), "body"),  # type: ignore[arg-type]
        (Drawing(shapes=[], origin=Point(x=0), ids=[1]), "ids"),
        (Drawing(shapes=[], origin=Point(x=0), ids=[1, 1 << 16]), r"ids\[1\]"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(made: Record, field: str) -> None:
    with pytest.raises(EncodeError, match=rf"\(field {field}\)$"):
        made.build()


@pytest.mark.parametrize(
    "offset, value, field, message",
    [
        (0, 2, "first", "inner.shapes has 2 elements"),
        (3, ord("X"), "inner.magic", "must be b'DRAW'"),
        (8, 4, "inner.version", "must be 3"),
        (9, 4, "inner.shape_count", "at most 3"),
        (10, 1, "inner.hole", "reserved"),
        (11, 9, "inner.total", "the size is 44"),
        (15, 17, "inner.starts", "shapes[0] starts at 16"),
        (26, 2, "inner.shapes[1].style", "unknown bits 0x2"),
        (33, 1, "inner.gap", "zero bytes"),
        (43, 0xEE, "inner.sum", "Adler-32 gives"),
    ],
)
def test_each_broken_rule_is_found_where_it_is(
    offset: int, value: int, field: str, message: str
) -> None:
    data = bytearray(envelope().build())
    data[offset] = value
    problems = [p for p in Envelope.decode(bytes(data)).problems if p.field == field]
    assert problems
    assert message in str(problems[0])
    with pytest.raises(DecodeError):
        Envelope.parse(bytes(data))


def test_one_field_may_break_a_rule_many_times() -> None:
    class Rows(Record):
        rows_count: int = count(u16, of="rows")
        starts: list[int] = offsets(u32, to="rows")
        rows: list[Point] = array(Point, count="rows_count")

    rows = 2000
    data = Rows(rows=[Point(x=1, y=2)] * rows).build()
    broken = data[:2] + bytes(4 * rows) + data[2 + 4 * rows :]
    problems = Rows.decode(broken).problems
    assert [problem.offset for problem in problems] == [2 + 4 * row for row in range(rows)]
    assert {problem.field for problem in problems} == {"starts"}


def test_what_is_wrong_is_said_as_people_count() -> None:
    one = drawing()
    one.shapes = one.shapes[:1]
    with pytest.raises(DecodeError, match=r"inner\.shapes has 1 element \("):
        Envelope.parse(envelope().build().replace(drawing().build(), one.build()))
    with pytest.raises(DecodeError, match="needs 65,535 bytes, 2,000 are left"):
        Memo.parse(b"\xff\xff" + bytes(2000))


def test_an_unknown_tag_stops_a_part_and_not_what_follows() -> None:
    data = bytearray(envelope().build())
    data[19] = 9
    decoded = Envelope.decode(bytes(data))
    assert decoded.value.tail == b"rest"
    assert decoded.stopped is None
    assert decoded.value.inner.shapes[0].color == 9
    with pytest.raises(AttributeError, match=r"Drawing\.origin was not decoded"):
        _ = decoded.value.inner.origin
    assert [p.field for p in decoded.problems if "body" in str(p)] == ["inner.shapes[0].body"]


def test_a_file_cut_off_decodes_as_far_as_it_goes() -> None:
    built = drawing().build()
    for length in range(len(built)):
        decoded = Drawing.decode(built[:length])
        assert decoded.stopped is not None
        assert f"{length}" in view(decoded)[-1]
    assert Drawing.decode(built[:24]).value.shapes[0] == drawing().shapes[0]


def test_spans_and_paths_lead_to_the_bytes() -> None:
    decoded = Envelope.decode(envelope().build())
    start, end = decoded.spans["inner.shapes[1].body.text"]
    assert decoded.data[start:end] == b"hello"
    assert decoded.spans[""] == (0, len(decoded.data))


def test_bytes_behind_the_end_break_a_rule() -> None:
    with pytest.raises(DecodeError, match="3 bytes behind the last field"):
        Drawing.parse(drawing().build() + b"abc")


def test_the_view_shows_values_and_marks_problems() -> None:
    data = bytearray(envelope().build())
    data[10] = 1
    lines = view(Envelope.decode(bytes(data)))
    assert lines[0].split() == ["0", "file:", "envelope,", f"{len(data)}", "bytes"]
    assert any(
        "color = blue (2), style = wide (0x4), body = label text = b'hello'" in x for x in lines
    )
    marked = next(number for number, line in enumerate(lines) if "!!" in line)
    assert "hole = 1" in lines[marked - 1]
    assert "broken" in lines[-1]
    assert "no rule broken" in view(Envelope.decode(envelope().build()))[-1]


def test_the_dictionary_has_what_a_mutator_cannot_guess() -> None:
    text = dictionary(Envelope, extra={"own word": b'a"b', "long": bytes(65)})
    assert 'Drawing_magic="DRAW"' in text
    assert 'Drawing_version="\\x00\\x03"' in text
    assert 'Shape_color_RED="\\x01"' in text
    assert 'own_word="a\\x22b"' in text
    assert "long" not in text
    names = [line.partition("=")[0] for line in text.splitlines()[1:]]
    assert len(set(names)) == len(names)


def test_the_specification_is_a_row_for_each_field() -> None:
    rows = {row.field: row for row in specification(Drawing)}
    assert (rows["magic"].type, rows["magic"].rule) == ("4 bytes", "`DRAW`")
    assert (rows["shape_count"].type, rows["shape_count"].rule) == ("u8", "at most 3")
    assert rows["shapes"].type == "shape \N{MULTIPLICATION SIGN} shape_count"
    assert rows["version"].type == "u16be"
