# SPDX-License-Identifier: Apache-2.0
"""The gate on the channel target: real files, real cores, the command as people call it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from groundstop.cli._lines import print_hanging
from support.command import COMMAND, ROOT, Run, groundstop
from support.toy import make_toy

SEEDS = ROOT / "corpus" / "channel" / "seeds"
INCIDENT = ROOT / "harness" / "groundstop" / "targets" / "channel" / "incident"
THAT_DAY = ("--fleet", "7.10", "--fleet", "7.11@2024-07", "--fleet", "7.15")


def gate(*arguments: str | Path) -> Run:
    return groundstop("gate", *arguments)


def test_every_good_seed_ships() -> None:
    seeds = sorted(SEEDS.glob("*.toml"))
    run = gate(*seeds)
    assert run.status == 0, run.output
    assert f"{len(seeds)} ship" in run.output
    assert len(seeds) >= 20


def test_each_hostile_seed_is_held_for_its_own_reason() -> None:
    hostile = sorted(p for p in (SEEDS / "hostile").iterdir() if p.suffix != ".md")
    run = gate("--json", *hostile)
    results = json.loads(run.stdout)
    assert run.status == 1
    assert len(results) == len(hostile) > 50
    for path, result in zip(hostile, results, strict=True):
        assert result["decision"] == "hold"
        load = next(stage for stage in result["stages"] if stage["stage"] == "load")
        # The file's name begins with the status that the loader must give.
        reason = path.name.partition(".")[0].replace("-", " ")
        assert any(f"load: {reason}" in p["message"] for p in load["problems"]), path.name


def test_the_fleet_of_that_day_holds_291() -> None:
    run = gate(*THAT_DAY, INCIDENT / "channel-291.toml")
    assert run.status == 1
    assert "7.11@2024-07 supplies 20 inputs" in run.output
    assert "reads input 21" in run.output
    assert "channel-291.toml:" in run.output
    assert "heap-buffer-overflow" in run.output


def test_todays_fleet_ships_291() -> None:
    assert gate(INCIDENT / "channel-291.toml").status == 0


def test_a_wildcard_on_input_21_is_held_too_by_the_fleet_of_that_day() -> None:
    run = gate(*THAT_DAY, INCIDENT / "channel-291-wildcard.toml")
    assert run.status == 1
    assert "7.11@2024-07 supplies 20 inputs" in run.output


def test_a_file_that_is_not_there_is_undecided(tmp_path: Path) -> None:
    run = gate("--target", "channel", tmp_path / "candidate.toml")
    assert run.status == 2
    assert "candidate.toml: cannot be read" in run.output
    assert "Traceback" not in run.output


def test_one_held_file_among_good_ones_holds() -> None:
    good = min(SEEDS.glob("*.toml"))
    held = SEEDS / "hostile" / "bad-checksum.one-bit.gscf"
    run = gate("--json", good, held)
    assert run.status == 1
    assert [result["decision"] for result in json.loads(run.stdout)] == ["ship", "hold"]


def test_what_the_source_expects_must_come_true(tmp_path: Path) -> None:
    text = (SEEDS / "ipc-covenant.toml").read_text()
    assert text.count("expect = [1201]") == 1
    candidate = tmp_path / "candidate.toml"
    templates = SEEDS.parent / "templates" / "current.toml"
    text = text.replace("../templates/current.toml", str(templates))
    candidate.write_text(text)
    assert gate("--target", "channel", candidate).status == 0
    candidate.write_text(text.replace("expect = [1201]", "expect = []"))
    run = gate("--target", "channel", candidate)
    assert run.status == 1
    assert "event 0 has matches of 1201, the source expects no match" in run.output
    assert "instance 1201 matched: each of its criteria is true (candidate.toml:" in run.output


def test_a_file_with_nothing_that_ships_is_held(tmp_path: Path) -> None:
    candidate = tmp_path / "candidate.toml"
    templates = SEEDS.parent / "templates" / "current.toml"
    candidate.write_text(f'templates = "{templates}"\n\n[[event]]\ntype = "ipc"\n')
    run = gate("--target", "channel", candidate)
    assert run.status == 1, run.output
    assert "nothing that ships" in run.output


ORACLE = """
class Never:
    name = "never"

    def variants(self, variant, fleet):
        return ()

    def judge(self, testcase, outcome, context):
        from groundstop.model import Judgement, Verdict
        from groundstop.oracles import Memory
        return Judgement(Verdict.FINDING, "never right")
