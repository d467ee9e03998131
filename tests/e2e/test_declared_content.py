# SPDX-License-Identifier: Apache-2.0
"""Targets without a content toolchain: their format is it, and what nobody checked is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from groundstop.config import folder_project
from groundstop.format import (
    Record,
    constant,
    integer,
    octets,
    padding,
    record,
    reserved,
    total_size,
    u16,
)
from groundstop.model import Outcome, Stage
from groundstop.target import Core, DeclaredContent, Harness, Target, keep_harness
from support.command import Run, groundstop
from support.libraries import library_project, share_builds, shared_object

# Takes what begins with VM, whatever its mode is; O and U die under one sanitizer each.
CORE = """\
#include <groundstop.h>

#ifdef SILENT
#define groundstop_stage(stage) ((void)(stage))
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static volatile int zero, most = 2147483647;

	if (size < 3 || data[0] != 'V' || data[1] != 'M') {
		groundstop_stage(GROUNDSTOP_STAGE_REJECTED);
		return -1;
	}
	groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);
	if (data[size - 1] == 'O')
		zero = data[size];
	if (data[size - 1] == 'U')
		zero = most + 1;
	return 0;
}
"""

FORMAT = """\
from enum import IntEnum
from pathlib import Path
from groundstop.format import Record, constant, enum, octets, u8
from groundstop.target import Core, Target

class Mode(IntEnum):
    SLOW = 0
    FAST = 1

class File(Record, root=True):
    magic: bytes = constant(b"VM")
    mode: Mode = enum(u8, Mode)
    rest: bytes = octets()

target = Target("pairs", Core(sources=("vm.c",), cflags=(FLAGS)), format=File)
"""

FILES = {
    "good": b"VM\1abc",
    "mode": b"VM\7abc",
    "refused": b"XX\1abc",
    "over": b"VM\1abO",
    "overflow": b"VM\1abU",
}


def project(folder: Path, *, declared: bool = True, silent: bool = False) -> Path:
    share_builds(folder)
    (folder / "pyproject.toml").write_text('[tool.groundstop.targets]\npairs = "pairs:target"\n')
    text = FORMAT.replace("FLAGS", '"-DSILENT",' if silent else "")
    assert text.count(", format=File") == 1
    (folder / "pairs.py").write_text(text if declared else text.replace(", format=File", ""))
    (folder / "vm.c").write_text(CORE)
    put(folder, folder / "corpus" / "pairs" / "seeds")
    return folder


def put(folder: Path, seeds: Path) -> None:
    seeds.mkdir(parents=True)
    (seeds / "seed").write_bytes(b"VM\0seed")
    for name, data in FILES.items():
        (folder / name).write_bytes(data)


def gate(folder: Path, *names: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Return for each file what is decided, and each stage's status and evidence."""
    run = groundstop("gate", "--json", *names, cwd=folder)
    found = {}
    for name, result in zip(names, json.loads(run.stdout), strict=True):
        stages = {s["stage"]: (s["status"], s["evidence"]) for s in result["stages"]}
        found[name] = {"": (result["decision"], ""), **stages}
    return found


def problems(run: Run) -> list[str]:
    return [
        p["message"] for r in json.loads(run.stdout) for s in r["stages"] for p in s["problems"]
    ]


def decisions(found: dict[str, dict[str, tuple[str, str]]]) -> dict[str, str]:
    return {name: stages[""][0] for name, stages in found.items()}


