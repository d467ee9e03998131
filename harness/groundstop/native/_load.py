# SPDX-License-Identifier: Apache-2.0
"""Open a shared object, or say clearly why it does not open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.errors import CoreError

if TYPE_CHECKING:
    from cffi import FFI

# Never unmapped again: libFuzzer and the driver go on reading its counters.
_FLAGS = os.RTLD_NOW | os.RTLD_LOCAL | os.RTLD_NODELETE

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


def open_shared(ffi: FFI, path: Path) -> Any:  # noqa: ANN401  (cffi's libraries have no type)
    """Load `path` with `ffi`, all symbols bound at once; raise CoreError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CoreError(
            f"{path}: cannot be read: {error.strerror}: build the core first (`groundstop build`)"
        ) from error
    for sign, meaning in _FOREIGN_RUNTIMES.items():
        if sign in content:
            raise CoreError(
                f"{path} does not load: incompatible ASan runtimes: it is linked with {meaning}"
            )
    try:
        return ffi.dlopen(str(path.absolute()), _FLAGS)
    except OSError as error:
        # What cffi adds is about libraries that are named without a path.
        text = str(error).partition(".  Additionally")[0]
        known = next((m for sign, m in _MEANINGS.items() if sign in text), None)
        raise CoreError(
            f"{path} does not load: {known} ({text})" if known else f"{path} does not load: {text}"
        ) from error
