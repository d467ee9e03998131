# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies of testcases of the channel target, on the types that releases have."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from groundstop.format.strategies import from_format
from groundstop.targets.channel.bundle import Parts
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import (
    Bundle,
    Criterion,
    CriterionKind,
    Event,
    Events,
    InputKind,
    Instance,
    Number,
    Range,
    TemplateFile,
    TemplateType,
    Text,
    Value,
    ValueKind,
)
from support.strategies import VALUES

Sensed = bytes | int | None

MOST = 2**64 - 1
# ipc is what 7.11 brought, with its 21 inputs; driver_load only 7.15 has.
_KNOWN = {b"script_execution": 5, b"ipc": 3, b"driver_load": 1}
_TYPES = [known for known in ChannelContent().default_types.types if known.name in _KNOWN]
_UNKNOWN_TYPE = from_format(TemplateType, max_elements=2, max_octets=3)
_NUMBERS = st.integers(0, 9) | st.integers(0, MOST)
_LETTERS = b"abAB*?z["
_TAILS = st.sampled_from([b"", b"a", b"B\n", b"\xff-z"])


@st.composite
def templates(draw: st.DrawFn, named: bytes = b"") -> TemplateFile:
    """Draw the type `named`, or types of the newest release and one that no release has."""
    if named:
        return TemplateFile(types=[known for known in _TYPES if known.name == named])
    chosen = draw(st.lists(st.sampled_from(_TYPES), min_size=1, max_size=2, unique_by=id))
    if draw(st.integers(0, 3)) == 3:
        other = draw(_UNKNOWN_TYPE)
        other.type_id = max(other.type_id, 100)
        chosen = [*chosen, other]
    return TemplateFile(types=sorted(chosen, key=lambda declared: declared.type_id))


def _in_glob(text: bytes, tail: bytes) -> bytes:
    return text.replace(b"*", tail).replace(b"?", b"q")


@st.composite
def aimed(draw: st.DrawFn, criterion: Criterion) -> Sensed:
    """Draw a value that a criterion is likely to be true for, or to miss narrowly."""
    body = criterion.body
    if isinstance(body, Range):
        near = [body.low, body.high, max(body.low - 1, 0), min(body.high + 1, MOST)]
        return draw(st.sampled_from(near))
    if not isinstance(body, Text):
        return draw(VALUES)
    text, tail = body.bytes_, draw(_TAILS)
    value = {
        CriterionKind.PREFIX: text + tail,
        CriterionKind.SUFFIX: tail + text,
        CriterionKind.SUBSTRING: tail + text + tail,
        CriterionKind.GLOB: _in_glob(text, tail),
    }.get(criterion.kind, text)
    return draw(st.sampled_from([value, value, value.swapcase(), value[:-1]]))


def value_of(sensed: Sensed) -> Value:
    """Return a value as events have it."""
    if sensed is None:
        return Value(kind=ValueKind.ABSENT, body=None)
    if isinstance(sensed, int):
        return Value(kind=ValueKind.INTEGER, body=Number(number=sensed))
    return Value(kind=ValueKind.BYTES, body=Text(bytes_=sensed))


@st.composite
def events_for(
    draw: st.DrawFn, declared: TemplateType, instances: Sequence[Instance], *, misfits: bool
) -> Event:
    """Draw an event of a type, usually one that an instance of it was made for.

    With `misfits`, now and then one that does not fit the type.
    """
    sensed: dict[int, Sensed] = {}
    for index in draw(st.sets(st.integers(0, len(declared.inputs) - 1), max_size=3)):
        if declared.inputs[index].kind == InputKind.BYTES:
            sensed[index] = draw(VALUES)
        else:
            sensed[index] = draw(_NUMBERS)
    if instances:
        for criterion in draw(st.sampled_from(instances)).criteria:
            if criterion.kind != CriterionKind.ANY:
                sensed[criterion.input] = draw(aimed(criterion))
    count = max(sensed, default=-1) + 1
    values = [value_of(sensed.get(index)) for index in range(count)]
    match draw(st.integers(0, 15)) if misfits else 0:
        case 15 if values:  # of a kind that the input may not have
            values[-1] = value_of(7 if values[-1].kind == ValueKind.BYTES else b"7")
        case 14:  # more than the sensor supplies
            values += [value_of(None)] * (len(declared.inputs) + 1 - count)
    return Event(type_id=declared.type_id, values=values)


