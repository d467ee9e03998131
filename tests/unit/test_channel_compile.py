# SPDX-License-Identifier: Apache-2.0
"""What text sources compile to."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.errors import GroundstopError, SourceError
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import (
    Bundle,
    ChannelFile,
    Criterion,
    CriterionFlags,
    CriterionKind,
    Events,
    Pattern,
    Range,
    TemplateFile,
    Text,
)
from support.channel import CORPUS, SEEDS, write_source

content = ChannelContent()


def criterion(tmp_path: Path, match: str) -> Criterion:
    channel = ChannelFile.parse(content.compile(write_source(tmp_path, {1: match}), "channel"))
    return channel.instances[0].criteria[0]


@pytest.mark.parametrize(
    "written, kind, body",
    [
        ("text = 'a\\b'", CriterionKind.EXACT, Text(bytes_=b"a\\b")),
        ('text = "\\u00e4"', CriterionKind.EXACT, Text(bytes_=b"\xc3\xa4")),
        ('text = { hex = "00 ff" }', CriterionKind.EXACT, Text(bytes_=b"\x00\xff")),
        ('text = { exact = "a" }', CriterionKind.EXACT, Text(bytes_=b"a")),
        ('text = { exact = { hex = "ff" } }', CriterionKind.EXACT, Text(bytes_=b"\xff")),
        ('text = { prefix = "a" }', CriterionKind.PREFIX, Text(bytes_=b"a")),
        ('text = { suffix = "" }', CriterionKind.SUFFIX, Text(bytes_=b"")),
        ('text = { substring = "a" }', CriterionKind.SUBSTRING, Text(bytes_=b"a")),
        ('text = { glob = "a*?" }', CriterionKind.GLOB, Text(bytes_=b"a*?")),
        ('text = { pattern = "a" }', CriterionKind.PATTERN, Pattern(program=0)),
        ("text = { any = true }", CriterionKind.ANY, None),
        ("number = { any = true }", CriterionKind.ANY, None),
        ("number = 0", CriterionKind.RANGE, Range(low=0, high=0)),
        ("number = { exact = 7 }", CriterionKind.RANGE, Range(low=7, high=7)),
        (
            "number = { range = [1, 0xffff_ffff_ffff_ffff] }",
            CriterionKind.RANGE,
            Range(low=1, high=2**64 - 1),
        ),
    ],
)
def test_each_form_of_a_criterion(
    tmp_path: Path, written: str, kind: CriterionKind, body: Text | Range | Pattern | None
) -> None:
    index = 1 if written.startswith("number") else 0
    expected = Criterion(input=index, kind=kind, body=body)
    assert criterion(tmp_path, written).build() == expected.build()


@pytest.mark.parametrize("form", ["exact", "prefix", "suffix", "substring", "glob"])
@pytest.mark.parametrize("nocase", [True, False])
def test_nocase_is_a_flag_of_every_text(tmp_path: Path, form: str, nocase: bool) -> None:  # noqa: FBT001 - a parameter of the test
    text = f'text = {{ {form} = "a", nocase = {str(nocase).lower()} }}'
    assert criterion(tmp_path, text).flags == (CriterionFlags.NOCASE if nocase else 0)


def test_the_order_in_the_source_does_not_matter(tmp_path: Path) -> None:
    """Instances go by id, criteria by input; what people move around gives the same bytes."""
    shuffled = random.Random(7)  # noqa: S311 - no secret
    instances = {
        5: 'text = { pattern = "[ab]x" }\nnumber = 1',
        90: 'number = 3\ntext = { pattern = "[ab]y" }',
        7: 'text = { pattern = "[cd]x" }',
    }
    expected = content.compile(write_source(tmp_path, instances))
    channel = ChannelFile.parse(expected)
    assert [instance.instance_id for instance in channel.instances] == [5, 7, 90]
    for _ in range(6):
        order = list(instances)
        shuffled.shuffle(order)
        lines = {i: "\n".join(reversed(instances[i].split("\n"))) for i in order}
        assert content.compile(write_source(tmp_path, lines)) == expected


def test_equal_patterns_and_classes_are_kept_once(tmp_path: Path) -> None:
    same = 'text = { pattern = "[ab]+(?:[ab]|x)[^c]" }'
    other = 'text = { pattern = "[ba]y[^c]" }'
    channel = ChannelFile.parse(
        content.compile(write_source(tmp_path, {1: same, 2: other, 3: same}))
    )
    assert [
        criterion.body.program
        for instance in channel.instances
        for criterion in instance.criteria
        if isinstance(criterion.body, Pattern)
    ] == [0, 1, 0]
    assert len(channel.programs) == 2
    bitmaps = [entry.bitmap for entry in channel.classes]
    assert len(set(bitmaps)) == len(bitmaps) == 3  # [ab], [abx] and [^c]


def test_a_source_is_what_it_holds(tmp_path: Path) -> None:
    templates = content.compile(CORPUS / "templates" / "current.toml")
    TemplateFile.parse(templates)
    ChannelFile.parse(content.compile(write_source(tmp_path, {1: "number = 1"})))
    with_events = write_source(tmp_path, {1: "number = 1"}, ["number = 1", 'text = ""'])
    bundle = Bundle.parse(content.compile(with_events))
    for part, cls, inside in (
        ("templates", TemplateFile, bundle.templates),
        ("channel", ChannelFile, bundle.channel),
        ("events", Events, bundle.events),
        ("bundle", Bundle, bundle),
    ):
        assert cls.parse(content.compile(with_events, part)) == inside


def test_absent_values_keep_the_place_of_the_others(tmp_path: Path) -> None:
    source = write_source(tmp_path, {}, ["number = 5", ""])
    first, second = Bundle.parse(content.compile(source)).events.events
    assert [value.kind.name for value in first.values] == ["ABSENT", "INTEGER"]
    assert [value.kind.name for value in second.values] == ["ABSENT", "ABSENT"]


def test_what_a_source_cannot_become_is_refused(tmp_path: Path) -> None:
    templates = CORPUS / "templates" / "current.toml"
    with pytest.raises(SourceError, match="has no channel number"):
        content.compile(templates, "channel")
    with pytest.raises(GroundstopError, match="no part 'program'"):
        content.compile(write_source(tmp_path, {}), "program")


def test_more_patterns_than_a_file_can_hold(tmp_path: Path) -> None:
    matches = {i: f"text = {{ pattern = 'a{i}' }}" for i in range(1, 1026)}
    last = matches.pop(1025)
    assert len(ChannelFile.parse(content.compile(write_source(tmp_path, matches))).programs) == 1024
    with pytest.raises(SourceError, match="at most 1024 patterns"):
        content.compile(write_source(tmp_path, matches | {1025: last}))


def test_more_classes_than_a_file_can_hold(tmp_path: Path) -> None:
    classes = [rf"[a\x{i % 256:02x}\x{i // 256 + 128:02x}]" for i in range(1200)]
    matches = {i // 50 + 1: "".join(classes[i : i + 50]) for i in range(0, 1200, 50)}
    source = write_source(
        tmp_path, {i: f"text = {{ pattern = '{c}' }}" for i, c in matches.items()}
    )
    with pytest.raises(SourceError, match="class number 1025") as raised:
        content.compile(source)
    assert raised.value.where.field == "instance[20].match.text.pattern"


def test_the_same_bytes_in_other_processes_and_folders(tmp_path: Path) -> None:
    """Neither hash seeds, nor the folder, nor the way the file is named may reach the bytes."""
    script = (
        "import sys, hashlib; from pathlib import Path;"
        "from groundstop.targets.channel.content import ChannelContent as C;"
        "print(*(hashlib.sha256(C().compile(Path(p))).hexdigest() for p in sys.argv[1:]))"
    )
    digests = set()
    for seed, folder in (("1", Path("/")), ("2", tmp_path), ("3", CORPUS / "seeds")):
        paths = [os.path.relpath(path, folder) for path in SEEDS]
        run = subprocess.run(
            [sys.executable, "-c", script, *paths],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(run.stdout)
    assert len(digests) == 1
