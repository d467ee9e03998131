# SPDX-License-Identifier: Apache-2.0
"""The toolchain with the real compiler: variants, cache, patches, and what users get wrong."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundstop.config import Project
from groundstop.errors import BuildError, TargetError, ToolError
from groundstop.model import Release, Sanitizer, Variant
from groundstop.target import Core, Target, build
from groundstop.toolchain import (
    Recipe,
    build_program,
    build_shared,
    find_compiler,
    native_root,
    sanitizer_runtime,
)
from groundstop.toolchain import _build as builder
from groundstop.toolchain._ask import Tools
from groundstop.toolchain._ledger import Seen

ANSWER = '#include "answer.h"\nint answer(void);\nint answer(void) { return ANSWER; }\n'
PATCH = """\
--- a/answer.h
+++ b/answer.h
@@ -1 +1 @@
-#define ANSWER 42
+#define ANSWER 41
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "core"
    root.mkdir()
    (root / "answer.c").write_text(ANSWER)
    (root / "answer.h").write_text("#define ANSWER 42\n")
    return root


def recipe(tree: Path, **changes: object) -> Recipe:
    fields: dict[str, object] = {
        "name": "answer",
        "root": tree,
        "sources": ("answer.c",),
        "headers": ("*.h",),
        "instrument": False,
    }
    return Recipe(**{**fields, **changes})  # type: ignore[arg-type]


def answer_of(library: Path) -> int:
    return int(ctypes.CDLL(str(library)).answer())


def test_a_built_library_runs(tree: Path, tmp_path: Path) -> None:
    library = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(library) == 42
    assert (library.parent / "tree" / "answer.c").read_text() == ANSWER


def test_who_waits_is_told_once_what_for(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="groundstop")
    monkeypatch.setattr(builder, "_WONDER_SECONDS", 0)
    for _ in range(2):
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    (told,) = caplog.messages
    assert re.fullmatch(r"compiling answer, [01] of 1 file: done once, and kept", told)


def test_the_same_inputs_are_compiled_once(tree: Path, tmp_path: Path) -> None:
    first = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    before = first.stat().st_mtime_ns
    assert build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path) == first
    assert first.stat().st_mtime_ns == before


@pytest.mark.parametrize("changed", ["header", "flag", "sanitizer"])
def test_whatever_goes_in_changes_the_key(tree: Path, tmp_path: Path, changed: str) -> None:
    first = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    if changed == "header":
        (tree / "answer.h").write_text("#define ANSWER 43\n")
    flags = ("-O0",) if changed == "flag" else ()
    sanitizer = Sanitizer.UNDEFINED if changed == "sanitizer" else Sanitizer.PLAIN
    second = build_shared(recipe(tree, cflags=flags), sanitizer, project_state=tmp_path)
    assert second.parent != first.parent


