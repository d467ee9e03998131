# SPDX-License-Identifier: Apache-2.0
"""Write what is known of an input beside it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from groundstop.files import write_atomically
from groundstop.model import Release
from groundstop.words import visible

__all__ = ["write_sidecar"]


def write_sidecar(path: Path, name: str, *, what: str, oracle: str, release: Release) -> None:
    """Write the sidecar of the input `name`, found today; raise InputError if it cannot be."""
    lines = [f"input = {_text(name)}", f"what = {_text(what)}", f"oracle = {_text(oracle)}"]
    if str(release):
        lines.append(f"release = {_text(str(release))}")
    lines.append(f"found = {dt.datetime.now(dt.UTC).date().isoformat()}")
    write_atomically(path, ("\n".join(lines) + "\n").encode())


def _text(text: str) -> str:
    """Return a TOML string: a literal one over several lines where that is possible."""
    plain = visible(text).replace("\t", "\\t")
    if "\n" not in plain or "'''" in plain or plain.endswith("'"):
        return json.dumps(plain, ensure_ascii=False)
    return f"'''\n{plain}'''"
