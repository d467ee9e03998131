# SPDX-License-Identifier: Apache-2.0
"""A project whose channel core has a defect in many kinds of criteria, and content for each.

The core is the real one; what is planted looks at a criterion after it was evaluated, and
reads behind the value, or answers wrong, where a comparison typically goes wrong.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from support.channel import CORPUS, ROOT
from support.replaying import STATE

_TARGET = """\
from dataclasses import replace
from pathlib import Path

from groundstop.targets.channel.core import target as sound

target = replace(sound, core=replace(sound.core, root=Path(__file__).parent / "native"))
"""
_PYPROJECT = """\
[tool.groundstop.targets]
channel = "planted_channel:target"
"""
_SEED = f"""\
templates = "{CORPUS}/templates/current.toml"
channel = 1

[[instance]]
id = 1
name = "seed"
type = "ipc"
severity = "low"
match = {{ operation = 1 }}

[[event]]
type = "ipc"
values = {{ operation = 1, pipe_name = "x" }}
"""


class Plant(NamedTuple):
    """A defect: when it shows (C), the criterion that is wrong, and the event that shows it."""

    name: str
    when: str
    criterion: str
    aim: str


PLANTS = (
    Plant(
        "matching suffix",
        "kind == CI_MATCH_SUFFIX && holds && text->size >= 12",
        "pipe_name = { suffix = '-server-name' }",
        "a match",
    ),
    Plant(
        "suffix over value",
        "kind == CI_MATCH_SUFFIX && text->size == 5 && size == 4",
        "pipe_name = { suffix = '-name' }",
        "one byte shorter at its end",
    ),
    Plant(
        "prefix and a byte",
        "kind == CI_MATCH_PREFIX && size == text->size + 1",
        "pipe_name = { prefix = 'pre' }",
        "one byte longer at its end",
    ),
    Plant(
        "in the other case",
        "kind == CI_MATCH_EXACT && holds && criterion->nocase && "
        "memcmp(text->bytes, value->data, size) != 0",
        "pipe_name = { exact = 'Case', nocase = true }",
        "in the other case",
    ),
    Plant(
        "found at the end",
        "kind == CI_MATCH_SUBSTRING && holds && size > text->size && "
        "memcmp(text->bytes, value->data, text->size) != 0",
        "pipe_name = { substring = 'inner' }",
        "one byte longer at its beginning",
    ),
    Plant(
        "last byte",
        "kind == CI_MATCH_SUBSTRING && !holds && size == 3 && text->size == 3 && "
        "value->data[0] == text->bytes[0] && value->data[1] == text->bytes[1]",
        "pipe_name = { substring = 'sub' }",
        "nearly a match",
    ),
    Plant(
        "empty",
        "kind == CI_MATCH_EXACT && text->size == 7 && value && size == 0",
        "pipe_name = 'literal'",
        "empty",
    ),
    Plant(
        "absent",
        "kind == CI_MATCH_PREFIX && text->size == 7 && !value",
        "pipe_name = { prefix = 'literal' }",
        "absent",
    ),
    Plant(
        "star took nothing",
        "kind == CI_MATCH_GLOB && holds && size == text->size - 1",
        "pipe_name = { glob = 'a*z' }",
        "equal, with nothing for each `*`",
    ),
    Plant(
        "greatest size",
        "kind == CI_MATCH_GLOB && text->size == 5 && size == 65535",
        "pipe_name = { glob = '?ipe*' }",
        "of the greatest size, filled up behind",
    ),
    Plant(
        "pattern",
        "kind == CI_MATCH_PATTERN && size == 7 && value->data[0] == 's'",
        "pipe_name = { pattern = '^(cat|slivers)' }",
        "reaches another of its instructions",
    ),
    Plant(
        "before the low end",
        "kind == CI_MATCH_RANGE && low == 100 && number == 99",
        "pipe_mode = { range = [100, 200] }",
        "one below the low end",
    ),
    Plant(
        "behind the high end",
        "kind == CI_MATCH_RANGE && low == 0 && number == high + 1",
        "pipe_mode = { range = [0, 200] }",
        "nearly a match",
    ),
    Plant(
        "cut to 32 bits",
        "kind == CI_MATCH_RANGE && low == 5 && !holds && (uint32_t)number == low",
        "pipe_mode = { range = [5, 10] }",
        "the low end and 2 to the 32",
    ),
    Plant(
        "wildcard",
        "kind == CI_MATCH_ANY && value && size == 0 && value->kind == CI_KIND_BYTES",
        "pipe_name = { any = true }",
        "empty",
    ),
)
# Answers wrong, and nothing dies of it.
WRONG = Plant(
    "high end",
    "kind == CI_MATCH_RANGE && low == 1 && number == high",
    "pipe_mode = { range = [1, 200] }",
    "the high end",
)

_WRAPPER = """
static volatile uint8_t planted_sink;

static void planted(const struct ci_criterion *criterion, const struct ci_value *value, bool *hit)
{
	const struct ci_text *text = &criterion->body.text;
	uint8_t kind = criterion->kind;
	size_t size = value ? value->size : 0;
	uint64_t number = value ? value->number : 0;
	uint64_t low = criterion->body.range.low, high = criterion->body.range.high;
	bool holds = *hit;

	if (WRONG)
		*hit = false;
	if (SHOWS)
		planted_sink = value ? value->data[size] : *(const volatile uint8_t *)8;
	(void)text;
}

bool ci_criterion_evaluate(const struct ci_content *content, const struct ci_criterion *criterion,
                           const struct ci_value *const *values, uint64_t *fuel, bool *holds)
{
	bool done = sound(content, criterion, values, fuel, holds);

	planted(criterion, values[criterion->input], holds);
	return done;
}
"""


def make_project(folder: Path) -> Path:
    """Write the project into `folder`, with a corpus of one seed, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "native" / "channel", folder / "native")
    source = folder / "native" / "criterion.c"
    text = source.read_text()
    assert text.count("\nbool ci_criterion_evaluate(") == 1
    text = text.replace("\nbool ci_criterion_evaluate(", "\nstatic bool sound(")
    shows = " ||\n\t    ".join(f"({plant.when})" for plant in PLANTS)
    source.write_text(text + _WRAPPER.replace("SHOWS", shows).replace("WRONG", WRONG.when))
    (folder / "planted_channel.py").write_text(_TARGET)
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    seeds = folder / "corpus" / "channel" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "seed.toml").write_text(_SEED)
    (STATE / "build").mkdir(parents=True, exist_ok=True)
    (folder / ".groundstop").mkdir()
    (folder / ".groundstop" / "build").symlink_to(STATE / "build")
    return folder


def write_candidate(folder: Path, plant: Plant) -> Path:
    """Write content without events whose criterion shows the plant; return its file.

    Its first criterion is met by no other file's events.  The one that is wrong is on line 12.
    """
    path = folder / f"{plant.name.replace(' ', '-')}.toml"
    path.write_text(
        f'templates = "{CORPUS}/templates/current.toml"\nchannel = 77\n\n[[instance]]\nid = 77\n'
        'name = "candidate"\ntype = "ipc"\nseverity = "low"\n\n[instance.match]\n'
        f"operation = 77\n{plant.criterion}\n"
    )
    return path
