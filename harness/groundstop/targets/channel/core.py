# SPDX-License-Identifier: Apache-2.0
"""What the channel target consists of."""

from __future__ import annotations

from groundstop.oracles import (
    Accepted,
    AllocationFailure,
    BoundedWork,
    Determinism,
    Memory,
    Model,
    Releases,
    RoundTrip,
)
from groundstop.target import Core, Target
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle
from groundstop.targets.channel.incident import INCIDENT
from groundstop.targets.channel.judging import alike, predict, validate
from groundstop.targets.channel.releases import generate_table, load_release
from groundstop.targets.channel.status import describe_outcome
from groundstop.toolchain import native_root

_SOURCES = native_root() / "channel"

# Kernel code: nothing implicit, nothing large on the stack (bytes of a frame).
_CFLAGS = (
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wframe-larger-than=1024",
)

_RELEASES = ("7.10", "7.11", "7.15")

# Bytes that the entry point may use without a sanitizer, its own frames included
# (native/channel/README.md, "Stack").
_STACK = 4096


def _words() -> dict[str, bytes]:
    """Return the names of types and inputs that the content compiler writes into files."""
    releases = (load_release(_SOURCES / "releases" / f"{name}.toml") for name in _RELEASES)
    types = [supplied for release in releases for supplied in release.types]
    names = {supplied.name for supplied in types}
    names |= {each.name for supplied in types for each in supplied.inputs}
    return {f"name_{name}": name.encode() for name in sorted(names)}


target = Target(
    name="channel",
    core=Core(
        root=_SOURCES,
        sources=tuple(sorted(str(p.relative_to(_SOURCES)) for p in _SOURCES.glob("**/*.c"))),
        headers=("**/*.h", "releases/*.toml"),
        entry="ci_fuzz_bundle",
        cflags=_CFLAGS,
        releases=_RELEASES,
        generate=generate_table,
        history=_SOURCES / "history",
    ),
    format=Bundle,
    content=ChannelContent(),
    # The cheapest first, as measured: a finding ends the judging of an input in a campaign.
    oracles=(
        BoundedWork(stack=_STACK),
        Memory(),
        Determinism(),
        AllocationFailure("ci_fuzz_allocation"),
        Model(predict, lambda outcome: list(describe_outcome(outcome.data))),
        Releases(alike),
        RoundTrip(Bundle, loads=("templates", "channel")),
        Accepted(validate),
    ),
    incident=INCIDENT,
    words=_words,
)
