# SPDX-License-Identifier: Apache-2.0
"""What the channel target consists of."""

from __future__ import annotations

from pathlib import Path

from groundstop.model import Release
from groundstop.oracles import RoundTrip
from groundstop.target import Core, Incident, Step, Target
from groundstop.targets.channel.content import ChannelContent
from groundstop.targets.channel.formats import Bundle
from groundstop.targets.channel.releases import generate_table, load_release
from groundstop.toolchain import native_root

_HERE = Path(__file__).parent
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

_INCIDENT = Incident(
    title="Channel File 291, 2024-07-19 04:09 UTC",
    release=Release("7.11", "2024-07"),
    today=Release("7.11"),
    steps=(
        Step(
            "definition",
            "content validator: the instance against the template definition",
            _HERE / "incident" / "channel-291.toml",
            "the definition says 21 inputs, and so does the instance: nothing to see",
        ),
        Step(
            "load",
            "load test: the sensor reads the file",
            _HERE / "incident" / "channel-291.toml",
            "loading is not evaluating",
        ),
        Step(
            "evaluate",
            "stress test of March: a wildcard on input 21",
            _HERE / "incident" / "channel-291-wildcard.toml",
            "a wildcard never reads its input: four instances shipped like this",
        ),
        Step(
            "evaluate",
            "the lucky case: an earlier criterion does not match",
            _HERE / "incident" / "channel-291-mismatch.toml",
            "evaluation stops before input 21 is read",
        ),
        Step(
            "evaluate",
            "the first event that matches criteria 1 to 20",
            _HERE / "incident" / "channel-291.toml",
            "the interpreter reads element 20 of an array of 20",
        ),
    ),
    candidate=_HERE / "incident" / "channel-291.toml",
    fleet=(Release("7.10"), Release("7.11", "2024-07"), Release("7.15")),
)


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
    oracles=(RoundTrip(Bundle),),
    incident=_INCIDENT,
    words=_words,
)
