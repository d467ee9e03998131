# SPDX-License-Identifier: Apache-2.0
"""The inputs of properties: bytes that stand for an example, and what is known of them.

    corpus/<target>/properties/<module>.<test>/<SHA-1>               one that it failed on
    corpus/<target>/properties/<module>.<test>/<SHA-1>.finding.toml  its sidecar, as of a regression
    corpus/<target>/properties/<module>.<test>/evolved/              kept by campaigns

The sidecar's `oracle` is the property, as `FILE::TEST` from the project's root.
"""

from __future__ import annotations

from pathlib import Path

from groundstop.config import Project
from groundstop.corpus._files import content_files
from groundstop.corpus._regressions import SIDECAR_SUFFIX, Regression, read_all, read_regression
from groundstop.corpus._sidecar import write_sidecar
from groundstop.errors import InputError
from groundstop.files import make_folder, resolved, unit_name, write_atomically
from groundstop.model import Release

_EVOLVED = "evolved"


def property_folder(target_name: str, project: Project, label: str) -> Path:
    """Return the folder of the property `<module>.<test>`."""
    return project.corpus_of(target_name) / "properties" / label


def list_property_inputs(target_name: str, project: Project) -> list[Regression]:
    """Return the inputs that properties failed on, by path; raises as `list_regressions`."""
    folder = project.corpus_of(target_name) / "properties"
    files = (path for path in content_files(folder) if path.parent.name != _EVOLVED)
    return read_all(list(files))


def find_property_input(target_name: str, project: Project, path: Path) -> Regression | None:
    """Return what is known of `path`, an input of a property or its sidecar.

    None for a file that lies elsewhere.  Raises as `read_regression` for its sidecar, and
    InputError for a unit that a campaign has kept: nothing is wrong with that.
    """
    path = resolved(path)
    folder = resolved(project.corpus_of(target_name) / "properties")
    if not path.is_relative_to(folder):
        return None
    if path.parent.name == _EVOLVED:
        raise InputError(f"{path}: kept by a campaign because of what it covers; no finding")
    if path.name.endswith(SIDECAR_SUFFIX):
        return read_regression(path)
    return read_regression(path.with_name(path.name + SIDECAR_SUFFIX))


def add_property_input(  # noqa: PLR0913  (the fields of a sidecar)
    target_name: str,
    project: Project,
    label: str,
    data: bytes,
    *,
    what: str,
    oracle: str,
    release: Release,
) -> Path:
    """Keep an input that a property failed on; return its file.

    One that is there keeps its sidecar, which people may have written to.  Raises InputError
    when it cannot be written.
    """
    folder = property_folder(target_name, project, label)
    make_folder(folder)
    path = folder / unit_name(data)
    sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
    if not path.exists():
        write_atomically(path, data)
    if not sidecar.exists():
        write_sidecar(sidecar, path.name, what=what, oracle=oracle, release=release)
    return path
