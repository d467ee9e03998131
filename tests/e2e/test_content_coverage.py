# SPDX-License-Identifier: Apache-2.0
"""Content coverage on real cores: what is reached, by whose events, and what cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from groundstop.errors import InputError
from groundstop.model import Release
from groundstop.report import ContentCoverage, content_coverage
from groundstop.target import Synthesis, Unreachable, load_target
from groundstop.targets.channel.content import ChannelContent
from support.channel import CORPUS, HOSTILE, INCIDENT, SEEDS, project, write_source
from support.command import groundstop
from support.toy import make_toy

MISMATCH = INCIDENT / "channel-291-mismatch.toml"
# A head with a type that 7.15 has, and a pattern that can never match in its second instance.
NEVER = f"""\
templates = "{CORPUS}/templates/current.toml"
channel = 1

[[instance]]
id = 1
name = "fine"
type = "driver_load"
severity = "low"
match = {{ image_name = "a.sys", image_size = {{ any = true }} }}

[[instance]]
id = 2
name = "dead"
type = "driver_load"
severity = "low"

[instance.match]
image_name = {{ pattern = 'a\\bb' }}
image_size = 7
"""


def cover(path: Path, release: str = "7.15", *, synthesize: bool = True) -> ContentCoverage:
    here = project()
    target = load_target(here, "channel")
    parsed = Release.parse(release)
    return content_coverage(target, path, here, release=parsed, synthesize=synthesize)


def test_every_good_seed_is_covered_completely() -> None:
    for path in SEEDS:
        found = cover(path)
        assert found.complete, path
        assert found.percent == "100%", path
        assert not found.unreachable, path
        patterned = any(each.details for each in found.elements)
        assert bool(found.details) == patterned, path


def test_the_lucky_case_never_evaluates_input_21() -> None:
    """Nothing crashes that day; coverage says why; with synthesized events it does crash."""
    lucky = cover(MISMATCH, "7.11@2024-07", synthesize=False)
    assert lucky.deaths == ()
    seen = {number for number, _ in lucky.reached}
    unseen = [each for each in lucky.elements if each.number not in seen]
    assert unseen[-1].text == "prefix on input 21 (first_message) of instance 29102"
    assert not lucky.complete
    unlucky = cover(MISMATCH, "7.11@2024-07")
    (death,) = unlucky.deaths
    assert death.startswith("on synthesized events: heap-buffer-overflow")
    assert cover(MISMATCH, "7.11").complete


def test_a_criterion_that_is_never_true_is_for_its_author(tmp_path: Path) -> None:
    source = tmp_path / "never.toml"
    source.write_text(NEVER)
    found = cover(source)
    assert found.percent == "100%"  # of what can be reached
    assert not found.complete
    (fault,) = found.faults
    assert (fault.element, fault.outcome, fault.proven) == (2, 1, True)
    assert {(each.element, each.outcome) for each in found.unreachable} == {(2, 1), (3, 0), (3, 1)}


def test_types_that_a_release_lacks_are_inert_and_no_fault(tmp_path: Path) -> None:
    source = tmp_path / "never.toml"
    source.write_text(NEVER)
    found = cover(source, "7.11")
    assert found.complete
    assert found.wanted == ()
    assert found.unreachable
    assert all("does not have type 7" in each.reason for each in found.unreachable)


def test_what_a_release_refuses_is_not_covered(tmp_path: Path) -> None:
    """It has a type of the release's number with other inputs: only the core can know."""
    source = tmp_path / "refused.toml"
    path = write_source(tmp_path, {1: 'text = "a"'})
    source.write_text(path.read_text().replace("9001", "7"))
    with pytest.raises(InputError, match=r"7\.15 does not load it: load: count mismatch"):
        cover(source)


def test_proofs_are_held_against_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """A toolchain that wrongly proves something to be out of reach is found out."""
    honest = ChannelContent.synthesize

    def lying(content: ChannelContent, source: Path, release: Release, tree: Path) -> Synthesis:
        made = honest(content, source, release, tree)
        return replace(made, unreachable=(Unreachable(0, 1, "a wrong proof", proven=True),))

    monkeypatch.setattr(ChannelContent, "synthesize", lying)
    found = cover(SEEDS[0])
    assert [each.reason for each in found.contradictions] == ["a wrong proof"]
    assert not found.complete


def show(path: Path, *options: str) -> tuple[int, list[str]]:
    run = groundstop("show", path, "--coverage", *options)
    return run.status, run.output.split("\n")


def test_show_marks_each_criterion_in_the_source(tmp_path: Path) -> None:
    source = tmp_path / "never.toml"
    source.write_text(NEVER)
    status, lines = show(source)
    assert status == 1
    text = NEVER.split("\n")
    shown = [line.partition(" |")[2] for line in lines[: len(text) + 1]]
    assert [line[6:] for line in shown if "^" not in line][: len(text) - 1] == text[:-1]
    marks = {line.partition("|")[2].strip(): line.partition("|")[0].split() for line in lines}
    assert marks["^ exact on input 2 (image_name) of instance 1"] == ["true", "false"]
    assert marks["^ any on input 7 (image_size) of instance 1"] == ["true", "-"]
    assert marks["18  image_name = { pattern = 'a\\bb' }"][:2] == ["-", "false"]
    assert marks["19  image_size = 7"] == ["-", "-"]
    assert len({line.index("|") for line in lines if "|" in line}) == 1
    output = "\n".join(lines)
    assert "100% of 4 outcomes reached on 7.15: 0 by its own events, 4 more by synth" in output
    assert f"{source}:18:1: pattern on input 2 (image_name) of instance 2, true: no value" in output
    assert "→ correct the criterion: its instance can never match" in output
    assert output.isascii() or output.replace("→", "").isascii()


