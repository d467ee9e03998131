# SPDX-License-Identifier: Apache-2.0
"""Text to binary to text: what an author writes is in the file, and what is in it can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle, ChannelFile, Event, Events, TemplateFile
from groundstop.targets.channel.source import read_source
from support.channel import CORPUS
from support.contents import contents, value_of
from support.texts import channel_text, compiled, written

LAW = settings(max_examples=40)
TYPES = CORPUS / "templates" / "current.toml"
content = ChannelContent()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text") / "source.toml"


@LAW
@given(drawn=written())
def test_a_channel_file_holds_just_what_its_text_says(
    source: Path, drawn: tuple[Bundle, list[str]]
) -> None:
    bundle, patterns = drawn
    source.write_text(channel_text(bundle, str(TYPES), patterns), encoding="utf-8")
    again = ChannelFile.parse(content.compile(source, "channel"))
    assert again == compiled(bundle.channel, patterns)


def completed(event: Event, templates: TemplateFile) -> Event:
    """Return an event with all values that its type has, as a text writes them."""
    declared = next(each for each in templates.types if each.type_id == event.type_id)
    values = event.values[: len(declared.inputs)]
    values += [value_of(None)] * (len(declared.inputs) - len(values))
    return Event(type_id=event.type_id, values=values)


@LAW
@given(bundle=contents(misfits=False))
def test_events_written_as_text_compile_to_the_same_events(source: Path, bundle: Bundle) -> None:
    bundle.events = Events(events=[completed(e, bundle.templates) for e in bundle.events.events])
    text = content.write_events(bundle.build())
    source.write_text(text, encoding="utf-8")
    if bundle.events.events:
        assert content.compile(source, "events") == bundle.events.build()
        assert content.write_events(content.testcase(source)) == text
        assert read_source(source).part == "events"
