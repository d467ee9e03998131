# SPDX-License-Identifier: Apache-2.0
"""Extras: libraries that only some commands need, as pyproject.toml groups them."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution, requires

from groundstop.errors import ToolError

__all__ = ["require_extra"]


def require_extra(extra: str, what: str) -> None:
    """Raise ToolError unless every library of `extra` is installed; `what` needs them.

    To be asked before any work is done.  The libraries, and the oldest versions that do, are
    those of this installation's metadata.
    """
    marker = re.compile(rf"\s*;\s*extra\s*==\s*[\"']{re.escape(extra)}[\"']\s*$")
    wanted = [marker.sub("", line) for line in requires("groundstop") or () if marker.search(line)]
    missing = [one for one in wanted if not _is_installed(one)]
    if missing:
        words = " ".join(f"'{one}'" for one in missing)
        raise ToolError(
            f"{what} needs libraries that are not installed; nothing was run: "
            f"python -m pip install {words}"
        )


def _is_installed(requirement: str) -> bool:
    try:
        distribution(re.split(r"[^\w.-]", requirement)[0])
    except PackageNotFoundError:
        return False
    return True
