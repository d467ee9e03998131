# SPDX-License-Identifier: Apache-2.0
"""Unpack a source archive that came from elsewhere: plain files and folders, nothing else.

The filters of `tarfile` would do most of this, but Python 3.11.2 (Debian 12) lacks them.
"""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from groundstop.errors import InputError

__all__ = ["unpack"]

# Bytes, decompressed.  The largest example has 3 MB.
_MAX_BYTES = 256 << 20


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .tar.gz into `folder`, which must be empty.

    Of a file's mode only the right to execute is taken over.  Raises InputError, and may leave
    a part unpacked, where a member would lie outside `folder` or over another one, is neither
    file nor folder (links, devices), where it is all too large, or is no such archive.
    """
    try:
        with tarfile.open(fileobj=_decompressed(archive), mode="r:") as tar:
            for member in tar:
                _extract(tar, member, archive, folder)
    # ValueError, OverflowError: numbers of a header that its reader did not expect.
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError) as error:
        raise InputError(f"{archive}: cannot be unpacked: {error}") from error


def _decompressed(archive: Path) -> io.BytesIO:
    with gzip.open(archive) as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise InputError(f"{archive}: unpacks to more than {_MAX_BYTES >> 20} MiB, the limit")
    return io.BytesIO(data)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, archive: Path, folder: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or "\0" in member.name:
        raise InputError(f"{archive}: member {member.name!r} would lie outside the folder")
    place = folder / name
    if member.isdir():
        place.mkdir(parents=True, exist_ok=True)
        return
    content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
    if content is None:
        raise InputError(f"{archive}: member {member.name!r} is neither a file nor a folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    # "x": what another member wrote is not written over.
    with content, place.open("xb") as file:
        shutil.copyfileobj(content, file)
    if member.mode & 0o100:
        place.chmod(place.stat().st_mode | 0o100)
