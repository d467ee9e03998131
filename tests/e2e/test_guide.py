# SPDX-License-Identifier: Apache-2.0
"""docs/guide.md, followed to the letter: what it says to write is written, what to type is typed.

A block of code is what the line before it says: a file by its name in backquotes, a change
to one (a diff), or a console: commands after `$`, each with what it prints.  `…` stands for
anything in its line, alone for any number of lines.  Every command must succeed, but where
the guide asks for its status with `echo $?`.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.command import COMMAND, ROOT

GUIDE = ROOT / "docs" / "guide.md"

# What a reader installs is what is tested here, from this environment.
INSTALLS = "pip install"


@dataclass(frozen=True)
class Block:
    """A fenced block: where it starts, its language, the text before it, its lines."""

    line: int
    language: str
    before: str
    lines: list[str]

    @property
    def file(self) -> str:
        """The file that is meant: the last name in backquotes before a colon."""
        names = re.findall(r"`([^`]+)`", self.before)
        assert names, f"line {self.line}: no file is named before this block"
        assert self.before.endswith(":"), f"line {self.line}: no colon before this block"
        return str(names[-1])


@dataclass(frozen=True)
class Step:
    """A command of a console, and the lines that it prints."""

    line: int
    command: str
    output: list[str]


def blocks(text: str) -> Iterator[Block]:
    before, opened = "", None
    for number, line in enumerate(text.splitlines(), 1):
        if opened is not None and line == "```":
            yield opened
            opened = None
        elif opened is not None:
            opened.lines.append(line)
        elif line.startswith("```"):
            opened = Block(number, line.removeprefix("```"), before, [])
        elif line:
            before = line
    assert opened is None, "a block is not closed"


def steps(block: Block) -> list[Step]:
    found: list[Step] = []
    for number, line in enumerate(block.lines, block.line + 1):
        if line.startswith("$ "):
            found.append(Step(number, line.removeprefix("$ "), []))
        else:
            assert found, f"line {number}: output of no command"
            found[-1].output.append(line)
    return found


def pattern(output: list[str]) -> str:
    """Return a regular expression for lines in which `…` stands for what varies."""
    rows = (
        r"(?:.*\n)*" if row == "…" else ".*".join(map(re.escape, row.split("…"))) + r"\n"
        for row in output
    )
    return "".join(rows)


def run(step: Step, folder: Path, status: int) -> int:
    """Type one command, after one that ended with `status`; return its own."""
    done = subprocess.run(
        ["bash", "-c", f"(exit {status}); {step.command}"],
        cwd=folder,
        env={**os.environ, "PATH": f"{COMMAND.parent}:{os.environ['PATH']}", "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    printed = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
    assert re.fullmatch(pattern(step.output), printed), (
        f"line {step.line}: $ {step.command}\nprints\n{printed}{done.stderr}\nand not\n"
        + "\n".join(step.output)
    )
    return done.returncode


def type_all(block: Block, folder: Path) -> None:
    status, last = 0, ""
    for step in steps(block):
        asks = step.command == "echo $?"
        assert asks or not status, f"line {step.line}: $ {last}\nends with status {status}"
        status, last = run(step, folder, status), step.command
    assert not status, f"the block at line {block.line} ends with status {status}: $ {last}"


def change(block: Block, path: Path) -> None:
    """Apply a diff whose hunks, parted by `@@`, have no line numbers: each fits once."""
    for hunk in "\n".join(block.lines).split("\n@@\n"):
        lines = hunk.split("\n")
        old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        text = path.read_text()
        assert text.count(old) == 1, f"line {block.line}: {path.name} has not once:\n{old}"
        path.write_text(text.replace(old, new))


def follow(text: str, folder: Path) -> None:
    for block in blocks(text):
        if block.language == "console":
            if not any(INSTALLS in line for line in block.lines):
                type_all(block, folder)
        elif block.language == "diff":
            change(block, folder / block.file)
        else:
            path = folder / block.file
            assert path.parent.is_dir(), f"line {block.line}: there is no folder {path.parent}"
            path.write_text("".join(f"{line}\n" for line in block.lines))


@pytest.mark.slow
def test_what_the_guide_says_is_so(tmp_path: Path) -> None:
    follow(GUIDE.read_text(), tmp_path)


def test_only_the_installation_is_not_followed() -> None:
    consoles = [block for block in blocks(GUIDE.read_text()) if block.language == "console"]
    assert sum(INSTALLS in "".join(block.lines) for block in consoles) == 1
    assert len(consoles) > 5


TRUE = """\
`a/b.txt`:

```text
one
two
```
In `a/b.txt`:
```diff
 one
-two
+three
```
```console
$ cat a/b.txt; false
o…e
…
$ echo $?
1
```
"""


@pytest.mark.parametrize(
    "old, new",
    [
        ("…e\n…", "…e"),
        ("o…e", "t…e"),
        ("; false", ""),
        ("$ echo $?\n1\n", ""),
        ("\n1\n", "\n2\n"),
        ("-two", "-four"),
        (" one\n-", " four\n-"),
        ("`a/b.txt`:\n\n", "`c/b.txt`:\n\n"),
    ],
)
def test_a_guide_that_is_wrong_fails(tmp_path: Path, old: str, new: str) -> None:
    for name, text in (("true", TRUE), ("wrong", TRUE.replace(old, new, 1))):
        (tmp_path / name / "a").mkdir(parents=True)
        if text == TRUE:
            follow(text, tmp_path / name)
        else:
            with pytest.raises(AssertionError):
                follow(text, tmp_path / name)
