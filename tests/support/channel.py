# SPDX-License-Identifier: Apache-2.0
"""Text sources and real cores of the channel target, for tests."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from groundstop.config import Project, find_project
from groundstop.model import Release, Sanitizer, Variant
from groundstop.properties import CoreUnderTest, core
from groundstop.replay import Worker, open_worker
from groundstop.target import build, load_target
from groundstop.targets.channel.releases import SuppliedRelease, load_release

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus" / "channel"
SEEDS = tuple(sorted((CORPUS / "seeds").glob("*.toml")))
HOSTILE = tuple(sorted((CORPUS / "seeds" / "hostile").iterdir()))
INCIDENT = ROOT / "harness" / "groundstop" / "targets" / "channel" / "incident"
PLANTED = ROOT / "tests" / "support" / "planted"
RELEASES = ("7.10", "7.11", "7.15")

_HEAD = """\
channel = 1

[[type]]
id = 9001
name = "probe"
inputs = [{ name = "text", kind = "bytes" }, { name = "number", kind = "integer" }]
"""


def project() -> Project:
    return find_project(ROOT)


def open_core(release: str, sanitizer: Sanitizer = Sanitizer.ADDRESS) -> Worker:
    """Return a worker of one release; a context manager."""
    here = project()
    return open_worker(load_target(here, "channel"), Variant(Release(release), sanitizer), here)


def write_source(
    folder: Path, criteria: Mapping[int, str], events: Iterable[str] = (), head: str = _HEAD
) -> Path:
    """Write a source of one type `probe`: instances by id with the text of their criteria."""
    text = [head]
    for instance_id, match in criteria.items():
        text.append(
            f'[[instance]]\nid = {instance_id}\nname = "i{instance_id}"\ntype = "probe"\n'
            f'severity = "low"\n\n[instance.match]\n{match}\n'
        )
    text += [f'[[event]]\ntype = "probe"\n\n[event.values]\n{values}\n' for values in events]
    path = folder / "source.toml"
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def planted_core(defect: str, sanitizer: Sanitizer = Sanitizer.ADDRESS) -> CoreUnderTest:
    """Return the newest release with a defect of tests/support/planted, for properties."""
    planted = core("channel", f"{RELEASES[-1]}@{defect}", sanitizers=[sanitizer])
    sound = planted.target
    planted.target = replace(sound, core=replace(sound.core, history=PLANTED))
    return planted


@functools.cache
def tree_of(tested: CoreUnderTest) -> Path:
    """Return the sources that a core was built from, its history patch included."""
    return build(tested.target, Variant(tested.release), tested.project).tree


@functools.cache
def supplied(tested: CoreUnderTest) -> SuppliedRelease:
    """Return what the release of a core supplies."""
    return load_release(tree_of(tested) / "releases" / f"{tested.release.name}.toml")