def _stretch(instance: Instance, types: TemplateFile) -> None:
    """Let an instance's last criterion ask for the last input that its type has, if it fits."""
    declared = next(each for each in types.types if each.type_id == instance.type_id)
    last = len(declared.inputs) - 1
    if instance.criteria:
        criterion = instance.criteria[-1]
        if declared.inputs[criterion.input].kind == declared.inputs[last].kind:
            criterion.input = last


def _spell(instance: Instance) -> None:
    """Write texts with what they are about: letters of both cases, and what globs know."""
    for criterion in instance.criteria:
        if isinstance(criterion.body, Text):
            spelled = (_LETTERS[byte % len(_LETTERS)] for byte in criterion.body.bytes_)
            criterion.body.bytes_ = bytes(spelled)


@st.composite
def contents(
    draw: st.DrawFn,
    *,
    max_elements: int = 3,
    max_events: int = 3,
    misfits: bool = True,
    named: bytes = b"",
) -> Bundle:
    """Draw a testcase whose files keep every rule, on a sensor of today's releases.

    With `misfits`, some events do not fit their types: sensors refuse them.  With a type's
    name in `named`, all is of that type.
    """
    given: Mapping[str, st.SearchStrategy[object]] = {
        "templates": templates(named),
        "events": st.just(Events(events=[])),
    }
    files = from_format(Bundle, given=given, max_elements=max_elements, max_octets=4)
    bundle = draw(files)
    if not any(instance.criteria for instance in bundle.channel.instances):
        bundle = draw(files)  # such content is judged soon, and drawn often
    for instance in bundle.channel.instances:
        if draw(st.integers(0, 2)) == 2:
            _stretch(instance, bundle.templates)
        if draw(st.booleans()):
            _spell(instance)
    made = []
    for _ in range(draw(st.integers(min(1, max_events), max_events))):
        declared = draw(st.sampled_from(bundle.templates.types))
        of_type = [i for i in bundle.channel.instances if i.type_id == declared.type_id]
        made.append(draw(events_for(declared, of_type, misfits=misfits)))
    bundle.events = Events(events=made)
    return bundle


def refitted(file: bytes) -> bytes:
    """Return a template or channel file with its size and checksum put right."""
    if len(file) < 16:
        return file
    file = file[:8] + len(file).to_bytes(4, "little") + file[12:-4]
    return file + zlib.crc32(file).to_bytes(4, "little")


@st.composite
def damaged(
    draw: st.DrawFn,
    bundles: st.SearchStrategy[Bundle],
    *,
    names: Sequence[str] = ("channel", "channel", "channel", "templates"),
) -> bytes:
    """Draw a testcase of which one field or two are wrong, usually under a good checksum.

    The fields are in the parts that are called `names`, where they may be more than once.
    """
    data = draw(bundles).build()
    parts = Parts.split(data)
    assert parts is not None
    files = {name: bytearray(part) for name, part in parts._asdict().items()}
    leaves = [
        node
        for node in Bundle.decode(data).root.walk()
        if not node.children and node.end > node.start
    ]
    # What is deep inside comes first: that is where Hypothesis looks most.
    leaves.sort(key=lambda leaf: (-leaf.path.count("."), -leaf.start))
    for _ in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from(names))
        leaf = draw(st.sampled_from([leaf for leaf in leaves if leaf.path.startswith(f"{name}.")]))
        start, size = leaf.start - parts.offset(name), leaf.end - leaf.start
        old, limit = int.from_bytes(files[name][start : start + size], "little"), 256**size
        new = draw(st.sampled_from([0, 1, old - 1, old + 1, limit - 1]) | st.integers(0, 9))
        replacement = (new % limit).to_bytes(size, "little")
        match draw(st.integers(0, 15)):
            case 15:
                replacement += b"\0"
            case 14:
                replacement = replacement[:-1]
        files[name][start : start + size] = replacement
        if draw(st.integers(0, 15)) == 15:
            files[name][-4:-4] = b"\0"  # behind the last record, before the checksum
    fit = bytes if draw(st.integers(0, 15)) == 15 else refitted
    templates, channel = (fit(bytes(files[name])) for name in ("templates", "channel"))
    return Parts(templates, channel, bytes(files["events"])).join()
