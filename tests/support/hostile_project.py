# SPDX-License-Identifier: Apache-2.0
"""A project whose target is cores/hostile.c, with content of one line of text."""

from __future__ import annotations

import hashlib
from pathlib import Path

from groundstop.config import Project, find_project
from groundstop.target import Target, load_target
from support.replaying import CORES, STATE

TARGET = """\
from pathlib import Path

from groundstop.errors import SourceError, SourceLocation
from groundstop.model import Judgement, Verdict
from groundstop.target import Core, Target


class Lines:
    suffixes = (".line",)

    def compile(self, source, part=""):
        text = source.read_text()
        if not text.startswith("line: "):
            raise SourceError("must begin with 'line: '", SourceLocation(source, 1))
        return text.removeprefix("line: ").rstrip().encode()

    def testcase(self, source):
        return self.compile(source) if source.suffix == ".line" else source.read_bytes()

    def join(self, candidate, events):
        return candidate

    def recognizes(self, data):
        return data.startswith(MARK)

    def show(self, data):
        return f"a line of {len(data)} bytes: {data!r}"

    def describe(self, outcome):
        return [f"reached {outcome.stage.name}"]

    def check_definition(self, source):
        return []

    def check_outcome(self, source, check):
        return []

    def check_release(self, source, release, tree):
        return []


class NoZ:
    name = "no-z"

    def variants(self, variant, fleet):
        return ()

    def judge(self, testcase, outcome, context):
        if b"Z" in outcome.data:
            return Judgement(Verdict.FINDING, f"a Z in {outcome.data!r}")
        return Judgement(Verdict.PASS)


MARK = b"_"
target = Target(
    NAME,
    Core(root=Path(CORES), sources=("hostile.c",), headers=(), entry="hostile_entry"),
    content=Lines(),
    oracles=(NoZ(),),
)
"""


def make_project(folder: Path, *names: str) -> Project:
    """Write a project with one such target for each name; the first is `lines` by default."""
    rows = []
    for name in names or ("lines",):
        # Modules are imported into this process once: each project needs names of its own.
        unique = hashlib.sha256(f"{folder}{name}".encode()).hexdigest()[:12]
        source = TARGET.replace("NAME,", f"{name!r},").replace("CORES", repr(str(CORES)))
        (folder / f"target_{unique}.py").write_text(source)
        rows.append(f'{name} = "target_{unique}:target"\n')
        for part in ("seeds", "regressions"):
            (folder / "corpus" / name / part).mkdir(parents=True)
    state = folder / ".groundstop"
    state.mkdir()
    # Compiled once for all tests.
    (STATE / "build").mkdir(parents=True, exist_ok=True)
    (state / "build").symlink_to(STATE / "build")
    table = "".join(rows)
    (folder / "pyproject.toml").write_text(f"[tool.groundstop.targets]\n{table}")
    return find_project(folder)


def lines_project(folder: Path) -> tuple[Project, Target]:
    project = make_project(folder)
    return project, load_target(project, "lines")