def test_show_with_own_events_names_what_they_leave_out() -> None:
    status, lines = show(MISMATCH, "--own-events", "--release", "7.11")
    assert status == 1
    line = next(line for line in lines if "first_message = { prefix" in line)
    assert line.split()[0] == "never"
    assert any(
        line.startswith("25% of 12 outcomes reached on 7.11: 3 by its own") for line in lines
    )
    assert show(MISMATCH, "--release", "7.11")[0] == 0


def test_show_of_a_binary_names_fields_and_json_says_all(tmp_path: Path) -> None:
    binary = tmp_path / "291.gscf"
    assert groundstop("compile", MISMATCH, "--part", "channel", "-o", binary).status == 0
    status, lines = show(binary)
    assert status == 0
    assert lines[0].startswith("true   false | instances[0].criteria[0], byte ")
    run = groundstop("show", MISMATCH, "--coverage", "--release", "7.11@2024-07", "--json")
    document = json.loads(run.stdout)
    assert run.status == 1
    assert document["complete"] is False
    assert "heap-buffer-overflow" in document["deaths"][0]
    assert document["elements"][0]["reached"] == {"1": "own"}


def test_events_are_a_source_that_can_be_kept(tmp_path: Path) -> None:
    kept = tmp_path / "events.toml"
    run = groundstop("events", MISMATCH, "--release", "7.11", "-o", kept)
    files = [Path(line) for line in run.stdout.splitlines()]
    assert (run.status, files[0]) == (0, kept)
    assert files[1:] == [tmp_path / f"events-{part}.toml" for part in range(2, len(files) + 1)]
    printed = groundstop("events", MISMATCH, "--release", "7.11")
    assert printed.stdout == "\n".join(each.read_text(encoding="utf-8") for each in files)
    # The first of them, moved into the source, reach all of it without any more help.
    whole = tmp_path / "whole.toml"
    text = MISMATCH.read_text(encoding="utf-8").partition("[[event]]")[0]
    text = text.replace("ipc.toml", str(INCIDENT / "ipc.toml"))
    events = kept.read_text(encoding="utf-8")
    whole.write_text(text + events[events.index("[[event]]") :], encoding="utf-8")
    assert cover(whole, "7.11", synthesize=False).complete


def test_events_name_what_none_reaches(tmp_path: Path) -> None:
    source = tmp_path / "never.toml"
    source.write_text(NEVER)
    run = groundstop("events", source)
    assert run.status == 0
    assert f"# Not reached: {source}:18:1: pattern on input 2 (image_name)" in run.stdout
    run = groundstop("events", source, "--release", "7.11")
    assert run.status == 2
    assert "no event reaches anything on 7.11" in run.stderr


@pytest.mark.parametrize(
    "name, message",
    [
        ("content.txt", "no target recognizes it"),
        ("wrong.toml", "wrong.toml:3:3: instance[0]: type is missing"),
        ("nowhere.toml", "cannot be read"),
        (CORPUS / "templates" / "current.toml", "has no channel"),
        (HOSTILE[0], "no release loads it: "),
    ],
)
def test_what_cannot_be_covered_is_one_message(
    name: str | Path, message: str, tmp_path: Path
) -> None:
    (tmp_path / "content.txt").write_text("channel = 1\n")
    (tmp_path / "wrong.toml").write_text("channel = 1\n\n[[instance]]\nid = 1\n")
    commands: list[tuple[str, ...]] = [("show", "--coverage")]
    if name == HOSTILE[0]:
        commands.append(("events",))
    for command in commands:
        run = groundstop(*command, tmp_path / name)
        assert run.status == 2, run.output
        assert message in run.stderr
        assert run.stdout == ""
        assert run.stderr.count("groundstop: ") == 1
        assert "internal error" not in run.stderr


def test_a_release_that_there_is_not_is_one_message() -> None:
    run = groundstop("events", MISMATCH, "--release", "9.9")
    assert run.status == 2
    assert "has no release '9.9'" in run.stderr


def test_a_target_that_names_no_elements_is_told_what_is_missing(tmp_path: Path) -> None:
    make_toy(tmp_path)
    file = tmp_path / "content"
    file.write_bytes(b"abc")
    for command in (("show", "--coverage"), ("events",)):
        run = groundstop(*command, file, cwd=tmp_path)
        assert run.status == 2
        assert "target toy brings no content toolchain with elements" in run.stderr
    assert groundstop("show", file, cwd=tmp_path).stdout == "61 62 63\n"


def test_options_of_coverage_without_it_are_refused() -> None:
    run = groundstop("show", MISMATCH, "--own-events")
    assert run.status == 2
    assert "go with --coverage" in run.stderr
