# SPDX-License-Identifier: Apache-2.0
"""Text sources of drawn content, and what they must compile to, for the round trip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import (
    Bundle,
    ByteClass,
    ChannelFile,
    Criterion,
    CriterionFlags,
    Pattern,
    Range,
    Text,
)
from groundstop.targets.channel.patterns import Program as Insns
from groundstop.targets.channel.patterns import compile_pattern
from support.contents import contents
from support.patterns import Classes, compiles, program_of
from support.strategies import PATTERNS


@st.composite
def written(draw: st.DrawFn) -> tuple[Bundle, list[str]]:
    """Draw content as a text can say it, and the source of each of its patterns, in order."""
    bundle = draw(contents(max_events=0))
    known = {each.type_id for each in ChannelContent().default_types.types}
    bundle.channel.instances = [i for i in bundle.channel.instances if i.type_id in known]
    for instance in bundle.channel.instances:
        instance.name = f"i {instance.instance_id}".encode()
    patterns = [
        draw(PATTERNS.filter(compiles))
        for instance in bundle.channel.instances
        for criterion in instance.criteria
        if isinstance(criterion.body, Pattern)
    ]
    return bundle, patterns


def channel_text(bundle: Bundle, templates: str, patterns: Sequence[str]) -> str:
    """Write a channel file as text; its types are those of the source `templates`."""
    names = {each.type_id: each for each in bundle.templates.types}
    sources = iter(patterns)
    lines = [f"templates = '{templates}'", f"channel = {bundle.channel.channel}"]
    for instance in bundle.channel.instances:
        declared = names[instance.type_id]
        lines += [
            "[[instance]]",
            f"id = {instance.instance_id}",
            f'name = "{instance.name.decode()}"',
            f'type = "{declared.name.decode()}"',
            f'severity = "{instance.severity.name.lower()}"',
            "[instance.match]",
        ]
        for criterion in instance.criteria:
            name = declared.inputs[criterion.input].name.decode()
            lines.append(f"{name} = {{ {_form(criterion, sources)} }}")
    return "\n".join(lines) + "\n"


def compiled(channel: ChannelFile, patterns: Sequence[str]) -> ChannelFile:
    """Return what the text of a channel file must compile to.

    Programs and classes are numbered by their first use, each there once.
    """
    sources, classes = iter(patterns), Classes()
    programs: dict[Insns, int] = {}
    for criterion in (each for instance in channel.instances for each in instance.criteria):
        if isinstance(criterion.body, Pattern):
            insns = compile_pattern(next(sources).encode(), classes.index)
            criterion.body = Pattern(program=programs.setdefault(insns, len(programs)))
    return ChannelFile(
        channel=channel.channel,
        classes=[ByteClass(bitmap=members.to_bytes(32, "little")) for members in classes.members],
        instances=channel.instances,
        programs=[program_of(insns) for insns in programs],
    )


def _form(criterion: Criterion, patterns: Iterator[str]) -> str:
    word, body = criterion.kind.name.lower(), criterion.body
    if isinstance(body, Text):
        nocase = ", nocase = true" if criterion.flags & CriterionFlags.NOCASE else ""
        return f'{word} = {{ hex = "{body.bytes_.hex()}" }}{nocase}'
    if isinstance(body, Range):
        return f"{word} = [{body.low}, {body.high}]"
    if isinstance(body, Pattern):
        return f"{word} = '''{next(patterns)}'''"
    return f"{word} = true"