def test_a_patch_changes_the_copy_and_not_the_sources(tree: Path, tmp_path: Path) -> None:
    patch = tmp_path / "old.patch"
    patch.write_text(PATCH)
    library = build_shared(recipe(tree, patch=patch), Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(library) == 41
    assert (tree / "answer.h").read_text() == "#define ANSWER 42\n"


def test_a_patch_that_no_longer_applies_is_named(tree: Path, tmp_path: Path) -> None:
    patch = tmp_path / "old.patch"
    patch.write_text(PATCH.replace("42", "40"))
    with pytest.raises(ToolError, match=r"old\.patch: does not apply"):
        build_shared(recipe(tree, patch=patch), Sanitizer.PLAIN, project_state=tmp_path)


def test_generated_files_come_from_the_patched_tree(tree: Path, tmp_path: Path) -> None:
    def generate(copy: Path) -> dict[str, str]:
        return {"answer.h": (copy / "answer.h").read_text().replace("42", "44")}

    library = build_shared(recipe(tree, generate=generate), Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(library) == 44


def test_a_compiler_error_is_shown_as_the_compiler_wrote_it(tree: Path, tmp_path: Path) -> None:
    (tree / "answer.c").write_text("int answer(void) { return missing; }\n")
    with pytest.raises(BuildError) as caught:
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    assert f"{tree}/answer.c:1:27: error: use of undeclared identifier 'missing'" in str(
        caught.value
    )
    assert f"-c {tree}/answer.c" in caught.value.command
    assert not list((tmp_path / "build").glob("answer-*")), "a failed build leaves nothing"


def test_a_missing_source_is_named(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"gone\.c: no such file"):
        build_shared(recipe(tree, sources=("gone.c",)), Sanitizer.PLAIN, project_state=tmp_path)


BUILD = """
import sys
from pathlib import Path
from groundstop.model import Sanitizer
from groundstop.toolchain import Recipe, build_shared
root, state = map(Path, sys.argv[1:])
recipe = Recipe("answer", root, ("answer.c",), headers=("*.h",), instrument=False)
library = build_shared(recipe, Sanitizer.ADDRESS, project_state=state)
print(library, library.stat().st_ino)
"""


def test_processes_building_at_once_share_one_result(tree: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", BUILD, str(tree), str(tmp_path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    found = {process.communicate(timeout=120)[0] for process in processes}
    assert {process.returncode for process in processes} == {0}
    assert len(found) == 1
    assert not list((tmp_path / "build").glob(".new-*"))


def test_a_program_is_executable(tmp_path: Path) -> None:
    root = tmp_path / "main"
    root.mkdir()
    (root / "main.c").write_text("int main(void) { return 7; }\n")
    program = build_program(
        Recipe("main", root, ("main.c",)), Sanitizer.ADDRESS, project_state=tmp_path
    )
    assert program.stat().st_mode & 0o111


def test_a_compiler_that_is_no_clang_is_refused(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("there is no gcc to refuse")
    monkeypatch.setenv("CC", gcc)
    with pytest.raises(ToolError, match="only clang's sanitizers fit"):
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)


def test_a_compiler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/nowhere/clang")
    with pytest.raises(ToolError, match=r"/nowhere/clang does not run"):
        find_compiler()


def test_cc_may_be_several_words(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "clang -DANSWER=45")
    (tree / "answer.h").write_text("#ifndef ANSWER\n#define ANSWER 42\n#endif\n")
    library = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(library) == 45


def test_the_frameworks_own_parts_are_found() -> None:
    assert (native_root() / "driver").is_dir()
    for sanitizer in (Sanitizer.ADDRESS, Sanitizer.UNDEFINED):
        runtime = sanitizer_runtime(sanitizer)
        assert runtime is not None
        assert runtime.is_file()
    assert sanitizer_runtime(Sanitizer.PLAIN) is None


def test_patched_builds_at_once_do_not_disturb_each_other(tree: Path, tmp_path: Path) -> None:
    patch = tmp_path / "old.patch"
    patch.write_text(PATCH)
    before = Path.cwd()
    patched = recipe(tree, patch=patch)
    with ThreadPoolExecutor(4) as pool:
        built = list(
            pool.map(lambda s: build_shared(patched, s, project_state=tmp_path), list(Sanitizer))
        )
    assert [(path.parent / "tree" / "answer.h").read_text() for path in built] == [
        "#define ANSWER 41\n"
    ] * len(Sanitizer)
    assert Path.cwd() == before


def test_a_cache_inside_the_root_is_not_copied(tree: Path) -> None:
    (tree / ".venv").mkdir()
    (tree / ".venv" / "x.h").write_text("")
    (tree / "sub").mkdir()
    (tree / "sub" / "y.h").write_text("")
    growing = recipe(tree, headers=("**/*.h",), generate=lambda _: {})
    first = build_shared(growing, Sanitizer.PLAIN, project_state=tree / ".groundstop")
    copied = first.parent / "tree"
    names = {str(path.relative_to(copied)) for path in copied.rglob("*.h")}
    assert names == {"answer.h", "sub/y.h"}
    assert build_shared(growing, Sanitizer.PLAIN, project_state=tree / ".groundstop") == first


SUM = """\
#include "config.h"
int answer(void);
int answer(void) { return VALUE; }
"""


@pytest.mark.parametrize(
    "flags",
    [
        ("-I{0}/shared",),
        ("-I", "{0}/shared"),
        ("-isystem", "{0}/shared"),
        ("-iquote{0}/shared",),
        ("-idirafter", "{0}/shared"),
        ("-I../shared",),
        ("@{0}/words",),
        ("-include", "{0}/shared/config.h"),
        ("-include", "../shared/config.h", "-I{0}/shared"),
        ("-DVALUE=OTHER", "-imacros{0}/shared/other.h", "-I{0}/shared"),
    ],
)
def test_a_header_that_changes_is_seen_wherever_it_lies(
    tree: Path, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "words").write_text(f"-I{shared}\n")
    guard = "#ifndef VALUE\n#define VALUE {}\n#endif\n"
    (shared / "config.h").write_text(guard.format(1))
    (shared / "other.h").write_text("#define OTHER 1\n")
    source = SUM if "-include" not in flags or len(flags) > 2 else SUM.partition("\n")[2]
    (tree / "answer.c").write_text(source)
    made = recipe(tree, cflags=tuple(flag.format(tmp_path) for flag in flags))
    first = build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(first) == 1
    assert build_shared(made, Sanitizer.PLAIN, project_state=tmp_path) == first
    # As quick as an edit can be, and with the time of the first one.
    before = (shared / "config.h").stat()
    (shared / "config.h").write_text(guard.format(2))
    (shared / "other.h").write_text("#define OTHER 2\n")
    os.utime(shared / "config.h", ns=(before.st_atime_ns, before.st_mtime_ns))
    second = build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(second) == 2
    (shared / "config.h").write_text(guard.format(1))
    (shared / "other.h").write_text("#define OTHER 1\n")
    assert build_shared(made, Sanitizer.PLAIN, project_state=tmp_path) == first


OPTIONAL = """\
#if __has_include("extra/config.h")
#include "extra/config.h"
#else
#include <second.h>
#endif
#include "sub/third.h"
int answer(void);
int answer(void) { return VALUE + THIRD; }
"""


@pytest.mark.parametrize("appears", ["extra/config.h", "first/second.h", "sub/third.h"])
def test_a_header_that_would_be_found_first_now_is_seen(
    tree: Path, tmp_path: Path, appears: str
) -> None:
    for name, text in {
        "later/second.h": "#define VALUE 1\n",
        "later/sub/third.h": "#define THIRD 0\n",
        "first/unrelated.h": "",
    }.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    (tree / "answer.c").write_text(OPTIONAL)
    made = recipe(tree, include=(tree / "first", tree / "later"))
    assert answer_of(build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)) == 1
    (tree / appears).parent.mkdir(exist_ok=True)
    (tree / appears).write_text(
        "#define VALUE 5\n#define THIRD 4\n" if "third" not in appears else "#define THIRD 4\n"
    )
    again = build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(again) == 5


@pytest.mark.parametrize("words", [("-L.", "-lz_"), ("libz_.a",), ("-L{0}", "-l:libz_.a"), ("@w",)])
@pytest.mark.parametrize("linker", ["bfd", "gold"])
def test_a_library_that_changes_is_seen_however_it_is_named(
    tree: Path, tmp_path: Path, words: tuple[str, ...], linker: str
) -> None:
    if shutil.which(f"ld.{linker}") is None:
        pytest.skip(f"there is no ld.{linker}")

    def archive(value: int, name: str = "libz_.a") -> None:
        command = ["clang", "-fPIC", "-c", "-x", "c", "-", "-o", "z.o"]
        text = f"int z(void) {{ return {value}; }}"
        subprocess.run(command, input=text, text=True, cwd=tree, check=True)
        (tree / name).unlink(missing_ok=True)
        subprocess.run(["ar", "rcs", name, "z.o"], cwd=tree, check=True)

    archive(1)
    (tree / "w").write_text("-L. -lz_")
    (tree / "answer.c").write_text("int z(void);\nint answer(void) { return z(); }\n")
    flags = tuple(word.format(tree) for word in words)
    made = recipe(tree, ldflags=(f"-fuse-ld={linker}", *flags))
    first = build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)
    assert answer_of(first) == 1
    assert build_shared(made, Sanitizer.PLAIN, project_state=tmp_path) == first
    archive(2)
    assert answer_of(build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)) == 2


