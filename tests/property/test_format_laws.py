# SPDX-License-Identifier: Apache-2.0
"""Laws of declared formats, on the channel format."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.errors import DecodeError
from groundstop.format import view
from groundstop.format.strategies import from_format
from groundstop.targets.channel.formats import Bundle, ChannelFile, TemplateFile

LAW = settings(max_examples=80, deadline=None)
BUNDLES = from_format(Bundle, max_elements=3, max_octets=12)
CHANGES = st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=5)), min_size=1, max_size=4)


def changed(data: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    for position, replacement in changes:
        at = position % (len(data) + 1)
        data = data[:at] + replacement + data[at + (position & 7) :]
    return data


@LAW
@given(BUNDLES)
def test_parsing_undoes_building(bundle: Bundle) -> None:
    data = bundle.build()
    assert Bundle.parse(data) == bundle
    assert Bundle.parse(data).build() == data
    assert Bundle.parse(data).build(fix=False) == data


@LAW
@given(bundle=BUNDLES, changes=CHANGES)
def test_whatever_is_accepted_is_built_to_the_same_bytes(
    bundle: Bundle, changes: list[tuple[int, bytes]]
) -> None:
    data = changed(bundle.build(), changes)
    decoded = Bundle.decode(data)
    if decoded.problem is None:
        assert decoded.value.build(fix=False) == data
        assert decoded.value.build() == data
    else:
        with pytest.raises(DecodeError):
            Bundle.parse(data)


@LAW
@given(bundle=BUNDLES, changes=CHANGES)
def test_damage_decodes_as_far_as_it_goes_and_says_where(
    bundle: Bundle, changes: list[tuple[int, bytes]]
) -> None:
    data = changed(bundle.build(), changes)
    decoded = Bundle.decode(data)
    for problem in decoded.problems:
        assert 0 <= problem.offset <= len(data)
        assert problem.field
    for start, end in decoded.spans.values():
        assert 0 <= start <= end <= len(data)
    assert len(view(decoded)) > 1


@LAW
@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_a_decode_error(data: bytes) -> None:
    for cls in (Bundle, ChannelFile, TemplateFile):
        for prefix in (b"", b"GSBD", b"GSCF\1\0", b"GSTF\1\0"):
            try:
                cls.parse(prefix + data)
            except DecodeError as error:
                assert error.offset <= len(prefix + data)  # noqa: PT017 - both outcomes are fine


@LAW
@given(BUNDLES)
def test_references_lead_to_what_is_there(bundle: Bundle) -> None:
    inputs = {made.type_id: len(made.inputs) for made in bundle.templates.types}
    for instance in bundle.channel.instances:
        assert instance.input_count == inputs[instance.type_id]
        assert all(c.input < inputs[instance.type_id] for c in instance.criteria)
    for event in bundle.events.events:
        assert len(event.values) == inputs[event.type_id]