def test_a_format_alone_tells_a_good_file_from_a_broken_one(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    found = gate(folder, *FILES)
    assert decisions(found) == {**dict.fromkeys(FILES, "hold"), "good": "ship"}
    # The core takes the mode that there is not: the format alone holds it.
    assert found["mode"]["definition"][0] == "held"
    others = {status for stage, (status, _) in found["mode"].items() if stage != "definition"}
    assert others == {"hold", "passed", "not checked", "not applicable"}
    assert found["good"]["definition"][0] == "passed"
    assert found["good"]["outcome"] == ("not checked", "nothing expected; judged by no oracle")
    assert found["good"]["content coverage"][0] == "not checked"
    # What nobody looked at is said of what ships, without a question.
    run = groundstop("gate", "good", "mode", cwd=folder)
    good, _, mode = run.stdout.partition("HOLD")
    assert " outcome not checked nothing expected" in " ".join(good.split())
    assert "passed" not in good
    assert "mode, byte 2: " in mode
    shown = groundstop("show", "mode", cwd=folder).stdout
    assert "!! " in shown
    assert "field mode, byte 2" in shown
    assert "no rule broken" in groundstop("show", "good", cwd=folder).stdout
    # Nobody recognizes it; it belongs to the only target that there is.
    assert "must be b'VM'" in groundstop("show", "refused", cwd=folder).stdout


def test_without_a_format_what_runs_ships_and_the_gate_says_so(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", declared=False)
    found = gate(folder, *FILES)
    held = dict.fromkeys(("refused", "over", "overflow"), "hold")
    assert decisions(found) == {**held, "good": "ship", "mode": "ship"}
    assert found["over"]["load"][0] == found["overflow"]["load"][0] == "held"
    run = groundstop("gate", "mode", cwd=folder)
    assert run.status == 0
    assert "declares nothing to check it by: any bytes may be right" in run.stdout
    shown = groundstop("show", "good", cwd=folder)
    assert shown.stdout.split()[:8] == ["0", *b"VM\1abc".hex(" ").split(), "VM.abc"]
    (folder / "good").write_bytes(b"V" * 5000)
    assert groundstop("show", "good", cwd=folder).stdout.endswith("3,976 more bytes of 5,000\n")


def test_a_core_that_reports_no_stage_is_judged_by_what_it_returns(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", declared=False, silent=True)
    found = gate(folder, *FILES)
    held = dict.fromkeys(("refused", "over", "overflow"), "hold")
    assert decisions(found) == {**held, "good": "ship", "mode": "ship"}
    assert found["good"]["load"][0] == "not checked"
    assert "reports no stage" in found["good"]["load"][1]
    assert found["good"]["evaluate"] == (
        "not checked",
        "the core reports no stage; 1 set of events: 1 run to the end on the core",
    )
    run = groundstop("gate", "--json", "refused", cwd=folder)
    assert "refused: returned -1, stage not reported, outcome not reported" in problems(run)


def test_a_core_that_reports_a_stage_sometimes_must_do_so(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", declared=False)
    text = CORE.replace("\tgroundstop_stage(GROUNDSTOP_STAGE_EVALUATED);", "")
    assert text != CORE
    (folder / "vm.c").write_text(text)
    assert decisions(gate(folder, "good")) == {"good": "hold"}


def test_a_format_without_a_magic_claims_no_file_of_another_target(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    other = FORMAT.replace('    magic: bytes = constant(b"VM")\n', "").replace("FLAGS", "")
    (folder / "sizes.py").write_text(other.replace('"pairs"', '"sizes"').replace("vm.c", "any.c"))
    (folder / "any.c").write_text(
        CORE.replace("data[0] != 'V' ||", "").replace("[1] != 'M'", "[1] == 255")
    )
    with (folder / "pyproject.toml").open("a") as table:
        table.write('sizes = "sizes:target"\n')
    put(folder, folder / "corpus" / "sizes" / "seeds")
    # Its first byte is a mode, its bytes are taken by the other core: nobody may say ship.
    (folder / "damaged").write_bytes(b"\1M\1abc")
    run = groundstop("gate", "damaged", cwd=folder)
    assert run.status == 2, run.output
    assert "no target recognizes it; name one with --target" in run.output
    run = groundstop("gate", "good", "damaged", cwd=folder)
    assert run.status == 1, run.output
    lines = run.stdout.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("  as pairs")] == ["SHIP", "HOLD"]
    run = groundstop("gate", "--json", "--target", "sizes", "damaged", cwd=folder)
    assert [(r["decision"], r["target"]) for r in json.loads(run.stdout)] == [("ship", "sizes")]


def test_releases_of_which_nothing_is_known_are_named(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    target = folder / "pairs.py"
    target.write_text(target.read_text().replace("Core(", 'Core(releases=("1", "2"), ', 1))
    found = gate(folder, "good")
    assert decisions(found) == {"good": "ship"}
    assert found["good"]["releases"] == ("not checked", "nothing says what is supplied by 1, 2")


def test_a_prebuilt_library_is_gated_as_it_was_built(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"EABC"})
    shared_object(folder / "libvm.so")
    (folder / "good").write_bytes(b"AB")
    (folder / "over").write_bytes(b"FB")
    found = gate(folder, "good", "over")
    assert decisions(found) == {"good": "ship", "over": "hold"}
    assert found["good"]["builds"] == (
        "not checked",
        "a library as it was built: it does not run under address, undefined",
    )
    shared_object(folder / "libvm.so", "-fsanitize=address,fuzzer-no-link")
    found = gate(folder, "good", "over")
    assert decisions(found) == {"good": "ship", "over": "hold"}
    assert found["good"]["builds"][1].endswith("under undefined")


def test_a_harness_is_gated_and_its_files_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    share_builds(tmp_path)
    (tmp_path / "fuzz.c").write_text(CORE)
    name = keep_harness(folder_project(), Harness(tmp_path / "fuzz.c"), ())
    run = groundstop("gate", "--target", name, tmp_path / "fuzz.c", cwd=tmp_path)
    assert run.status == 2, run.output
    assert "put at least one input there" in run.output
    put(tmp_path, tmp_path / ".groundstop" / "corpus" / name / "seeds")
    found = gate(tmp_path, "good", "over")
    assert decisions(found) == {"good": "ship", "over": "hold"}
    assert "VM.abO" in groundstop("show", "over", cwd=tmp_path).stdout


def test_what_needs_a_toolchain_says_so(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    run = groundstop("compile", "good", "-o", "out", cwd=folder)
    assert run.status == 2
    assert "no text sources: good is none; declare Target(content=…)" in run.stderr
    run = groundstop("events", "good", cwd=folder)
    assert run.status == 2
    assert "brings no content toolchain with elements, parts, synthesize" in run.stderr


@pytest.mark.parametrize(
    "outcome, words",
    [
        (Outcome(-1, Stage.REJECTED), "rejected, outcome not reported"),
        (Outcome(0, Stage.EVALUATED, b"\1\2"), "evaluated, outcome 01 02"),
        (Outcome(3, Stage.NONE), "returned 3, stage not reported, outcome not reported"),
        (Outcome(0, Stage.LOADED, bytes(65)), f"loaded, outcome {bytes(64).hex(' ')} …"),
    ],
)
def test_what_came_of_a_file_is_one_line(outcome: Outcome, words: str) -> None:
    assert DeclaredContent().describe(outcome) == [words]


class Head(Record):
    magic: bytes = constant(b"HD")


@pytest.mark.parametrize(
    "first, claimed, others",
    [
        (constant(b"VM"), b"VM", (b"", b"V", b"WM")),
        (constant(7, u16), b"\7\0", (b"\7", b"\0\7")),
        (record(Head), b"HDx", (b"H", b"XD")),
        (padding(2), None, (b"\0\0",)),
        (reserved(u16), None, (b"\0\0",)),
        (integer(u16), None, (b"\0\0", b"VM")),
        (total_size(u16), None, (b"\2\0",)),
    ],
)
def test_a_file_is_recognized_by_a_magic(
    first: object, claimed: bytes | None, others: tuple[bytes, ...]
) -> None:
    class File(Record, root=True):
        first_: object = first
        rest: bytes = octets()

    content = DeclaredContent(File)
    assert claimed is None or content.recognizes(claimed)
    assert not any(map(content.recognizes, others))


def test_no_content_toolchain_said_or_not_is_the_same() -> None:
    said = Target("a", Core(sources=("a.c",)), content=None)  # type: ignore[arg-type]
    for target in (said, Target("a", Core(sources=("a.c",)))):
        assert isinstance(target.content, DeclaredContent)
        assert not target.content.recognizes(b"VM")