def test_a_library_that_would_be_found_first_now_is_seen(tree: Path, tmp_path: Path) -> None:
    (tree / "answer.c").write_text("int z(void);\nint answer(void) { return z(); }\n")
    for folder in ("second", "first"):
        (tree / folder).mkdir()
    made = recipe(tree, ldflags=("-Lfirst", "-Lsecond", "-lz_"))

    def library(folder: str, value: int) -> None:
        command = ["clang", "-shared", "-fPIC", "-x", "c", "-", "-o", f"{folder}/libz_.so"]
        text = f"int z(void) {{ return {value}; }}"
        subprocess.run(command, input=text, text=True, cwd=tree, check=True)

    def needed() -> Path:
        return build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)

    library("second", 1)
    first = needed()
    assert needed() == first
    library("first", 2)
    # Both are only named in what is made: that it was linked again shows in the ledger.
    ledger = tmp_path / "build" / "ledger"
    before = {path: path.read_text().count('"result"') for path in ledger.iterdir()}
    needed()
    after = {path: path.read_text().count('"result"') for path in ledger.iterdir()}
    assert before != after


@pytest.mark.parametrize(
    "name, value",
    [
        ("CPATH", "{}"),
        ("C_INCLUDE_PATH", "{}"),
        ("CCC_OVERRIDE_OPTIONS", "+-DVALUE=9"),
        ("LIBRARY_PATH", "{}"),
        ("COMPILER_PATH", "{}"),
        ("GCC_EXEC_PREFIX", "{}/"),
        ("DEPENDENCIES_OUTPUT", "{}/told"),
        ("SOURCE_DATE_EPOCH", "0"),
    ],
)
def test_the_environment_changes_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    first = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    shutil.rmtree(tmp_path / "build")
    folder = tmp_path / "named"
    folder.mkdir()
    (folder / "answer.h").write_text("#error this one is not meant\n")
    monkeypatch.setenv(name, value.format(folder))
    assert build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path) == first
    assert [path.name for path in folder.iterdir()] == ["answer.h"]


