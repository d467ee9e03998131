# SPDX-License-Identifier: Apache-2.0
"""Content that is valid and hardly meant is held, unless its source says why; evidence is true."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.channel import CORPUS
from support.command import groundstop
from support.toy import make_toy

Result = dict[str, Any]

HEAD = f'templates = "{CORPUS}/templates/current.toml"\nchannel = 1\n'
INSTANCE = (
    '\n[[instance]]\nid = {id}\nname = "i"\ntype = "{type}"\nseverity = "low"\nmatch = {match}\n'
)
WAIVE = '\n[[{table}waive]]\nrule = "{rule}"\n{more}reason = "for a test"\n'
EVENT = '\n[[event]]\ntype = "ipc"\nvalues = {values}\n'


def instance(match: str, number: int = 1, type_: str = "ipc") -> str:
    return INSTANCE.format(id=number, type=type_, match=match)


def waive(rule: str, more: str = "", table: str = "instance.") -> str:
    return WAIVE.format(table=table, rule=rule, more=more)


NEVER = instance("{ operation = 1, pipe_name = { pattern = 'a$b' } }")
FITS = instance("{ operation = 1 }")
MANY = "".join(instance("{ operation = 1 }", number) for number in range(1, 71))
ALL = f"expect = [{', '.join(map(str, range(1, 71)))}]\n"
MATCHED = EVENT.format(values="{ operation = 1 }")

# By name: the source behind its head; the rules that hold it, those that warn.
CASES: dict[str, tuple[str, set[str], set[str]]] = {
    "never": (NEVER, {"never-matches"}, {"never-matched"}),
    "never-waived": (
        NEVER + waive("never-matches", 'criterion = "pipe_name"\noutcome = true\n'),
        set(),
        {"never-matched"},
    ),
    "never-waived-elsewhere": (
        NEVER + waive("never-matches", 'criterion = "operation"\n'),
        {"never-matches"},
        {"never-matched", "unneeded-waiver"},
    ),
    "everything": (instance("{}"), {"matches-everything"}, set()),
    "wildcards": (instance("{ pipe_name = { any = true } }"), {"matches-everything"}, set()),
    "any-prefix": (instance("{ pipe_name = { prefix = '' } }"), {"matches-everything"}, set()),
    "any-pattern": (instance("{ pipe_name = { pattern = 'a*' } }"), {"matches-everything"}, set()),
    "everything-waived": (instance("{}") + waive("matches-everything"), set(), set()),
    "no-instance": ("", {"no-instances"}, set()),
    "unneeded": (FITS + waive("inert"), set(), {"unneeded-waiver"}),
    "unmatched": (instance("{ operation = 1, pipe_name = 'nobody' }"), set(), {"never-matched"}),
    "many": (MANY + MATCHED + ALL, set(), set()),
    "many-but-one": (MANY + MATCHED + ALL.replace(", 70", ""), {"expected-matches"}, set()),
    "unexpected": (
        instance("{ operation = 1, pipe_name = { suffix = 'end' } }")
        + EVENT.format(values='{ operation = 1, pipe_name = "ending" }')
        + "expect = [1]\n",
        {"expected-matches"},
        {"never-matched"},
    ),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("sense")
    paths = []
    for name, (text, _, _) in CASES.items():
        paths.append(folder / f"{name}.toml")
        paths[-1].write_text(HEAD + text)
    return gate(*paths)


def gate(*paths: Path, fleet: str = "7.15") -> dict[str, Result]:
    run = groundstop("gate", "--json", "--target", "channel", "--fleet", fleet, *paths)
    return {
        path.name.partition(".")[0]: result
        for path, result in zip(paths, json.loads(run.stdout), strict=True)
    }


def said(result: Result, kind: str) -> list[dict[str, str]]:
    return [each for stage in result["stages"] for each in stage[kind]]


def stage(result: Result, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in result["stages"] if each["stage"] == name)
    return found


@pytest.mark.parametrize("name", CASES)
def test_what_is_hardly_meant_holds_or_warns(results: dict[str, Result], name: str) -> None:
    _, rules, warnings = CASES[name]
    result = results[name]
    assert {each["rule"] for each in said(result, "problems")} == rules
    assert {each["rule"] for each in said(result, "warnings")} == warnings
    assert result["decision"] == ("hold" if rules else "ship")


def test_each_says_where_and_what_to_do(results: dict[str, Result]) -> None:
    for name in ("never", "everything", "no-instance"):
        problem = said(results[name], "problems")[0]
        assert f"{name}.toml:" in problem["where"], problem
        assert problem["remedy"]
    never = said(results["never"], "problems")[0]
    assert never["message"].startswith(
        "pattern on input 10 (pipe_name) of instance 1 is never true"
    )
    for name in ("never-waived", "everything-waived"):
        waived = [each for each in results[name]["stages"] if "waived: " in each["evidence"]]
        assert len(waived) == 1
        assert "(for a test)" in waived[0]["evidence"]


def test_what_ships_in_spite_of_something_says_so(tmp_path: Path) -> None:
    source = tmp_path / "everything-waived.toml"
    waiver = waive("matches-everything").replace("a test", r"a test\n::warning::b")
    source.write_text(HEAD + instance("{}") + waiver)
    run = groundstop("gate", "--target", "channel", "--fleet", "7.15", source)
    assert run.status == 0, run.output
    assert "waivers  passed  1 of 1 waiver used: matches-everything (for a test" in run.stdout
    assert not any(line.lstrip().startswith("::") for line in run.stdout.splitlines())


def test_an_expectation_not_met_says_which_criterion_decided(results: dict[str, Result]) -> None:
    (problem,) = said(results["unexpected"], "problems")
    _, why = problem["message"].splitlines()
    assert why.startswith("instance 1 did not match: suffix on input 10 (pipe_name) is false")
    assert "(unexpected.toml:" in why
    (problem,) = said(results["many-but-one"], "problems")
    assert "instance 70 matched: each of its criteria is true" in problem["message"]


def test_sets_of_events_that_say_nothing_say_why(results: dict[str, Result]) -> None:
    evidence = stage(results["many"], "evaluate")["evidence"]
    assert "28 evaluated on 7.15" in evidence or "29 evaluated on 7.15" in evidence


def test_nothing_is_compared_where_nothing_is_expected(
    results: dict[str, Result], tmp_path: Path
) -> None:
    assert "expects on 7.15" in stage(results["many"], "outcome")["evidence"]
    source = CORPUS / "seeds" / "ipc-covenant.toml"
    binary = tmp_path / "binary.gscf"
    assert groundstop("compile", source, "--part", "channel", "-o", binary).status == 0
    of_binary = gate(binary)["binary"]
    for result in (of_binary, results["unmatched"]):
        assert "nothing expected" in stage(result, "outcome")["evidence"]
    assert of_binary["decision"] == "ship"


def test_what_no_release_evaluates_is_held(tmp_path: Path) -> None:
    path = tmp_path / "inert.toml"
    path.write_text(HEAD + instance("{ image_name = 'a.sys' }", type_="driver_load"))
    result = gate(path, fleet="7.11")["inert"]
    assert result["decision"] == "hold"
    (problem,) = stage(result, "content coverage")["problems"]
    assert problem["rule"] == "inert"
    assert "inert.toml:4" in problem["where"]
    assert "7.11 does not have type 7" in problem["message"]


SIDECAR = 'input = "once.bin"\nwhat = "It once failed."\noracle = "core"\n'


def test_evidence_that_git_has_and_nobody_checked_out_holds(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    known = project / "corpus" / "toy" / "regressions"
    known.mkdir()
    (known / "once.bin").write_bytes(b"once")
    (known / "once.finding.toml").write_text(SIDECAR)
    run_git(project, "init", "-q")
    run_git(project, "add", "corpus")
    assert rules_of(project) == set()
    for path in known.iterdir():
        path.unlink()
    known.rmdir()
    assert rules_of(project) == {"missing-evidence"}
    run_git(project, "rm", "-q", "-r", "--cached", "corpus/toy/regressions")
    assert rules_of(project) == set()


def test_a_sidecar_that_names_no_release_holds(tmp_path: Path) -> None:
    project = make_toy(tmp_path / "toy")
    for folder in ("regressions", "properties/test_x.test_y"):
        known = project / "corpus" / "toy" / folder
        known.mkdir(parents=True)
        (known / "once.bin").write_bytes(b"once")
        name = "once" if folder == "regressions" else "once.bin"
        sidecar = known / f"{name}.finding.toml"
        sidecar.write_text(f'{SIDECAR}release = "9.9"\n')
        assert rules_of(project) == {"unknown-release"}
        sidecar.write_text(SIDECAR)
        assert rules_of(project) == set()


def run_git(project: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(project), *words], check=True, capture_output=True)


def rules_of(project: Path) -> set[str]:
    run = groundstop("gate", "--json", "corpus/toy/seeds/hello.bin", cwd=project)
    (result,) = json.loads(run.stdout)
    assert run.status == (1 if said(result, "problems") else 0)
    return {each["rule"] for each in said(result, "problems")}