"""


def with_oracle(project: Path, oracle: str) -> None:
    """Give the toy an oracle: ORACLE with another body of judge()."""
    module = project / "toy_target.py"
    text = module.read_text().replace("content=Raw()", "content=Raw(), oracles=(Never(),)")
    body = 'return Judgement(Verdict.FINDING, "never right")'
    assert body in ORACLE
    text = text.replace("target = Target(", f"{ORACLE.replace(body, oracle)}\n\ntarget = Target(")
    module.write_text(text)


def test_what_an_oracle_finds_is_held(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    candidate = "corpus/toy/seeds/hello.bin"
    assert groundstop("gate", candidate, cwd=project).status == 0
    with_oracle(project, 'return Judgement(Verdict.FINDING, "never right\\nand so on")')
    run = groundstop("gate", candidate, cwd=project)
    assert run.status == 1, run.output
    assert "oracle never: on its own events: never right" in run.output
    assert "and so on" not in run.output


def test_a_broken_oracle_holds_and_shows_where(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    with_oracle(project, 'raise KeyError("x")')
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == 1, run.output
    assert "oracle never: the oracle is broken: KeyError: 'x'" in run.output
    assert 'toy_target.py", line' in run.output


@pytest.mark.parametrize("why, status", [("", 0), ("too long", 1)])
def test_what_an_oracle_could_not_judge_is_held_with_its_reason(
    tmp_path: Path, why: str, status: int
) -> None:
    project = make_toy(tmp_path / "toy")
    with_oracle(project, f"return Judgement(Verdict.INCOMPARABLE, {why!r})")
    run = groundstop("gate", "--json", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == status, run.output
    (result,) = json.loads(run.stdout)
    outcome = next(stage for stage in result["stages"] if stage["stage"] == "outcome")
    assert outcome["evidence"].endswith("; judged by no oracle; not by never")
    messages = [problem["message"] for problem in outcome["problems"]]
    assert messages == ([f"on its own events: cannot be judged: {why}"] if why else [])


def test_what_an_oracle_runs_again_runs_in_another_process(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    core = project / "toy.c"
    says = "pid_t pid = getpid();\n\tgroundstop_outcome(&pid, sizeof(pid));\n\tgroundstop_stage("
    core.write_text(f"#include <unistd.h>\n{core.read_text().replace('groundstop_stage(', says)}")
    with_oracle(
        project,
        "runs = [context.run(testcase), context.run(testcase, fill=0)]; "
        "same = [run for run in runs if run.data == outcome.data]; "
        'return Judgement(Verdict.FINDING, f"{len(same)} of {len(runs)} in the same process")',
    )
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project)
    assert "0 of 2 in the same process" in run.output


def test_an_oracle_runs_the_cores_of_the_gate_and_others(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    # What the plain build has is no part of what the gate runs by itself.
    core = project / "toy.c"
    plain = "#if !__has_feature(address_sanitizer) && !__has_feature(undefined_behavior_sanitizer)"
    bug = f"{plain}\n\tif (size > 3)\n\t\t__builtin_trap();\n#endif\n\tgroundstop_stage("
    core.write_text(core.read_text().replace("groundstop_stage(", bug))
    assert groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project).status == 0
    with_oracle(project, "return Memory().judge(testcase, outcome, context)")
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == 1, run.output
    assert "the plain build dies where this one does not" in run.output
    assert "in toy_entry at" in run.output


def test_what_the_core_itself_finds_is_held(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    core = project / "toy.c"
    says = 'groundstop_finding("it leaks");\n\tgroundstop_stage('
    core.write_text(core.read_text().replace("groundstop_stage(", says))
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == 1, run.output
    assert "oracle core: on its own events: it leaks" in run.output


def test_where_a_core_dies_is_not_claimed(tmp_path: Path) -> None:
    """It loads the file, and dies while it evaluates it: what it reported is lost."""
    project = make_toy(tmp_path / "toy")
    core = project / "toy.c"
    stage = "groundstop_stage(GROUNDSTOP_STAGE_EVALUATED);"
    dies = "groundstop_stage(GROUNDSTOP_STAGE_LOADED);\n\t__builtin_trap();"
    core.write_text(core.read_text().replace(stage, dies))
    run = groundstop("gate", "--json", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == 1, run.output
    (result,) = json.loads(run.stdout)
    stages = {stage["stage"]: stage for stage in result["stages"]}
    load = stages["load"]
    assert load["evidence"] == "2 of 2 cores died of the file, at what stage is not known"
    assert {p["message"].partition(": ")[0] for p in load["problems"]} == {
        "the core dies of the file"
    }
    assert stages["evaluate"]["evidence"] == "what kills a core is not tried on more events"


def test_sanitizer_builds_that_disagree_are_held(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    core = project / "toy.c"
    guard = "#if __has_feature(address_sanitizer)\n\tgroundstop_stage(GROUNDSTOP_STAGE_EVALUATED);"
    other = "#else\n\tgroundstop_stage(GROUNDSTOP_STAGE_LOADED);\n#endif"
    stage = "\tgroundstop_stage(GROUNDSTOP_STAGE_EVALUATED);"
    assert stage in core.read_text()
    core.write_text(core.read_text().replace(stage, f"{guard}\n{other}"))
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == 1, run.output
    assert "different outcomes under its sanitizers" in run.output


def test_a_project_without_its_corpus_decides_nothing(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    candidate = tmp_path / "hello.bin"
    candidate.write_bytes(b"hello")
    shutil.rmtree(project / "corpus")
    run = groundstop("gate", "--target", "toy", candidate, cwd=project)
    assert run.status == 2, run.output
    seeds = project / "corpus" / "toy" / "seeds"
    seeds.mkdir(parents=True)
    run = groundstop("gate", "--target", "toy", candidate, cwd=project)
    assert run.status == 2, run.output
    remedy = "put at least one input there, as `groundstop corpus add --target toy FILE` does"
    assert f"target 'toy': corpus/toy/seeds has no seed: {remedy}" in run.stderr


def test_a_target_that_exits_decides_nothing(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    (project / "toy_target.py").write_text("import sys\nsys.exit(0)\n")
    run = groundstop("gate", "corpus/toy/seeds/hello.bin", cwd=project)
    assert run.status == 2, run.output


def test_a_reader_that_goes_away_is_no_decision() -> None:
    seed = min(SEEDS.glob("*.toml"))
    words = f"{COMMAND} gate -v {seed} | true; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(
        ["bash", "-c", words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() in {"0", "2"}


@pytest.mark.parametrize("terminal, rows", [(True, 3), (False, 1)])
def test_long_lines_hang_below_their_beginning_on_a_terminal_only(
    terminal: bool,  # noqa: FBT001
    rows: int,
) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=40, force_terminal=terminal, color_system=None)
    words = "the core dies on its own events: a [red]READ of size 8 in evaluate"
    print_hanging(console, "          ", words)
    lines = stream.getvalue().splitlines()
    assert " ".join(line.strip() for line in lines) == words
    assert len(lines) == rows
    assert all(line.startswith(" " * 10) and line == line.rstrip() for line in lines)
    assert not terminal or max(map(len, lines)) <= 40
