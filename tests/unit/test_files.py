# SPDX-License-Identifier: Apache-2.0
"""Only regular files are read and replaced, and never more of one than an input may have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundstop import files
from groundstop.config import find_project
from groundstop.errors import ConfigError, InputError
from groundstop.files import fitting_name, read_input, resolved, write_atomically


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Everything that a name may lead to except a file."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


@pytest.mark.parametrize(
    "name, why",
    [
        ("fifo", "not a regular file"),
        ("device", "not a regular file"),
        ("folder", "Is a directory"),
        ("loop", "Too many levels"),
        ("gone", "No such file"),
        ("a\0b", "a path cannot have a NUL"),
    ],
)
def test_only_regular_files_are_read(odd: Path, name: str, why: str) -> None:
    with pytest.raises(InputError, match=f"cannot be read: {why}"):
        read_input(odd / name)


@pytest.mark.parametrize("name", ["fifo", "device", "folder", "loop", "gone/x", "a\0b"])
def test_only_regular_files_are_replaced(odd: Path, name: str) -> None:
    before = sorted(odd.iterdir())
    with pytest.raises(InputError):
        write_atomically(odd / name, b"x")
    assert sorted(odd.iterdir()) == before


def test_no_more_is_read_than_an_input_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "input"
    monkeypatch.setattr(files, "MAX_INPUT", 1 << 20)
    path.write_bytes(b"x" * (1 << 20))
    assert len(read_input(path)) == 1 << 20
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_input(path)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/file")
    for data in (b"new", b"again"):
        write_atomically(link, data)
        assert link.is_symlink()
        assert (tmp_path / "folder" / "file").read_bytes() == data
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["loop", "loop/x", "loop/x/y", "to-loop", "folder/../loop"])
def test_links_in_a_circle_are_an_input_error(odd: Path, name: str) -> None:
    (odd / "to-loop").symlink_to("loop/x")
    with pytest.raises(InputError, match="loop"):
        resolved(odd / name)


@pytest.mark.parametrize("name", ["gone", "gone/x", "folder/gone", "fifo", "fifo/x", "leads-away"])
def test_what_is_not_there_yet_is_no_loop(odd: Path, name: str) -> None:
    (odd / "leads-away").symlink_to("gone/y")
    assert not resolved(odd / name).is_symlink()


@pytest.mark.parametrize(
    "text", [b"x = " + b"[" * 100_000, b"x = " + b"9" * 5000, b"x = '\xff'", b"x ="]
)
def test_a_project_that_is_not_toml_is_a_config_error(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    with pytest.raises(ConfigError, match=r"pyproject\.toml: cannot be read"):
        find_project(tmp_path)


def test_a_project_that_is_a_fifo_is_a_config_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        find_project(tmp_path)


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_file_gets_the_mode_that_the_umask_leaves_it(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "file", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~mask


def test_writing_never_changes_the_umask_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may make a file just then."""
    changes: list[int] = []
    monkeypatch.setattr(os, "umask", changes.append)
    write_atomically(tmp_path / "file", b"x")
    assert changes == []


@pytest.mark.parametrize("name", ["a" * 255, "ü" * 127, "a b", "a\nb", "\udcff", "-x", "é" * 200])
def test_a_fitting_name_fits_and_stays_another_than_others(name: str) -> None:
    for plain in (False, True):
        for suffix in ("", ".finding.toml", f"-{'0' * 16}"):
            made = fitting_name(name, suffix, plain=plain)
            assert made.endswith(suffix)
            assert len(os.fsencode(made)) <= 255
            assert fitting_name(f"{name}x", suffix, plain=plain) != made
            assert made.isascii() or not plain
    assert fitting_name("seed one", ".min") == "seed one.min"
