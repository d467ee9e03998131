# SPDX-License-Identifier: Apache-2.0
"""Where the framework's own C sources and Atheris' sanitizer runtimes are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from groundstop.errors import ToolError
from groundstop.model import Sanitizer

_RUNTIME_FILES = {
    Sanitizer.ADDRESS: "asan_with_fuzzer.so",
    Sanitizer.UNDEFINED: "ubsan_with_fuzzer.so",
}


def native_root() -> Path:
    """Return the folder that holds `include/`, `driver/` and `mutator/`.

    A wheel carries it as `groundstop/_native`; in a checkout it is `native/` beside `harness/`.
    """
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "_native", package.parents[1] / "native"):
        if (candidate / "include" / "groundstop.h").is_file():
            return candidate
    raise ToolError(
        f"the framework's C sources are missing (looked beside {package}): reinstall groundstop"
    )


def sanitizer_runtime(sanitizer: Sanitizer) -> Path | None:
    """Return Atheris' preloadable runtime for `sanitizer`, None for one that needs none.

    Found without importing Atheris, which takes a tenth of a second and must not happen
    in a process that does not fuzz.
    """
    name = _RUNTIME_FILES.get(sanitizer)
    if name is None:
        return None
    # The runtimes are top-level files of the wheel, beside the package (atheris.path()).
    spec = importlib.util.find_spec("atheris")
    if spec is None or spec.origin is None:
        raise ToolError("Atheris is not installed: pip install atheris")
    runtime = Path(spec.origin).resolve().parents[1] / name
    if not runtime.is_file():
        raise ToolError(f"Atheris has no {name} (looked in {runtime.parent}): reinstall atheris")
    return runtime
