# SPDX-License-Identifier: Apache-2.0
"""The wheel of the Groundstop that runs, for machines that have no other place to get it from.

No release is published, so the name `groundstop` on a package index is nobody's, or somebody
else's: a workflow that installs by name would run their code.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution, requires
from pathlib import Path

from groundstop.errors import ToolError
from groundstop.toolchain import native_root

__all__ = ["build_wheel", "wheel_name"]

# Of the metadata of an installation: what belongs into a wheel.
_METADATA = ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE")
# The oldest time that a ZIP file can give: the same files make the same wheel.
_TIME = (1980, 1, 1, 0, 0, 0)


def wheel_name() -> str:
    """Return the file name of the wheel."""
    return f"groundstop-{distribution('groundstop').version}-py3-none-any.whl"


def build_wheel() -> bytes:
    """Return the wheel of what is installed, made without any build backend or network.

    Its layout is that of the binary distribution format of PyPA: the package, its C sources
    as `groundstop/_native`, metadata, and a RECORD with the SHA-256 of each file.  Raises ToolError
    where the metadata of the installation is out of date.
    """
    _check_metadata()
    information = f"groundstop-{distribution('groundstop').version}.dist-info"
    wheel, record = io.BytesIO(), []
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in _files(information):
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(data)}\n")
            _add(archive, name, data)
        record.append(f"{information}/RECORD,,\n")
        _add(archive, f"{information}/RECORD", "".join(record).encode())
    return wheel.getvalue()


def _check_metadata() -> None:
    """Raise ToolError where a checkout was installed before its dependencies changed.

    An editable installation keeps the metadata of its day: the wheel would lack libraries.
    """
    declaration = Path(__file__).resolve().parents[3] / "pyproject.toml"
    if not declaration.is_file():
        return
    project = tomllib.loads(declaration.read_text(encoding="utf-8")).get("project", {})
    if project.get("name") != "groundstop":
        return
    installed = {line for line in requires("groundstop") or () if ";" not in line}
    if missing := set(project.get("dependencies", ())) - installed:
        raise ToolError(
            f"{declaration.parent}: this Groundstop was installed before its pyproject.toml named "
            f"{', '.join(sorted(missing))}: install it again (make setup)"
        )


def _files(information: str) -> Iterator[tuple[str, bytes]]:
    package = Path(__file__).resolve().parents[1]
    native = native_root()
    for prefix, root in (("groundstop", package), ("groundstop/_native", native)):
        for path in sorted(root.rglob("*")):
            inner = path.relative_to(root)
            own = root == native or inner.parts[0] != "_native"
            if path.is_file() and own and "__pycache__" not in inner.parts:
                yield f"{prefix}/{inner.as_posix()}", path.read_bytes()
    for name in _METADATA:
        text = distribution("groundstop").read_text(name)
        if text is not None:
            yield f"{information}/{name}", text.encode()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    archive.writestr(entry, data)
