# SPDX-License-Identifier: Apache-2.0
"""What commands print is fit to print: hostile names and contents forge nothing, steer nothing."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundstop.config import Project
from groundstop.findings import FindingStore, triage
from groundstop.model import Sanitizer, Variant
from groundstop.target import load_target
from support.command import COMMAND, ROOT
from support.hostile_project import make_project

ADDRESS = Variant(sanitizer=Sanitizer.ADDRESS)
# A title, a line of the gate, GitHub's and its older command, colors, other directions and
# separators, what is invisible, and a byte that is no UTF-8.
EVIL = (
    "\x1b]0;owned\x07\nSHIP      good.line\n::warning::forged\n  ::error::forged\n"
    "##[error]forged\x1b[31m\x9b2J\r\u202e\u2066\u200b\u2028\x7f\udcff"
)
FORGED = ("SHIP", "::", "##[")

RAW = """

class Raw(Lines):
    def compile(self, source, part=""):
        text = source.read_bytes().decode(errors="surrogateescape")
        if not text.startswith("line: "):
            raise SourceError("must not be " + text, SourceLocation(source, 1))
        return text.removeprefix("line: ").encode(errors="surrogateescape")

    def describe(self, outcome):
        return ["reached " + EVIL]

    def check_definition(self, source):
        return [Problem("evil", EVIL, SourceLocation(source, 1, EVIL), EVIL)]


EVIL = EVIL_TEXT
"""


@dataclass(frozen=True)
class Raw:
    """A run as bytes: nothing may be lost of what a terminal would get."""

    status: int
    output: bytes


def run(project: Path, *arguments: str | Path, **environment: str) -> Raw:
    process = subprocess.run(
        [COMMAND, *map(os.fsencode, arguments)],
        cwd=project,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    return Raw(process.returncode, process.stdout)


def assert_fit(output: bytes) -> None:
    text = output.decode()
    odd = {c for c in text if not c.isprintable() and c != "\n"}
    assert odd == set(), ascii(text)
    lines = text.split("\n")
    assert [x for x in lines if x.startswith(FORGED) or x.lstrip().startswith("::")] == []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Hostile in what it is called, what it has, and what was found."""
    made = make_project(tmp_path_factory.mktemp("evil"))
    (module,) = made.root.glob("target_*.py")
    text = module.read_text(encoding="utf-8")
    text = text.replace("content=Lines()", "content=Raw()")
    head, mark, tail = text.partition("class NoZ:")
    raw = RAW.replace("EVIL_TEXT", repr(EVIL))
    imports = "from groundstop.target import Problem\n"
    module.write_text(f"{imports}{head}{raw}\n\n{mark}{tail}", encoding="utf-8")
    target = load_target(made, "lines")
    store = FindingStore(made, "lines")
    triage(b"_Z" + EVIL.encode(errors="surrogateescape"), target, ADDRESS, made)
    (stored,) = store
    for number, kind in ((1, EVIL), (2, "crash")):
        folder = store.folder / f"{number:016x}"
        folder.mkdir()
        document = {**json.loads((stored.folder / "finding.json").read_text()), "kind": kind}
        if number == 2:
            document |= {"target": f"a{EVIL}", "detail": EVIL}
        (folder / "finding.json").write_text(json.dumps(document))
        (folder / "input").write_bytes(b"_Z")
        (folder / "report.txt").write_bytes(EVIL.encode(errors="surrogateescape"))
    for name, said in {"evil": f"line: _{EVIL}", "bad": f"no {EVIL}"}.items():
        path = made.root / f"{name}{EVIL}.line"
        path.write_bytes(said.encode(errors="surrogateescape"))
    return made


@pytest.mark.parametrize("name", ["evil", "bad"])
@pytest.mark.parametrize(
    "command",
    [
        ("gate", "-v"),
        ("show",),
        ("show", "--coverage"),
        ("compile", "-o", f"out{EVIL}"),
        ("compile", "-o", f"nowhere{EVIL}/x"),
        ("events",),
        ("repro",),
        ("minimize", "--seconds", "0.1", "-o", f"min{EVIL}"),
        ("corpus", "add"),
        ("corpus", "add", "--regression"),
    ],
    ids=" ".join,
)
def test_no_command_on_a_file_is_steered(
    project: Project, tmp_path: Path, name: str, command: tuple[str, ...]
) -> None:
    file, where = f"{name}{EVIL}.line", project.root
    if command[0] == "corpus":
        # What it adds would be in the way of the others.
        where = make_project(tmp_path).root
        target = next(project.root.glob("target_*.py"))
        next(where.glob("target_*.py")).write_bytes(target.read_bytes())
        (where / file).write_bytes((project.root / file).read_bytes())
    ran = run(where, *command, file)
    assert ran.status in {0, 1, 2}
    assert b"internal error" not in ran.output, ran.output
    assert b"Traceback" not in ran.output, ran.output
    assert_fit(ran.output)


