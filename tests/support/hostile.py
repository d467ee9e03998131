# SPDX-License-Identifier: Apache-2.0
"""Makes corpus/channel/seeds/hostile: files that every loader must refuse, each for one reason.

A file is called `<status>.<what>.<ending>`: the name that ci.h has for the reason, what
was done to a good file, and what it claims to be.  Run this module to write them anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.format import Record, Span
from groundstop.targets.channel.bundle import Parts
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import ChannelFile, TemplateFile

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "channel"
FOLDER = CORPUS / "seeds" / "hostile"
BASE = CORPUS / "seeds" / "network-reverse-shell-ports.toml"

_SIZE_AT = 8  # of the field `size` in both kinds of file
_CHECKSUM = 4  # bytes


@dataclass(frozen=True)
class Hostile:
    """One file: the status of ci.h that it must be refused with, in the words of file names."""

    status: str
    what: str
    ending: str
    data: bytes

    @property
    def name(self) -> str:
        return f"{self.status}.{self.what}.{self.ending}"


def hostile_files() -> Iterator[Hostile]:
    """Yield all of them, made from the seed BASE and the template file that it names."""
    parts = Parts.split(ChannelContent().testcase(BASE))
    assert parts is not None
    yield from _nothing()
    yield from _torn(parts.channel)
    yield from _truncated(parts.channel)
    yield from _bundles(parts)
    yield from _edited(ChannelFile, "gscf", parts.channel, CHANNEL_EDITS)
    yield from _edited(TemplateFile, "gstf", parts.templates, TEMPLATE_EDITS)
    yield from _whole(parts)


def _nothing() -> Iterator[Hostile]:
    yield Hostile("truncated", "empty", "bin", b"")
    yield Hostile("truncated", "one-byte", "bin", b"G")
    yield Hostile("truncated", "one-zero", "bin", bytes(1))
    for size in (4, 20, 512, 4096, 65536):
        yield Hostile("bad-magic", f"zeros-{size}", "bin", bytes(size))
    yield Hostile("bad-magic", "text", "bin", BASE.read_bytes())


def _torn(channel: bytes) -> Iterator[Hostile]:
    """A write that a crash cut short: the size is right, the end never reached the disk."""
    for share in (2, 3):
        kept = len(channel) * share // 4
        data = channel[:kept] + bytes(len(channel) - kept)
        yield Hostile("bad-checksum", f"zeroed-last-{4 - share}-of-4", "gscf", data)
    yield Hostile("bad-size", "zeroed-behind-magic", "gscf", _zeroed(channel, 6))


def _zeroed(data: bytes, start: int) -> bytes:
    return data[:start] + bytes(len(data) - start)


def _truncated(channel: bytes) -> Iterator[Hostile]:
    """Cut at each boundary between sections; then the same with size and checksum put right."""
    spans = ChannelFile.decode(channel).spans
    for before in ("version", "instance_count", "size"):
        yield Hostile("truncated", f"before-{before}", "gscf", channel[: spans[before].start])
    for behind in ("size", "class_count"):
        yield Hostile("bad-size", f"behind-{behind}", "gscf", channel[: spans[behind].end])
    for behind in ("class_count", "instance_offsets", "program_offsets", "classes", "instances"):
        cut = channel[: spans[behind].end]
        what = f"behind-{behind}".replace("_", "-")
        yield Hostile("truncated", f"signed-{what}", "gscf", _signed(cut + bytes(_CHECKSUM)))
        if behind != "class_count":
            yield Hostile("bad-size", what, "gscf", cut)
    yield Hostile("bad-size", "behind-programs", "gscf", channel[: spans["programs"].end])


def _bundles(parts: Parts) -> Iterator[Hostile]:
    """Testcases cut where a part ends, and with parts in each other's place."""
    bundle = parts.join()
    yield Hostile("bad-magic", "inside-header", "gsbd", bundle[:8])
    for part in ("templates", "channel"):
        cut = bundle[: parts.offset(part)]
        yield Hostile("truncated", f"before-{part}", "gsbd", cut)
        half = bundle[: parts.offset(part) + len(getattr(parts, part)) // 2]
        yield Hostile("bad-size", f"inside-{part}", "gsbd", half)
    swapped = Parts(parts.channel, parts.templates, parts.events)
    yield Hostile("bad-magic", "parts-swapped", "gsbd", swapped.join())


def _whole(parts: Parts) -> Iterator[Hostile]:
    """What is wrong with a file as a whole."""
    for ending, data in (("gscf", parts.channel), ("gstf", parts.templates)):
        flipped = bytearray(data)
        flipped[len(data) // 2] ^= 0x10
        yield Hostile("bad-checksum", "one-bit", ending, bytes(flipped))
        yield Hostile("bad-checksum", "off-by-one", ending, data[:-4] + _plus_one(data[-4:]))
        yield Hostile("bad-size", "bytes-behind", ending, data + b"behind")
        longer = data[:-_CHECKSUM] + b"behind" + bytes(_CHECKSUM)
        yield Hostile("trailing", "bytes-behind-signed", ending, _signed(longer))
        for name, size in (("less", len(data) - 1), ("zero", 0), ("over-limit", 0xFFFFFFFF)):
            resized = data[:_SIZE_AT] + size.to_bytes(4, "little") + data[_SIZE_AT + 4 :]
            yield Hostile("bad-size", f"size-{name}", ending, _checksummed(resized))


def _plus_one(checksum: bytes) -> bytes:
    return ((int.from_bytes(checksum, "little") + 1) % (1 << 32)).to_bytes(4, "little")


# What is changed (path: value, or a function of the old one), and what it is called.
# The size and the checksum are put right afterwards, so that only this is wrong.
Edit = tuple[str, str, dict[str, int | Callable[[int], int]]]

_LAST = "programs[0].insns[-1]"

CHANNEL_EDITS: tuple[Edit, ...] = (
    ("bad-version", "from-the-future", {"version": 2}),
    ("bad-version", "zero", {"version": 0}),
    ("bad-count", "instances-over-limit", {"instance_count": 4097}),
    ("bad-count", "programs-over-limit", {"program_count": 1025}),
    ("bad-count", "classes-over-limit", {"class_count": 1025}),
    ("bad-count", "insns-over-limit", {"programs[0].insn_count": 1025}),
    ("bad-count", "no-insns", {"programs[0].insn_count": 0}),
    ("bad-count", "empty-name", {"instances[0].name_size": 0}),
    ("bad-count", "criteria-over-inputs", {"instances[0].criterion_count": 13}),
    ("truncated", "instances-at-limit", {"instance_count": 4096}),
    ("truncated", "programs-at-limit", {"program_count": 1024}),
    ("truncated", "classes-at-limit", {"class_count": 1024}),
    ("truncated", "insns-at-limit", {"programs[0].insn_count": 1024}),
    ("bad-offset", "into-header", {"instance_offsets[0]": 0}),
    ("bad-offset", "behind-file", {"instance_offsets[1]": 1 << 31}),
    ("bad-offset", "one-byte-late", {"program_offsets[0]": lambda offset: offset + 1}),
    ("bad-order", "instance-zero", {"instances[0].instance_id": 0}),
    ("bad-order", "instance-twice", {"instances[1].instance_id": 4001}),
    ("bad-order", "criterion-twice", {"instances[1].criteria[1].input": 0}),
    ("bad-reference", "unknown-type", {"instances[0].type_id": 0x7FFFFFFF}),
    ("bad-reference", "unknown-input", {"instances[0].criteria[0].input": 12}),
    ("bad-reference", "unknown-program", {"instances[0].criteria[0].body.program": 1}),
    ("bad-reference", "unknown-class", {"programs[0].insns[class].x": 1024}),
    ("count-mismatch", "one-input-less", {"instances[0].input_count": 11}),
    ("count-mismatch", "one-input-more", {"instances[0].input_count": 13}),
    ("kind-mismatch", "range-on-bytes", {"instances[0].criteria[1].input": 3}),
    ("kind-mismatch", "prefix-on-integer", {"instances[1].criteria[0].input": 4}),
    ("bad-value", "severity", {"instances[0].severity": 5}),
    ("bad-value", "reserved", {"instances[0].reserved": 1}),
    ("bad-value", "program-reserved", {"programs[0].reserved": 1}),
    ("bad-value", "criterion-kind", {"instances[0].criteria[0].kind": 8}),
    ("bad-value", "unknown-flag", {"instances[1].criteria[0].flags": 2}),
    ("bad-value", "nocase-range", {"instances[0].criteria[1].flags": 1}),
    ("bad-value", "nocase-pattern", {"instances[0].criteria[0].flags": 1}),
    ("bad-value", "range-backwards", {"instances[0].criteria[1].body.low": 7}),
    ("bad-program", "falls-through", {f"{_LAST}.op": 1}),
    ("bad-program", "no-operation", {"programs[0].insns[0].op": 0}),
    ("bad-program", "unknown-operation", {"programs[0].insns[0].op": 8}),
    ("bad-program", "unused-operand", {f"{_LAST}.y": 1}),
    ("bad-program", "unknown-condition", {"programs[0].insns[0].arg": 8}),
    ("bad-program", "jumps-behind-end", {"programs[0].insns[jump].x": 1023}),
    ("bad-program", "splits-behind-end", {"programs[0].insns[split].y": 1023}),
)

TEMPLATE_EDITS: tuple[Edit, ...] = (
    ("bad-version", "from-the-future", {"version": 2}),
    ("bad-count", "types-over-limit", {"type_count": 65}),
    ("truncated", "types-at-limit", {"type_count": 64}),
    ("bad-count", "no-inputs", {"types[0].input_count": 0}),
    ("bad-count", "inputs-over-limit", {"types[0].input_count": 65}),
    ("count-mismatch", "one-input-less", {"types[0].input_count": 15}),
    ("count-mismatch", "one-input-more", {"types[0].input_count": 17}),
    ("bad-order", "type-twice", {"types[1].type_id": 1}),
    ("bad-order", "type-zero", {"types[0].type_id": 0}),
    ("bad-value", "input-kind", {"types[0].inputs[0].kind": 3}),
    ("kind-mismatch", "integer-for-bytes", {"types[0].inputs[0].kind": 2}),
    ("name-mismatch", "one-letter-less", {"types[0].inputs[0].name_size": 9}),
    ("bad-count", "empty-name", {"types[0].name_size": 0}),
)


def _edited(
    cls: type[Record], ending: str, data: bytes, edits: tuple[Edit, ...]
) -> Iterator[Hostile]:
    spans = cls.decode(data).spans
    for status, what, changes in edits:
        changed = bytearray(data)
        for path, value in changes.items():
            start, end = _span(path, data, spans)
            old = int.from_bytes(changed[start:end], "little")
            new = value(old) if callable(value) else value
            assert new != old, f"{what} changes nothing"
            changed[start:end] = new.to_bytes(end - start, "little")
        yield Hostile(status, what, ending, _signed(bytes(changed)))


def _span(path: str, data: bytes, spans: Mapping[str, Span]) -> Span:
    """Return where a field stands.

    Beside the decoder's paths: `insns[class]` is the first such instruction, `insns[-1]`
    the last one, and entries of tables of offsets have their numbers.
    """
    table, _, entry = path.removesuffix("]").partition("_offsets[")
    if entry:
        start = spans[f"{table}_offsets"].start + 4 * int(entry)
        return Span(start, start + 4)
    if path.startswith("programs[0].insns["):
        names = [insn.op.name.lower() for insn in ChannelFile.parse(data).programs[0].insns]
        wanted = path.split("[")[2].partition("]")[0]
        if wanted == "-1":
            path = path.replace("-1", str(len(names) - 1))
        elif not wanted.isdigit():
            path = path.replace(wanted, str(names.index(wanted)))
    return spans[path]


def _signed(data: bytes) -> bytes:
    """Put the size and the checksum of a file right."""
    size = len(data).to_bytes(4, "little")
    return _checksummed(data[:_SIZE_AT] + size + data[_SIZE_AT + 4 :])


def _checksummed(data: bytes) -> bytes:
    return data[:-_CHECKSUM] + zlib.crc32(data[:-_CHECKSUM]).to_bytes(4, "little")


def main() -> None:
    """Write the files, and remove those that are no longer made."""
    FOLDER.mkdir(exist_ok=True)
    made = {entry.name: entry.data for entry in hostile_files()}
    for old in FOLDER.iterdir():
        if old.name not in made:
            old.unlink()
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
