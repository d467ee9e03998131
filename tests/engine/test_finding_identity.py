# SPDX-License-Identifier: Apache-2.0
"""A stored finding stays itself: its input may show another one, too, or only another one."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from groundstop.cli._finding_view import print_reproduction
from groundstop.config import Project, find_project
from groundstop.corpus import list_regressions
from groundstop.errors import InputError
from groundstop.findings import Finding, FindingStore, Frame, Stored, minimize, reproduce, triage
from groundstop.model import Sanitizer, Variant
from groundstop.target import load_target
from support.command import groundstop
from support.libraries import share_builds

ADDRESS = Variant(sanitizer=Sanitizer.ADDRESS)
# Shows both: what costs too much, which is seen first, and what only another build dies of.
BOTH = b"xxOxxWxx"

# An O is an overflow; a W costs more than it may.
CORE = """\
#include <groundstop.h>

int two_entry(const uint8_t *data, size_t size);

static volatile int most = 0x7fffffff;

int two_entry(const uint8_t *data, size_t size)
{
	int spent = 0, sum = 0;

	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	for (size_t i = 0; i < size; i++) {
		if (data[i] == 'O')
			sum = most + 1;
		spent += data[i] == 'W';
	}
	groundstop_fuel((uint64_t)spent, 0);
	return sum == 1;
}
"""
FIXED = CORE.replace("most + 1", "0")
SOUND = FIXED.replace("data[i] == 'W'", "0")
MOVED = f"\n{CORE}"

TARGET = """\
from pathlib import Path

from groundstop.model import Sanitizer
from groundstop.oracles import Memory
from groundstop.target import Core, Target

