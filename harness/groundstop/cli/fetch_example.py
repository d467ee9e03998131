# SPDX-License-Identifier: Apache-2.0
"""`groundstop fetch-example`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from groundstop.archive import unpack
from groundstop.cli._lines import say
from groundstop.config import find_project
from groundstop.errors import ToolError


@dataclass(frozen=True, slots=True)
class _Example:
    """A source distribution of PyPI with somebody else's interpreter in it.

    It unpacks to the folder `folder`; `sha256` is that of the archive.
    """

    package: str
    version: str
    folder: str
    sha256: str


_EXAMPLES = {
    "yara": _Example(
        package="yara-python",
        version="4.5.4",
        folder="yara_python-4.5.4",
        sha256="4c682170f3d5cb3a73aa1bd0dc9ab1c0957437b937b7a83ff6d7ffd366415b9c",
    ),
}

# What pip says that helps is at its end.
_SHOWN_LINES = 6


@click.command("fetch-example")
@click.argument("name", type=click.Choice(sorted(_EXAMPLES)))
def command(name: str) -> None:
    """Download the sources of an example target, which are not part of this project.

    They come from PyPI, are checked by their hash and unpacked under .groundstop/examples.
    What is there already stays; nothing is downloaded for it.
    """
    project = find_project()
    example = _EXAMPLES[name]
    place = project.state / "examples" / name
    folder = place / example.folder
    if folder.is_dir():
        say(f"{project.relative(folder)} is already there")
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
        _fetch(name, example, place)
    except OSError as error:
        raise ToolError(f"example {name} cannot be unpacked to {folder}: {error}") from error
    say(f"{example.package} {example.version} is in {project.relative(folder)}")


def _fetch(name: str, example: _Example, place: Path) -> None:
    """Put the example's folder in `place`, whole or not at all."""
    with tempfile.TemporaryDirectory(prefix=".new-", dir=place) as temporary:
        archive = _download(name, example, Path(temporary))
        unpacked = Path(temporary) / "unpacked" / example.folder
        unpack(archive, unpacked.parent)
        if not unpacked.is_dir():
            raise ToolError(f"example {name}: {archive.name} has no folder {example.folder}")
        if not (place / example.folder).is_dir():  # another process may have been faster
            shutil.move(unpacked, place / example.folder)


def _download(name: str, example: _Example, folder: Path) -> Path:
    """Return the archive, its hash checked, by pip as well: before pip runs what is in it."""
    wanted = folder / "requirements.txt"
    wanted.write_text(
        f"{example.package}=={example.version} --hash=sha256:{example.sha256}\n", encoding="utf-8"
    )
    arguments = ["--no-binary", ":all:", "--no-deps", "--require-hashes", "--no-input"]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "download"),
            *(*arguments, "--dest", str(folder), "--requirement", str(wanted)),
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    found = sorted(folder.glob("*.tar.gz"))
    if run.returncode or len(found) != 1:
        said = "\n".join((run.stderr.strip() or run.stdout.strip()).splitlines()[-_SHOWN_LINES:])
        raise ToolError(
            f"example {name}: pip cannot download {example.package}=={example.version} with the "
            f"hash {example.sha256[:16]}… (is PyPI within reach?)\n{said}"
        )
    digest = hashlib.sha256(found[0].read_bytes()).hexdigest()
    if digest != example.sha256:
        raise ToolError(
            f"example {name}: {found[0].name} is not the archive that this version knows: its "
            f"SHA-256 is {digest}, not {example.sha256}"
        )
    return found[0]
