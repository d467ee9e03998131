# SPDX-License-Identifier: Apache-2.0
"""Open a shared object, or say clearly why it does not open."""

from __future__ import annotations

import os

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from groundstop.errors import CoreError

__all__ = ["NEVER_UNLOADED", "core_error", "does_not_load", "refuse_foreign"]

# Never unmapped again: libFuzzer and the driver go on reading its counters.
NEVER_UNLOADED = os.RTLD_NOW | os.RTLD_LOCAL | os.RTLD_NODELETE

_START = "start it through its entry script or `groundstop fuzz`"

# What the dynamic linker says, and what it means for whoever reads it.
_MEANINGS = {
    "__sancov_lowest_stack": f"no fuzzing runtime is preloaded: {_START}",
    "__sanitizer_cov_": f"no fuzzing runtime is preloaded: {_START}",
    "__asan_": f"AddressSanitizer's runtime is not preloaded: {_START}",
    "__ubsan_": f"UndefinedBehaviorSanitizer's runtime is not preloaded: {_START}",
    "invalid ELF header": "it is not a shared object",
    "file too short": "it is not a shared object",
    "wrong ELF class": "it is a shared object of another kind of machine",
    "undefined symbol": "no library that it is linked with has what it calls",
}

# Two AddressSanitizers in one process end it from a constructor ("incompatible ASan
# runtimes"), before dlopen could say anything: such a core is refused unopened.
_FOREIGN_RUNTIMES = {
    b"libasan.so.": "gcc's AddressSanitizer: build it with clang",
    b"libclang_rt.asan": "a shared AddressSanitizer of its own: build it without -shared-libasan",
}


def refuse_foreign(path: str | os.PathLike[str]) -> None:
    """Raise CoreError for a shared object that cannot be read, or whose runtime is not ours."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (no time to import pathlib)
            content = file.read()
    except OSError as error:
        raise core_error(
            f"{path}: cannot be read: {error.strerror}: build the core first (`groundstop build`)"
        ) from error
    for sign, meaning in _FOREIGN_RUNTIMES.items():
        if sign in content:
            raise core_error(
                f"{path} does not load: incompatible ASan runtimes: it is linked with {meaning}"
            )


def does_not_load(path: str | os.PathLike[str], text: str) -> CoreError:
    """Return the error for what the dynamic linker says in `text`."""
    known = next((meaning for sign, meaning in _MEANINGS.items() if sign in text), None)
    return core_error(
        f"{path} does not load: {known} ({text})" if known else f"{path} does not load: {text}"
    )


def core_error(message: str) -> CoreError:
    """Return a CoreError; what errors are made of is imported when there is one."""
    from groundstop.errors import CoreError

    return CoreError(message)
