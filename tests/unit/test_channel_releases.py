# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from groundstop.errors import TargetError
from groundstop.targets.channel.releases import (
    SuppliedInput,
    SuppliedRelease,
    SuppliedType,
    generate_table,
    load_release,
)
from support.cbuild import CHANNEL, KERNEL, compile_c

if TYPE_CHECKING:
    from pathlib import Path

RELEASES = ("7.10", "7.11", "7.15")

GOOD = """\
name = "1.0"
[[type]]
id = 3
name = "first"
declared = 2
inputs = [{ name = "path", kind = "bytes" }, { name = "size", kind = "integer" }]
[[type]]
id = 8
name = "second"
declared = 1
inputs = [{ name = "path", kind = "bytes" }]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "releases" / "1.0.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_release_is_read(tmp_path: Path) -> None:
    release = load_release(write(tmp_path, GOOD))
    path, size = SuppliedInput("path", "bytes"), SuppliedInput("size", "integer")
    first = SuppliedType(3, "first", 2, (path, size))
    assert release == SuppliedRelease("1.0", (first, SuppliedType(8, "second", 1, (path,))))
    assert release.find_type(3) is first or release.find_type(3) == first
    assert release.find_type(4) is None


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('name = "1.0"', 'name = "1.1"', "name: is '1.1', but the file is called 1.0.toml"),
        ('name = "1.0"', 'name = "1\\n0"', "name: must be a text"),
        ('name = "1.0"', "", "name is missing"),
        ('name = "1.0"', 'name = "1.0"\nother = 1', "other is unknown"),
        ('name = "1.0"', "name = ", "cannot be read"),
        ("id = 8", "id = 3", "type[1].id: must be over 3"),
        ("id = 8", "id = 0", "type[1].id: must be a number from 1"),
        ("id = 8", "id = 4294967296", "type[1].id: must be a number from 1 to 4294967295"),
        ("id = 8", "id = true", "type[1].id: must be a number from 1"),
        ('"first"', '"fi\\"rst"', "type[0].name: must be a text"),
        ("declared = 2", "declared = 65", "type[0].declared: must be a number from 1 to 64"),
        ("declared = 2", "", "type[0]: declared is missing"),
        ('"integer"', '"float"', 'type[0].inputs[1].kind: must be "bytes" or "integer"'),
        ('"integer"', "[1]", 'type[0].inputs[1].kind: must be "bytes" or "integer"'),
        ('"size"', '"path"', "type[0].inputs[1].name: 'path' is there twice"),
        ('"size"', '"a size"', "type[0].inputs[1].name: must be a text"),
        ('[{ name = "path", kind = "bytes" }]', "[]", "type[1].inputs: must be an array of 1 to"),
        ('[{ name = "path", kind = "bytes" }]', "[1]", "type[1].inputs[0]: must be a table"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(TargetError) as error:
        load_release(path)
    assert str(path) in str(error.value)
    assert message in str(error.value)


def test_types_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="type: must be an array"):
        load_release(write(tmp_path, 'name = "1.0"\ntype = 3\n'))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"9\.9\.toml: cannot be read"):
        generate_table(tmp_path, "9.9")


@pytest.mark.parametrize("name", RELEASES)
def test_every_release_declares_what_it_supplies(name: str) -> None:
    release = load_release(CHANNEL / "releases" / f"{name}.toml")
    assert release.types
    assert all(known.declared == len(known.inputs) for known in release.types)


def test_releases_are_listed() -> None:
    assert {path.stem for path in (CHANNEL / "releases").glob("*.toml")} == set(RELEASES)


def test_shared_types_are_the_same() -> None:
    releases = [load_release(CHANNEL / "releases" / f"{name}.toml") for name in RELEASES]
    for old, new in itertools.pairwise(releases):
        assert set(old.types) < set(new.types)


def test_ipc_has_21_inputs_since_7_11() -> None:
    counts = []
    for name in RELEASES:
        release = load_release(CHANNEL / "releases" / f"{name}.toml")
        counts += [len(known.inputs) for known in release.types if known.name == "ipc"]
    assert counts == [21, 21]


def check_table(folder: Path, table: str) -> None:
    (folder / "release_table.inc").write_text(table, encoding="utf-8")
    compile_c(*KERNEL, "-fsyntax-only", "-I", folder, CHANNEL / "release.c")


def test_the_table_compiles(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    table = generate_table(tmp_path, "1.0")
    assert table.keys() == {"release_table.inc"}
    assert table == generate_table(tmp_path, "1.0")
    check_table(tmp_path, table["release_table.inc"])


@pytest.mark.parametrize("first", [1, 2**31 - 2, 2**31 - 1, 2**31, 2**32 - 2])
def test_any_two_ids_that_ascend_compile(tmp_path: Path, first: int) -> None:
    for second in (first + 1, 2**32 - 1):
        write(tmp_path, GOOD.replace("id = 3", f"id = {first}").replace("id = 8", f"id = {second}"))
        check_table(tmp_path, generate_table(tmp_path, "1.0")["release_table.inc"])


@pytest.mark.parametrize("first, second", [(2**31, 2**31 - 1), (2**31, 2**31), (2**32 - 1, 1)])
def test_ids_that_do_not_ascend_do_not_compile(tmp_path: Path, first: int, second: int) -> None:
    write(tmp_path, GOOD)
    table = generate_table(tmp_path, "1.0")["release_table.inc"]
    for old, new in ((3, first), (8, second)):
        table = table.replace(f"({old},", f"({new},").replace(f"INPUTS_{old}(", f"INPUTS_{new}(")
    with pytest.raises(AssertionError):
        check_table(tmp_path, table)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('"first", 2', '"first", 3', "first: declared and supplied inputs differ"),
        ('"first", 2', '"first", 1', "first: declared and supplied inputs differ"),
        ("(3,", "(9,", "second: type ids must ascend from 1"),
        ("(3,", "(0,", "first: type ids must ascend from 1"),
        (
            "CI_INPUTS_8(INPUT) \\\n",
            "CI_INPUTS_8(INPUT) " + 'INPUT(BYTES, "x") ' * 64 + "\\\n",
            "second: too many inputs",
        ),
    ],
)
def test_the_compiler_checks_the_table(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Whatever the generator makes of a release file: release.c has the last word."""
    write(tmp_path, GOOD)
    table = generate_table(tmp_path, "1.0")["release_table.inc"]
    assert old in table
    changed = table.replace(old, new).replace(
        "INPUTS_3(", f"INPUTS_{new[1:-1]}(" if old == "(3," else "INPUTS_3("
    )
    with pytest.raises(AssertionError, match=message):
        check_table(tmp_path, changed)