target = Target(
    "two",
    Core(root=Path(__file__).parent, sources=("two.c",), entry="two_entry"),
    oracles=(Memory((Sanitizer.UNDEFINED,)),),
)
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the two findings of one input; built once for each state of the core."""
    root = tmp_path_factory.mktemp("two")
    share_builds(root)
    (root / "pyproject.toml").write_text('[tool.groundstop.targets]\ntwo = "two_defects:target"\n')
    (root / "two_defects.py").write_text(TARGET)
    (root / "two.c").write_text(CORE)
    project = find_project(root)
    triage(BOTH, load_target(project, "two"), ADDRESS, project)
    shutil.copytree(project.state / "findings", root / "as-found")
    return project


@pytest.fixture
def project(shared: Project) -> Project:
    """The same as it was found."""
    (shared.root / "two.c").write_text(CORE)
    for folder in (shared.state / "findings", shared.corpus):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shared.root / "as-found", shared.state / "findings")
    return shared


def overflow(project: Project) -> Stored:
    found = {stored.finding.oracle: stored for stored in FindingStore(project, "two")}
    assert set(found) == {"core", "memory"}
    return found["memory"]


def view(project: Project, path: Path) -> str:
    out = io.StringIO()
    print_reproduction(reproduce(project, path), project, Console(file=out, width=80))
    return out.getvalue()


def test_the_stored_finding_comes_first_and_what_else_shows_after_it(project: Project) -> None:
    stored = overflow(project)
    for path in (stored.folder, stored.input):
        again = reproduce(project, path)
        assert (again.examination.finding, again.kept) == (stored.finding, stored.finding)
        assert again.examination.report.startswith(f"{stored.finding.headline}\n")
        assert [finding.oracle for finding, _ in again.examination.more] == ["core"]
    text = view(project, stored.folder)
    assert text.index("oracle memory: ") < text.index("  also: oracle core: ")
    # The other one's folder has the same input; a file of no finding tells as it is asked.
    (other,) = (s for s in FindingStore(project, "two") if s.finding.oracle == "core")
    copy = project.root / "copy"
    copy.write_bytes(BOTH)
    for path in (other.folder, copy):
        shown = reproduce(project, path)
        assert shown.examination.finding == other.finding
        assert shown.kept == (None if path == copy else other.finding)


def test_that_only_another_finding_shows_is_said(project: Project) -> None:
    stored = overflow(project)
    (project.root / "two.c").write_text(FIXED)
    run = groundstop("repro", stored.finding.id, cwd=project.root)
    assert run.status == 1, run.output
    first, kept, now = run.stdout.splitlines()[:3]
    assert first.endswith(
        "the kept finding does not show on two address any more, but another does"
    )
    assert kept.startswith("  kept: oracle memory: ")
    assert now.startswith("  now: oracle core: ")
    assert "any more: oracle memory: " in run.stdout
    assert "; the input now shows: oracle core: " in run.stdout
    run = groundstop("repro", stored.finding.id, "--json", cwd=project.root)
    assert run.status == 1, run.output
    told = json.loads(run.stdout)
    assert told["reproduced"] is False
    assert told["kept"]["id"] == stored.finding.id
    assert told["finding"]["kind"] == "oracle core"
    # Nobody has ever seen it there.
    text = groundstop(
        "repro", stored.finding.id, "--sanitizer", "undefined", cwd=project.root
    ).stdout
    assert "does not show on two undefined, but another does" in text
    (project.root / "two.c").write_text(SOUND)
    run = groundstop("repro", stored.finding.id, cwd=project.root)
    assert (run.status, "does not reproduce on two address" in run.stdout) == (0, True)


def test_a_finding_whose_line_an_edit_has_moved_is_not_gone(project: Project) -> None:
    stored = overflow(project)
    (project.root / "two.c").write_text(MOVED)
    again = reproduce(project, stored.folder)
    assert again.reproduced
    assert again.examination.finding is not None
    assert again.examination.finding.oracle == "memory"
    assert again.examination.finding.id != stored.finding.id
    text = view(project, stored.folder)
    assert ": reproduces on two address\n  kept: oracle memory: " in text
    assert "  now: oracle memory: " in text
    with pytest.raises(InputError, match=r"shows another finding today .* with -o"):
        minimize(project, stored.folder)
    done = minimize(project, stored.folder, output=project.root / "moved")
    assert done.output is not None
    assert done.output.read_bytes() == b"O"
    done.output.unlink()


def test_what_is_sampled_is_not_gone_where_it_is_sampled_elsewhere() -> None:
    def hang(*functions: str, kind: str = "timeout") -> Finding:
        frames = tuple(Frame(function, "two.c", 1, "libtwo.so", "") for function in functions)
        return Finding("two", ADDRESS, kind, "", frames)

    one, other = hang("step", "run", "two_entry"), hang("run", "two_entry")
    assert one.id != other.id
    assert one.moved(other)
    assert not one.moved(hang("step", "run", "two_entry", kind="stack-overflow"))
    dies = "heap-buffer-overflow"
    assert not hang("step", kind=dies).moved(hang("run", kind=dies))
    assert not hang(kind=dies).moved(hang(kind=dies)), "without frames there is no line"


def test_only_what_shows_the_stored_finding_is_shrunk(project: Project) -> None:
    stored = overflow(project)
    done = minimize(project, stored.folder)
    assert done.finding == stored.finding
    assert stored.minimized.read_bytes() == b"O"
    stored.minimized.unlink()
    (project.root / "two.c").write_text(FIXED)
    small = project.root / "small"
    for output in (None, small):
        with pytest.raises(InputError, match=rf"oracle core: .* and not {stored.finding.id}"):
            minimize(project, stored.folder, output=output)
    assert not stored.minimized.exists()
    assert not small.exists()


@pytest.mark.parametrize("core", [CORE, SOUND], ids=["broken", "sound"])
def test_a_regression_of_a_stored_finding_says_what_was_kept(project: Project, core: str) -> None:
    """Whatever its input shows today: it is often added together with the fix."""
    stored = overflow(project)
    (project.root / "two.c").write_text(core)
    for name in (stored.finding.id, stored.input):
        run = groundstop("corpus", "add", "--regression", name, cwd=project.root)
        assert run.status == 0, run.output
    # The second time it is there already.
    (known,) = list_regressions("two", project)
    assert (known.name, known.oracle) == (stored.finding.id, "memory")
    assert known.what.startswith("oracle memory: the undefined build dies")
    assert known.release == stored.finding.variant.release


def test_the_input_of_a_property_is_no_regression(project: Project) -> None:
    failed = replace(overflow(project).finding, kind="property tests/laws.py::test_law")
    stored = FindingStore(project, "two").save(failed, b"choices", "")
    run = groundstop("corpus", "add", "--regression", stored.finding.id, cwd=project.root)
    assert run.status == 2
    assert "the input of a property, no content" in run.stderr
    assert not list_regressions("two", project)


def test_list_gives_the_size_of_the_file_that_it_names(project: Project) -> None:
    stored = overflow(project)
    stored.minimized.write_bytes(b"O")
    lines = groundstop("findings", "list", "two", cwd=project.root).stdout.splitlines()
    named = dict(zip(lines[1::2], lines[::2], strict=True))
    (line,) = (line for path, line in named.items() if path.endswith("/minimized"))
    assert "  1 byte  " in line
    (line,) = (line for path, line in named.items() if path.endswith("/input"))
    assert "  8 bytes  " in line