@pytest.mark.parametrize(
    "command",
    [
        ("findings", "list"),
        ("findings", "list", f"x{EVIL}"),
        ("findings", "list", "--json"),
        ("findings", "show", "0000000000000001"),
        ("findings", "show", "0000000000000002"),
        ("findings", "show", "0000000000000001", "--json"),
        ("findings", "show", f"x{EVIL}"),
        ("repro", "0000000000000001"),
        ("repro", f"nothing{EVIL}"),
        ("report",),
        ("report", "--json"),
        ("report", "-o", f"page{EVIL}.html"),
        ("report", f"x{EVIL}"),
        ("list",),
        ("list", "--json"),
        ("doctor", EVIL),
        ("coverage", f"x{EVIL}"),
        ("corpus", "stats"),
        ("corpus", "merge", f"x{EVIL}"),
        ("build", f"x{EVIL}"),
        ("build", "lines", "--release", EVIL),
        ("fuzz", f"x{EVIL}"),
        ("fuzz", f"x{EVIL}::test"),
        (f"--{EVIL}",),
        (EVIL,),
    ],
    ids=ascii,
)
def test_no_command_on_a_project_is_steered(project: Project, command: tuple[str, ...]) -> None:
    ran = run(project.root, *command)
    assert ran.status in {0, 1, 2}
    assert b"internal error" not in ran.output, ran.output
    assert_fit(ran.output)


def test_a_report_of_hostile_findings_shows_what_is_in_them(project: Project) -> None:
    page = run(project.root, "report", "-o", "-").output.decode()
    assert r"\x1b]0;owned\x07" in page
    assert not {c for c in page if not c.isprintable() and c != "\n"}


def test_a_project_of_a_hostile_name_is_not_obeyed(tmp_path: Path) -> None:
    root = tmp_path / f"p{EVIL}"
    root.mkdir()
    for text in (f'[tool.groundstop]\n"a{json.dumps(EVIL)[1:-8]}" = 1', "[tool.groundstop", "x"):
        (root / "pyproject.toml").write_text(text)
        ran = run(root, "list")
        assert ran.status == 2
        assert_fit(ran.output)


def test_init_in_a_hostile_folder_is_not_obeyed(tmp_path: Path) -> None:
    root = tmp_path / f"p{EVIL}"
    root.mkdir()
    (root / f"a{EVIL}.c").write_text("int f(void) { return 0; }\n")
    for arguments in ((), ("vm", f"a{EVIL}.c"), (EVIL,), ("vm", f"none{EVIL}.c")):
        ran = run(root, "init", *arguments)
        assert ran.status in {0, 2}
        assert b"internal error" not in ran.output, ran.output
        assert_fit(ran.output)


def test_a_channel_file_of_hostile_keys_and_texts_is_not_obeyed(tmp_path: Path) -> None:
    evil = json.dumps(EVIL)[1:-8]  # without the byte that no TOML can have
    sources = {
        "key": f'"{evil}" = 1\n',
        "templates": f'templates = "{evil}"\nchannel = 1\n',
        "type": f'channel = 1\n[[instance]]\nid = 1\nname = "{evil}"\ntype = "{evil}"\n',
        "syntax": f"channel = {EVIL}",
    }
    for name, text in sources.items():
        path = tmp_path / f"{name}.toml"
        path.write_bytes(text.encode(errors="surrogateescape"))
        for command in ("gate", "show"):
            ran = run(ROOT, command, "--target", "channel", path)
            assert ran.status in {1, 2}
            assert b"internal error" not in ran.output, ran.output
            assert_fit(ran.output)


INSTANCE = """
[[instance]]
id = {number}
name = "n{number}"
type = "ipc"
severity = "high"
[instance.match]
first_message = {{ pattern = "a$b" }}
"""


def test_a_remedy_is_said_once_of_many_mistakes_of_a_kind(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    head = f'templates = "{ROOT}/corpus/channel/templates/current.toml"\nchannel = 5\n'
    path.write_text(head + "".join(INSTANCE.format(number=n) for n in range(1, 10)))
    ran = run(ROOT, "gate", "--target", "channel", path)
    assert ran.status == 1
    said = [line for line in ran.output.decode().splitlines() if "→" in line]
    assert said
    assert len(said) == len(set(said))


def test_no_message_is_endless(tmp_path: Path) -> None:
    path = tmp_path / "long.toml"
    path.write_text(f'templates = "{"a" * 1_200_000}"\nchannel = 1\n')
    for command in ("gate", "show"):
        ran = run(ROOT, command, "--target", "channel", path)
        assert ran.status in {1, 2}
        assert len(ran.output) < 50_000
