# SPDX-License-Identifier: Apache-2.0
"""groundstop.native: a core that cannot be loaded says why, and exact sizes are exact."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from groundstop.errors import CoreError
from groundstop.model import Sanitizer
from groundstop.native import load_core, open_library, preloaded_driver
from groundstop.native._abi import ffi
from groundstop.native._ffi import DECLARATIONS
from groundstop.toolchain import find_compiler, native_root, sanitizer_runtime
from support.engine import READING_CORE

ADDRESS = ("-fsanitize=address,fuzzer-no-link",)


def compiled(folder: Path, *flags: str, compiler: tuple[str, ...] | None = None) -> Path:
    source = folder / "reading.c"
    source.write_text(READING_CORE)
    library = folder / "core.so"
    command = (*(compiler or find_compiler().command), "-shared", "-fPIC", "-DPAST=1")
    subprocess.run(
        [*command, "-DONLY_EMPTY=0", *flags, str(source), "-o", str(library)], check=True
    )
    return library


def test_a_core_without_instrumentation_loads(tmp_path: Path) -> None:
    core = load_core(compiled(tmp_path), "reading_entry")
    data = ffi.from_buffer("const uint8_t[]", b"FF")
    assert core.function(data, len(data)) == 0


def test_a_missing_core_is_named(tmp_path: Path) -> None:
    with pytest.raises(CoreError, match=r"gone\.so: cannot be read: No such file.*build"):
        load_core(tmp_path / "gone.so", "reading_entry")


def test_a_missing_entry_point_is_named(tmp_path: Path) -> None:
    with pytest.raises(CoreError, match=r"no entry point other_entry.*without `static`"):
        load_core(compiled(tmp_path), "other_entry")


def test_a_name_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CoreError, match="no C identifier"):
        load_core(compiled(tmp_path), "f); int g(")


@pytest.mark.parametrize("flags", [ADDRESS, ("-fsanitize=fuzzer-no-link",)])
def test_an_instrumented_core_asks_for_its_runtime(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with pytest.raises(
        CoreError, match=r"(runtime is not|no fuzzing runtime is) preloaded"
    ) as caught:
        load_core(compiled(tmp_path, *flags), "reading_entry")
    assert "entry script" in str(caught.value)


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    (tmp_path / "core.so").write_bytes(b"\x7fELF and then nothing of the kind" * 8)
    with pytest.raises(CoreError, match=r"core\.so does not load"):
        load_core(tmp_path / "core.so", "reading_entry")


@pytest.mark.parametrize("kind", ["gcc", "clang"])
def test_a_foreign_sanitizer_runtime_is_refused(tmp_path: Path, kind: str) -> None:
    """Opened all the same, either would end this very process."""
    if kind == "gcc":
        gcc = shutil.which("gcc")
        if gcc is None:
            pytest.skip("no gcc here")
        library = compiled(tmp_path, "-fsanitize=address", compiler=(gcc,))
    else:
        library = compiled(tmp_path, "-fsanitize=address", "-shared-libasan")
    with pytest.raises(CoreError, match="incompatible ASan runtimes"):
        load_core(library, "reading_entry")


def test_no_driver_is_said_so() -> None:
    with pytest.raises(CoreError, match="driver is not preloaded"):
        preloaded_driver()


EXACT = """\
import sys
from pathlib import Path
from groundstop.native import open_library

library = open_library(
    Path(sys.argv[1]), "int reading_entry(const uint8_t *data, size_t size);"
)
data = bytes.fromhex(sys.argv[2])
with library.exact(data) as pointer:
    library.functions.reading_entry(pointer, len(data))
print("nothing noticed")
"""


@pytest.mark.parametrize("data", ["", "61", "6162636465666768", "61" * 500])
def test_exact_memory_shows_one_byte_too_many(tmp_path: Path, data: str) -> None:
    runtime = sanitizer_runtime(Sanitizer.ADDRESS)
    run = subprocess.run(
        [sys.executable, "-c", EXACT, str(compiled(tmp_path, *ADDRESS)), data],
        env={"LD_PRELOAD": str(runtime), "ASAN_OPTIONS": "detect_leaks=0:exitcode=77"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 77, run.stdout + run.stderr
    assert "heap-buffer-overflow" in run.stderr


def test_declarations_that_do_not_parse_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(CoreError, match="cannot be parsed"):
        open_library(compiled(tmp_path), "int f(;")


def test_python_declares_what_the_headers_do() -> None:
    """The structure and the functions, word for word, constants put in."""
    constants = {
        "GS_REPORT_OUTCOME_CAPACITY": "65536",
        "GROUNDSTOP_MAX_ELEMENTS": "65536",
        "GROUNDSTOP_MAX_FINDING": "255",
    }
    root = native_root()
    text = "".join((root / "driver" / name).read_text() for name in ("report.h", "driver.h"))
    headers = text + (root / "include" / "groundstop.h").read_text()
    for name, value in constants.items():
        assert re.search(rf"#define {name} {value}u", headers)
        text = text.replace(f"[{name}]", f"[{value}]")
    plain = squeezed(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    for declaration in re.findall(r"[^;{]+(?:\{[^}]*\})?[^;]*;", DECLARATIONS):
        assert squeezed(declaration) in plain


def squeezed(text: str) -> str:
    return " ".join(text.split())