def test_another_compiler_of_the_same_name_and_version_compiles_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapper = tmp_path / "bin" / "clang"
    wrapper.parent.mkdir()
    real = shutil.which("clang")
    monkeypatch.setenv("CC", str(wrapper))
    (tree / "answer.h").write_text("#ifndef ANSWER\n#define ANSWER 42\n#endif\n")
    for flag, answer in (("", 42), ("-DANSWER=43", 43)):
        wrapper.write_text(f'#!/bin/sh\nexec {real} {flag} "$@"\n')
        wrapper.chmod(0o755)
        library = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
        assert answer_of(library) == answer


def test_what_the_compiler_does_not_tell_is_compiled_each_time(tree: Path, tmp_path: Path) -> None:
    (tree / "answer.c").write_text(
        "extern const unsigned char blob[];\n"
        '__asm__(".data\\nblob: .incbin \\"blob\\"\\n.text");\n'
        "int answer(void);\nint answer(void) { return blob[0]; }\n"
    )
    for answer in (7, 8):
        (tree / "blob").write_bytes(bytes([answer]))
        library = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
        assert answer_of(library) == answer


def count_compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    really = Tools.compile

    def compile_one(self: Tools, source: Path, flags: Sequence[str], product: Path) -> Seen:
        done.append(source.name)
        return really(self, source, flags, product)

    monkeypatch.setattr(Tools, "compile", compile_one)
    return done


def test_only_the_file_that_changed_is_compiled(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = count_compiled(monkeypatch)
    (tree / "other.c").write_text("int other;\n")
    two = recipe(tree, sources=("answer.c", "other.c"))
    build_shared(two, Sanitizer.PLAIN, project_state=tmp_path)
    (tree / "answer.c").write_text(f"\n{ANSWER}")
    build_shared(two, Sanitizer.PLAIN, project_state=tmp_path)
    assert sorted(done) == ["answer.c", "answer.c", "other.c"]
    build_shared(two, Sanitizer.PLAIN, project_state=tmp_path)
    assert len(done) == 3


def test_releases_share_what_is_the_same_in_them(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = count_compiled(monkeypatch)
    (tree / "other.c").write_text("int other;\n")
    for answer in (43, 44, 43):
        text = f"#define ANSWER {answer}\n"
        release = recipe(
            tree, sources=("answer.c", "other.c"), generate=lambda _, text=text: {"answer.h": text}
        )
        library = build_shared(release, Sanitizer.PLAIN, project_state=tmp_path)
        assert answer_of(library) == answer
    assert sorted(done) == ["answer.c", "answer.c", "other.c"]


def test_a_flag_that_names_a_file_of_the_tree_builds_once(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = count_compiled(monkeypatch)
    for generate in (None, lambda _: {"more.h": ""}):
        named = recipe(tree, cflags=("-include", "answer.h"), generate=generate)
        first = build_shared(named, Sanitizer.PLAIN, project_state=tmp_path)
        assert build_shared(named, Sanitizer.PLAIN, project_state=tmp_path) == first
    assert len(done) == 2


def test_what_is_built_needs_no_compiler(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.delenv("CC", raising=False)
    assert build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path) == first
    (tree / "answer.h").write_text("#define ANSWER 43\n")
    with pytest.raises(ToolError, match="no clang on PATH"):
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)


@pytest.mark.parametrize(
    "script, error, words",
    [
        ("kill -9 $$", ToolError, "the compiler was killed (SIGKILL)"),
        ("echo 'clang: error: unable to execute command: Killed' >&2; exit 1", ToolError, "Killed"),
        ("echo 'LLVM ERROR: No space left on device' >&2; exit 1", ToolError, "make room"),
        ("echo 'answer.c:1:1: error: no' >&2; exit 1", BuildError, "error: no"),
    ],
)
def test_a_compiler_that_could_not_work_is_told_from_one_that_refused(  # noqa: PLR0913, PLR0917
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    error: type[Exception],
    words: str,
) -> None:
    wrapper = tmp_path / "cc"
    real = shutil.which("clang")
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *--version*) exec {real} "$@";; esac\n{script}\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("CC", str(wrapper))
    with pytest.raises(error, match=re.escape(words)) as caught:
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)
    assert type(caught.value) is error


