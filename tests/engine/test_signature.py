# SPDX-License-Identifier: Apache-2.0
"""The type of an entry point is read from debug information, whatever is nested in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from groundstop.errors import TargetError
from groundstop.target import check_signature
from groundstop.toolchain import find_compiler

HEAD = """\
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
"""
ENTRY = 'extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)'
USES = "{ volatile unsigned sum = 0; for (size_t i = 0; i < size; i++) sum += data[i]; return 0; }"

GOOD = {
    "plain": f"{ENTRY} {USES}",
    "local class": f"""{ENTRY} {{
        struct Guard {{ void *memory; Guard(void *m) : memory(m) {{}}
            ~Guard() {{ free(memory); }} }} guard(malloc(size)), other(malloc(1));
        return data == guard.memory;
    }}""",
    "local class with a static member": f"""{ENTRY} {{
        struct Local {{ static int LLVMFuzzerTestOneInput(void) {{ return 1; }} }};
        return (data != nullptr && size) ? Local::LLVMFuzzerTestOneInput() : 0;
    }}""",
    "lambda": f"""{ENTRY} {{
        auto kept = [&](int x, int y, int z) {{ return x + y + z + (int)size + !data; }};
        volatile int sum = kept(1, 2, 3);
        return sum == 12345;
    }}""",
    "blocks": f"""{ENTRY} {{
        {{ volatile int x = 1; {{ volatile int y = x; (void)y; }} }}
        for (size_t i = 0; i < size; i++) {{ volatile uint8_t z = data[i]; (void)z; }}
        return 0;
    }}""",
    "template": f"""template <typename T> static int any(T a, T b, T c) {{ return a + b > c; }}
    {ENTRY} {{ return data != nullptr && any<long>(size, 1, 2) && any<int>(0, 1, 2) ? 0 : 0; }}""",
    "caught": f"{ENTRY} {{ try {{ if (size) throw data[0]; }} catch (uint8_t x) {{}} return 0; }}",
    "declared before": f"{ENTRY};\n{ENTRY} {USES}",
    "called inline": f"""{ENTRY} {USES}
    extern "C" int again(const uint8_t *data, size_t size)
    {{ return LLVMFuzzerTestOneInput(data, size); }}""",
    "one of its name in a namespace": f"""namespace other {{
        static int LLVMFuzzerTestOneInput(void) {{ volatile int x = 0; return x; }} }}
    {ENTRY} {{ return size && data[0] ? other::LLVMFuzzerTestOneInput() : 0; }}""",
    "other integers and pointers": 'extern "C" long LLVMFuzzerTestOneInput(const void *d, int n) '
    "{ return d && n ? 0 : 0; }",
}
BAD = {
    "no parameter": ('extern "C" int LLVMFuzzerTestOneInput(void) { return 0; }', "int (void)"),
    "no parameter, but those of what is local": (
        """extern "C" int LLVMFuzzerTestOneInput(void) {
        struct Local { int f(const uint8_t *d, size_t n) { return d && n; } } local;
        volatile size_t n = 1; return local.f(nullptr, n); }""",
        "int (void)",
    ),
    "three": (
        """extern "C" int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n, int x)
        { return d && n && x; }""",
        "int (const uint8_t *, size_t, int)",
    ),
    "turned": (
        'extern "C" int LLVMFuzzerTestOneInput(size_t n, const uint8_t *d) { return d && n; }',
        "int (size_t, const uint8_t *)",
    ),
    "nothing returned": (
        """extern "C" void LLVMFuzzerTestOneInput(const uint8_t *d, size_t n)
        { volatile bool x = d && n; (void)x; }""",
        "void (const uint8_t *, size_t)",
    ),
}
COMPILERS = {
    "clang -O1": (*find_compiler().command, "-O1"),
    "clang -O3": (*find_compiler().command, "-O3"),
    "g++": ("g++", "-O2", "-gdwarf-4"),
}


def library(source: str, compiler: str, folder: Path) -> Path:
    command = COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    path = folder / "harness.cc"
    path.write_text(HEAD + source)
    words = [
        *command,
        *["-x", "c++", "-g", "-fPIC", "-shared", "-o"],
        str(folder / "lib.so"),
        str(path),
    ]
    # C++ is what is read here; no function of its library is needed.
    built = subprocess.run(
        [*words, "-Wl,--unresolved-symbols=ignore-all"], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return folder / "lib.so"


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("case", GOOD)
def test_an_entry_point_is_taken(tmp_path: Path, case: str, compiler: str) -> None:
    check_signature(library(GOOD[case], compiler, tmp_path), "LLVMFuzzerTestOneInput")


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("case", BAD)
def test_a_function_that_cannot_be_called_is_refused(
    tmp_path: Path, case: str, compiler: str
) -> None:
    source, signature = BAD[case]
    with pytest.raises(TargetError) as refused:
        check_signature(library(source, compiler, tmp_path), "LLVMFuzzerTestOneInput")
    assert f"`{signature}`" in str(refused.value)
