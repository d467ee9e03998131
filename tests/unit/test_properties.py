# SPDX-License-Identifier: Apache-2.0
"""Properties in this process: the core under test, how a test is found, what is stored of it."""

from __future__ import annotations

import datetime as dt
import importlib.util
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop import corpus
from groundstop.campaign import RunDirectory, clear_dead_runs
from groundstop.config import Project
from groundstop.errors import CoreError, InputError, SourceError, TargetError
from groundstop.findings import FindingStore
from groundstop.model import Release, Stage, Variant
from groundstop.properties import (
    CoreDied,
    core,
    find_stored,
    keep_failures,
    load_property,
    reproduce_stored,
    run_property,
    stored,
)
from groundstop.properties._run import PropertyTimeoutError
from groundstop.properties._shrink import shrink
from support.hostile_project import lines_project

LAWS = """\
import unittest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstop.properties import core

other = core("lines", "7.10")
lines = core("lines")
several = {"7.11": core("lines", "7.11")}


@given(number=st.integers(0, 255))
def test_it_lives(number):
    if number == 13:
        raise ValueError("unlucky")
    if number == 14:
        pytest.skip("not today")
    if number == 15:
        raise unittest.SkipTest("not here")
    while number == 16:
        pass
    lines.run(bytes([number]) + b"xyz")


@given(data=st.binary())
def test_no_core_named(data):
    pass


def test_plain():
    pass


@given(data=st.binary())
def test_with_fixture(data, tmp_path, monkeypatch):
    pass


class TestLaws:
    @given(data=st.binary())
    def test_method(self, data):
        pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made, _ = lines_project(tmp_path)
    (made.root / "test_laws.py").write_text(LAWS)
    return made


@pytest.fixture
def laws(project: Project) -> ModuleType:
    """The file, imported as pytest does."""
    name = "laws_of_" + project.root.name.replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, project.root / "test_laws.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_outcome_is_that_of_every_build(laws: ModuleType) -> None:
    outcome = laws.lines.run(b"xyz")
    assert (outcome.stage, outcome.data) == (Stage.EVALUATED, b"xyz")
    # A counter of the process: after a death in one build, another one is ahead of it.
    assert laws.lines.run(b"r").data == bytes(4)
    with pytest.raises(CoreDied):
        laws.lines.run(b"1")
    with pytest.raises(AssertionError, match=r"builds of lines do not agree\ndata: .* on address"):
        laws.lines.run(b"r")


def test_a_death_tells_where_of_what_and_how(laws: ModuleType) -> None:
    with pytest.raises(CoreDied) as caught:
        laws.lines.run(b"1_")
    head, content, report = str(caught.value).split("\n\n", 2)
    assert head.startswith("lines address died: heap-buffer-overflow: READ of size 1 in first_bug")
    assert content == "a line of 2 bytes: b'1_'"
    assert "in first_bug" in report


def test_what_only_another_sanitizer_sees_is_a_death_too(laws: ModuleType) -> None:
    with pytest.raises(CoreDied, match=r"lines undefined died: .*shift"):
        laws.lines.run(b"v")


def test_another_entry_is_run(laws: ModuleType) -> None:
    with pytest.raises(CoreError, match="no_such_entry"):
        laws.lines.run(b"x", entry="no_such_entry")


def test_a_wrong_declaration_says_so() -> None:
    with pytest.raises(TargetError, match="'7 11' is not a release"):
        core("channel", "7 11")
    with pytest.raises(TargetError, match="at least one sanitizer"):
        core("channel", sanitizers=())
    with pytest.raises(TargetError, match="no target 'nope'"):
        core("nope").run(b"")


@pytest.mark.parametrize(
    "name, message",
    [
        (
            "test_laws.py",
            "test_laws.py is a file: write test_laws.py::TEST .*it has: test_it_lives",
        ),
        ("test_laws.py::", "test_laws.py is a file: write"),
        ("none.py::test_x", "none.py: no such file"),
        ("corpus::test_x", "corpus: no such file"),
        ("test_laws.py::test_none", "has no test test_none"),
        ("test_laws.py::TestLaws::test_method", "has no test TestLaws::test_method"),
        ("test_laws.py::test_plain", "is no Hypothesis test: decorate it"),
        ("test_laws.py::lines", "is no Hypothesis test"),
        ("test_laws.py::test_with_fixture", "takes tmp_path, monkeypatch, which @given"),
        ("coreless.py::test_x", "uses no core: declare one"),
        ("broken.py::test_x", "broken.py: cannot be imported: ZeroDivisionError"),
        ("skipping.py::test_x", "skipping.py: cannot be imported: Skipped: not here"),
        ("leaving.py::test_x", "leaving.py: cannot be imported: SystemExit: 0"),
        ("text.txt::test_x", "text.txt: is no Python file"),
        ("misspelled.py::test_x", "'7 11' is not a release"),
    ],
)
def test_what_is_no_property_says_why(project: Project, name: str, message: str) -> None:
    wrong = {
        "coreless.py": "from hypothesis import given, strategies as st\n"
        "@given(st.none())\ndef test_x(nothing): pass\n",
        "broken.py": "1 / 0\n",
        "skipping.py": 'import pytest\npytest.skip("not here", allow_module_level=True)\n',
        "leaving.py": "import sys\nsys.exit(0)\n",
        "text.txt": "",
        "misspelled.py": 'from groundstop.properties import core\ncore("lines", "7 11")\n',
    }
    for file, text in wrong.items():
        (project.root / file).write_text(text)
    with pytest.raises((InputError, TargetError), match=message):
        load_property(name, project.root)


def test_a_test_imports_what_pytest_lets_it(project: Project) -> None:
    table = (project.root / "pyproject.toml").read_text()
    options = '[tool.pytest.ini_options]\npythonpath = ["shared"]\n'
    (project.root / "pyproject.toml").write_text(table + options)
    (project.root / "shared").mkdir()
    module = f"helper_{abs(hash(project.root))}"
    (project.root / "shared" / f"{module}.py").write_text("WORD = 1\n")
    text = (project.root / "test_laws.py").read_text()
    (project.root / "test_importing.py").write_text(f"from {module} import WORD\n{text}")
    before = list(sys.path)
    try:
        prop = load_property("test_importing.py::test_it_lives", project.root)
    finally:
        sys.path[:] = before
    assert (prop.node, prop.label) == (
        "test_importing.py::test_it_lives",
        "test_importing.test_it_lives",
    )


def test_the_core_of_a_campaign_is_the_one_that_the_test_names(project: Project) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    assert prop.core_for(None)[0].declared == Release()
    assert prop.core_for(Release("7.10"))[0].declared == Release("7.10")
    assert prop.core_for(Release("7.11"))[0].declared == Release("7.11")
    # Any other is for the core that leaves it open.
    core_of, release = prop.core_for(Release("7.11", "2024-07"))
    assert (core_of.declared, release) == (Release(), Release("7.11", "2024-07"))
    unnamed = load_property("test_laws.py::test_no_core_named", project.root)
    assert unnamed.core_for(None)[0].declared == Release("7.10")


def test_a_core_that_names_its_release_is_not_run_on_another(project: Project) -> None:
    text = LAWS.replace('core("lines")', 'core("lines", "7.12")')
    (project.root / "test_laws.py").write_text(text)
    prop = load_property("test_laws.py::test_it_lives", project.root)
    with pytest.raises(InputError, match=r"of 7\.12, 7\.10, 7\.11, not of 7\.13"):
        prop.core_for(Release("7.13"))


def keep(project: Project, data: bytes, oracle: str = "test_laws.py::test_it_lives") -> Path:
    return corpus.add_property_input(
        "lines",
        project,
        "test_laws.test_it_lives",
        data,
        what="it failed\nhere",
        oracle=oracle,
        release=Release(),
    )


# Of Hypothesis' bytes for integers(0, 255): one byte, which is the number.
DIES, UNLUCKY, LIVES, ENDLESS = b"1", b"\x0d", b"x", b"\x10"


def test_a_stored_input_is_run_through_its_property(project: Project) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    assert run_property(prop, LIVES, None) is None
    for data, kind in ((DIES, CoreDied), (UNLUCKY, ValueError)):
        failure = run_property(prop, data, None)
        assert failure is not None
        assert isinstance(failure.error, kind)
        assert failure.example == f"Falsifying example: test_it_lives(\n    number={data[0]},\n)"
        keep(project, data)
    keep(project, LIVES)
    known = stored("lines", project)
    assert len(known) == 3
    for each in known:
        if each.path.read_bytes() == LIVES:
            each.run()
        else:
            with pytest.raises(AssertionError, match="test_it_lives fails again\nFalsifying"):
                each.run()
        shown = reproduce_stored(each)
        assert shown.reproduced == (each.path.read_bytes() != LIVES)
        assert shown.words == "it failed"


def test_a_failure_is_told_from_others_by_its_place(project: Project) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    death, unlucky = (run_property(prop, data, None) for data in (DIES, UNLUCKY))
    assert death is not None
    assert unlucky is not None
    assert unlucky.finding.headline.endswith(
        f"ValueError: unlucky in test_it_lives at {project.root / 'test_laws.py'}:17"
    )
    assert "hypothesis" not in unlucky.report
    assert [frame.function for frame in death.finding.frames][:2] == ["first_bug", "harm"]
    assert len({death.place, unlucky.place}) == 2


@pytest.mark.parametrize("data, reason", [(b"\x0e", "not today"), (b"\x0f", "not here")])
def test_what_the_test_skips_decides_nothing(project: Project, data: bytes, reason: str) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    with pytest.raises(InputError, match=f"skips this example: {reason}"):
        run_property(prop, data, None)


def test_a_property_without_end_is_one_finding(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundstop.properties._run._SECONDS", 0.2)
    prop = load_property("test_laws.py::test_it_lives", project.root)
    before = signal.getsignal(signal.SIGALRM)
    failure = run_property(prop, ENDLESS, None)
    assert failure is not None
    assert isinstance(failure.error, PropertyTimeoutError)
    # Where it was when the time was over says nothing.
    assert (failure.finding.detail, failure.finding.frames) == (
        "PropertyTimeoutError: timeout: no end within 0.2 s",
        (),
    )
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_does_not_happen_again_is_one_finding_for_each_kind(project: Project) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    paths = [project.root / name for name in ("timeout-1a", "timeout-2b", "crash-3c")]
    for path in paths:
        path.write_bytes(LIVES)
    kept = keep_failures(paths, prop, Variant())
    assert len({each.finding.id for each in kept}) == 2


def test_a_new_input_takes_the_place_of_one_that_fails_in_another_way(project: Project) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    failure = run_property(prop, UNLUCKY, None)
    assert failure is not None
    # As if the property had changed since: what was kept of this finding now dies instead.
    store = FindingStore(project, "lines")
    store.save(failure.finding, DIES, "")
    artifact = project.root / "crash-1"
    artifact.write_bytes(UNLUCKY)
    (kept,) = keep_failures([artifact], prop, Variant())
    known = store.load(failure.finding.id)
    assert known is not None
    assert kept.path.read_bytes() == known.input.read_bytes() == UNLUCKY
    assert "unlucky" in known.report.read_text()


def test_the_finding_of_a_property_is_found_by_its_folder(project: Project) -> None:
    prop = load_property("test_laws.py::test_it_lives", project.root)
    failure = run_property(prop, UNLUCKY, None)
    assert failure is not None
    kept = FindingStore(project, "lines").save(failure.finding, UNLUCKY, failure.report)
    for place in (kept.folder, kept.input):
        found = find_stored(project, place)
        assert found is not None
        assert (found.path, found.node) == (kept.input, prop.node)
        assert reproduce_stored(found).reproduced
    # That of a target is for the target.
    other = replace(failure.finding, kind="oracle no-z")
    assert find_stored(project, FindingStore(project, "lines").save(other, b"Z", "").input) is None


def test_bytes_that_stand_for_no_example_decide_nothing(project: Project) -> None:
    keep(project, b"")
    (known,) = stored("lines", project)
    with pytest.raises(InputError, match="stand for no example"):
        known.run()


def test_an_input_is_stored_once_and_its_sidecar_left_alone(project: Project) -> None:
    path = keep(project, DIES)
    sidecar = path.with_name(f"{path.name}{corpus.SIDECAR_SUFFIX}")
    sidecar.write_text(sidecar.read_text() + 'fixed = "checked"\n')
    assert keep(project, DIES) == path
    (known,) = corpus.list_property_inputs("lines", project)
    assert (known.path, known.fixed, known.what) == (path, "checked", "it failed\nhere")
    assert known.found == dt.datetime.now(dt.UTC).date()
    # What campaigns keep beside it is no finding.
    unit = path.parent / "evolved" / path.name
    unit.parent.mkdir()
    unit.write_bytes(b"unit")
    assert len(stored("lines", project)) == 1
    with pytest.raises(InputError, match="kept by a campaign"):
        find_stored(project, unit)
    for file in (path, sidecar):
        found = find_stored(project, file)
        assert found is not None
        assert found.path == path
    assert find_stored(project, project.root / "test_laws.py") is None


def test_an_input_without_its_sidecar_says_what_to_write(project: Project) -> None:
    path = keep(project, DIES)
    path.with_name(f"{path.name}{corpus.SIDECAR_SUFFIX}").unlink()
    with pytest.raises(SourceError, match="no sidecar names this input"):
        stored("lines", project)


def test_a_sidecar_that_names_no_property_says_so(project: Project) -> None:
    path = keep(project, DIES, oracle="memory")
    with pytest.raises(InputError, match="oracle = 'memory' names no property"):
        find_stored(project, path)


@given(what=st.text(min_size=1).filter(str.strip))
def test_any_words_can_be_read_back(what: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("words")
    path = corpus.add_property_input(
        "t", Project(root, root), "m.t", b"", what=what, oracle="m.py::t", release=Release()
    )
    (known,) = corpus.list_property_inputs("t", Project(root, root))
    assert known.path == path
    if all(character.isprintable() or character == "\n" for character in what):
        assert known.what == what.strip()


def test_units_of_a_dead_run_go_where_it_said(project: Project, tmp_path: Path) -> None:
    run = RunDirectory(project.state, "lines")
    run.keep_in(tmp_path / "units")
    # As fork mode leaves it: the name is the content's hash.
    unit = run.scratch / "libFuzzerTemp.FuzzWithFork1.dir" / "C1" / SHA1_OF_UNIT
    unit.parent.mkdir(parents=True)
    unit.write_bytes(b"unit")
    # As the kernel does when the process is killed.
    (run.path / "lock").unlink()
    (run.path / "lock").touch()
    assert clear_dead_runs(project.state, lambda name: tmp_path / "wrong" / name) == 1
    assert (tmp_path / "units" / SHA1_OF_UNIT).read_bytes() == b"unit"
    assert not (tmp_path / "wrong").exists()


SHA1_OF_UNIT = "0df9eea0bad5a55395db9ec290dfcf4a883d5d3e"


@given(st.binary(max_size=64), st.integers(0, 255))
def test_shrinking_keeps_the_failure(data: bytes, needed: int) -> None:
    data += bytes([needed])
    small = shrink(data, lambda candidate: needed in candidate, seconds=60)
    assert small == bytes([needed])


def test_shrinking_has_an_end() -> None:
    assert shrink(b"abc", lambda _: True, seconds=0) == b"abc"
