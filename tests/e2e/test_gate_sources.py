# SPDX-License-Identifier: Apache-2.0
"""What the gate makes of sources with mistakes: held, at once, with all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import ROOT, groundstop
from support.toy import make_toy

TEMPLATES = ROOT / "corpus" / "channel" / "templates" / "current.toml"


def text_toy(folder: Path, compiles: str) -> Path:
    """Make a toy whose content is text; `compiles` is the body of its compile()."""
    project = make_toy(folder)
    module = project / "toy_target.py"
    text = module.read_text().replace("suffixes = ()", 'suffixes = (".toy",)')
    text = text.replace("return source.read_bytes()", compiles, 1)
    text = text.replace("return source.read_bytes()", "return self.compile(source)", 1)
    module.write_text(text)
    return project


@pytest.mark.parametrize("content", ["channel = [", "channel = 'x'\n", ""])
def test_a_source_with_mistakes_is_held(tmp_path: Path, content: str) -> None:
    candidate = tmp_path / "candidate.toml"
    candidate.write_text(content)
    run = groundstop("gate", "--json", "--target", "channel", candidate)
    assert run.status == 1, run.output
    (result,) = json.loads(run.stdout)
    (stage,) = result["stages"]
    assert (result["decision"], stage["stage"], stage["status"]) == ("hold", "source", "held")
    (problem,) = stage["problems"]
    assert problem["rule"] == "source"
    assert problem["where"].startswith(f"{candidate}:1")
    # The other commands have the same words.
    for command in (("compile", "-o", tmp_path / "out"), ("show",), ("events",)):
        other = groundstop(*command, candidate)
        assert other.status == 2, other.output
        assert problem["message"].rpartition(": ")[2] in other.stderr


def test_mistakes_are_told_before_anything_is_built(tmp_path: Path) -> None:
    """The core does not even compile, and no compiler is asked."""
    raises = (
        "from groundstop.errors import SourceError, SourceLocation\n"
        '        raise SourceError("is wrong", SourceLocation(source, 1))'
    )
    project = text_toy(tmp_path / "toy", raises)
    (project / "toy.c").write_text("no C\n")
    (project / "x.toy").write_text("x")
    run = groundstop("gate", "x.toy", cwd=project, PATH="/nowhere")
    assert run.status == 1, run.output
    assert "x.toy:1: is wrong" in run.stdout
    assert not (project / ".groundstop").exists()


def test_a_broken_toolchain_decides_nothing_and_is_named(tmp_path: Path) -> None:
    project = text_toy(tmp_path / "toy", "return {}[source.stem]")
    (project / "x.toy").write_text("x")
    run = groundstop("gate", "x.toy", cwd=project)
    assert run.status == 2, run.output
    assert "content toolchain is broken: KeyError: 'x'" in run.output
    assert "toy_target.py:" in run.output
