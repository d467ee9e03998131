# SPDX-License-Identifier: Apache-2.0
"""Archives from elsewhere: what is good is unpacked on every Python, all else is refused."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
from pathlib import Path

import pytest

from groundstop import archive as archives
from groundstop.archive import unpack
from groundstop.errors import InputError


def member(name: str, kind: bytes = tarfile.REGTYPE, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def make(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def unpacked(tmp_path: Path) -> Path:
    folder = tmp_path / "unpacked" / "here"
    folder.mkdir(parents=True)
    return folder


def test_files_and_folders_are_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python 3.11.2 has no filters.
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = make(
        tmp_path / "good.tar.gz",
        (member("a", tarfile.DIRTYPE), b""),
        (member("a/b/c.h"), b"text"),
        (member("a/run", mode=0o6777), b"#!"),
    )
    folder = unpacked(tmp_path)
    unpack(archive, folder)
    assert (folder / "a" / "b" / "c.h").read_bytes() == b"text"
    mode = (folder / "a" / "run").stat().st_mode
    assert mode & stat.S_IXUSR
    assert not mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH)


HOSTILE = {
    "above": [(member("../outside"), b"x")],
    "above, within": [(member("a/../../outside"), b"x")],
    "symbolic link": [(member("link", tarfile.SYMTYPE, linkname=".."), b"")],
    "through a link": [
        (member("link", tarfile.SYMTYPE, linkname=".."), b""),
        (member("link/outside"), b"x"),
    ],
    "hard link": [(member("link", tarfile.LNKTYPE, linkname="../outside"), b"")],
    "fifo": [(member("pipe", tarfile.FIFOTYPE), b"")],
    "device": [(member("null", tarfile.CHRTYPE, devmajor=1, devminor=3), b"")],
    "twice": [(member("a"), b"first"), (member("a"), b"second")],
    "file as folder": [(member("a"), b"first"), (member("a/b"), b"second")],
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_members_are_refused(tmp_path: Path, case: str) -> None:
    archive = make(tmp_path / "hostile.tar.gz", *HOSTILE[case])
    folder = unpacked(tmp_path)
    with pytest.raises(InputError, match=r"hostile\.tar\.gz"):
        unpack(archive, folder)
    assert not (folder.parent / "outside").exists()
    assert not (tmp_path / "outside").exists()
    assert [path for path in folder.rglob("*") if path.is_symlink()] == []


def test_an_absolute_name_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    archive = make(tmp_path / "hostile.tar.gz", (member(str(outside)), b"x"))
    with pytest.raises(InputError):
        unpack(archive, unpacked(tmp_path))
    assert not outside.exists()


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MAX_BYTES", 1 << 20)
    archive = make(tmp_path / "bomb.tar.gz", (member("zeros"), bytes(2 << 20)))
    folder = unpacked(tmp_path)
    with pytest.raises(InputError, match="1 MiB"):
        unpack(archive, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["no gzip", "no tar", "cut"])
def test_what_is_no_archive_is_refused(tmp_path: Path, damage: str) -> None:
    archive = make(tmp_path / "a.tar.gz", (member("a"), bytes(range(256)) * 64))
    good = archive.read_bytes()
    archive.write_bytes(
        {"no gzip": b"text", "no tar": gzip.compress(b"text" * 1000), "cut": good[:-20]}[damage]
    )
    with pytest.raises(InputError):
        unpack(archive, unpacked(tmp_path))