def test_a_full_disk_is_told_as_that(tree: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for it: the copy of a source is cut short."""
    (tree / "big.h").write_bytes(b"/*" + b" " * 100_000 + b"*/")
    changed = recipe(tree, generate=lambda _: {})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(ToolError, match="cannot be written to: File too large") as caught:
            build_shared(changed, Sanitizer.PLAIN, project_state=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be read" not in str(caught.value)
    assert answer_of(build_shared(changed, Sanitizer.PLAIN, project_state=tmp_path)) == 42


def test_a_state_on_a_mount_without_exec_is_refused(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.statvfs

    class Mounted:
        f_flag = really(tmp_path).f_flag | os.ST_NOEXEC

    monkeypatch.setattr(os, "statvfs", lambda _path: Mounted)
    with pytest.raises(ToolError, match="mounted noexec"):
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)


@pytest.mark.parametrize(
    "name", ["with space", "a:b", "qu'ote", 'dou"ble', "größe", "$x", "#h", "a=b"]
)
def test_a_path_may_be_anything(tree: Path, tmp_path: Path, name: str) -> None:
    odd = tmp_path / name
    tree.rename(odd)
    state = odd / ".groundstop"
    for generate in (None, lambda _: {"more.h": ""}):
        made = recipe(odd, generate=generate)
        first = build_shared(made, Sanitizer.UNDEFINED, project_state=state)
        assert build_shared(made, Sanitizer.UNDEFINED, project_state=state) == first
        (odd / "answer.h").write_text("#define ANSWER 43\n")
        assert build_shared(made, Sanitizer.UNDEFINED, project_state=state) != first
        (odd / "answer.h").write_text("#define ANSWER 42\n")


def test_flags_of_c_and_of_cplusplus_are_apart(tree: Path, tmp_path: Path) -> None:
    (tree / "plus.cc").write_text('extern "C" int plus() { return VALUE; }\n')
    made = recipe(
        tree,
        sources=("answer.c", "plus.cc"),
        cflags=("-std=c11", "-Werror=implicit"),
        cxxflags=("-std=c++17", "-DVALUE=1"),
        each={"plus.cc": ("-UVALUE", "-DVALUE=3")},
    )
    library = build_shared(made, Sanitizer.PLAIN, project_state=tmp_path)
    assert ctypes.CDLL(str(library)).plus() == 3


def test_a_header_may_have_any_name(tree: Path, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tree) + b"/\xff.h")).write_text("")
    assert build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path).is_file()


def test_the_environment_names_no_folders_for_the_compiler(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "answer.c").write_text("#include <unkeyed.h>\n")
    (tmp_path / "unkeyed.h").write_text("")
    monkeypatch.setenv("CPATH", str(tmp_path))
    with pytest.raises(BuildError, match=r"unkeyed\.h"):
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=tmp_path)


def test_a_file_in_place_of_the_state_is_named(tree: Path, tmp_path: Path) -> None:
    state = tmp_path / ".groundstop"
    state.write_text("")
    with pytest.raises(ToolError, match=r"\.groundstop/build: .*is a file in its place"):
        build_shared(recipe(tree), Sanitizer.PLAIN, project_state=state)


@pytest.mark.parametrize("cc, message", [('clang "', "no command line"), (" ", "CC is blank")])
def test_a_cc_that_is_no_command_is_named(
    monkeypatch: pytest.MonkeyPatch, cc: str, message: str
) -> None:
    monkeypatch.setenv("CC", cc)
    with pytest.raises(ToolError, match=message):
        find_compiler()


@pytest.mark.parametrize("sanitizer", list(Sanitizer))
def test_a_missing_entry_point_fails_the_build(
    tree: Path, tmp_path: Path, sanitizer: Sanitizer
) -> None:
    project = Project(tmp_path, tmp_path / "corpus")
    variant = Variant(Release(), sanitizer)
    good = Target("vm", Core(root=tree, sources=("answer.c",), entry="answer"))
    assert build(good, variant, project).library.is_file()
    wrong = Target("vm", Core(root=tree, sources=("answer.c",), entry="answers"))
    with pytest.raises(BuildError, match=r"define `int answers\(.*without `static`"):
        build(wrong, variant, project)


def test_sources_that_are_no_tuple_are_refused(tree: Path) -> None:
    with pytest.raises(TargetError, match=r'write sources=\("vm\.c",\)'):
        Core(root=tree, sources="vm.c")  # type: ignore[arg-type]
