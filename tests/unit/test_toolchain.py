# SPDX-License-Identifier: Apache-2.0
"""The toolchain with the real compiler: variants, cache, patches, and what users get wrong."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import subprocess
import sys
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
    assert told == f"compiling {recipe(tree).name}, 1 file: done once, and kept"


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
    flags = ("-DX=1",) if changed == "flag" else ()
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
    growing = recipe(tree, headers=("**/*.h",))
    first = build_shared(growing, Sanitizer.PLAIN, project_state=tree / ".groundstop")
    copied = first.parent / "tree"
    names = {str(path.relative_to(copied)) for path in copied.rglob("*.h")}
    assert names == {"answer.h", "sub/y.h"}
    assert build_shared(growing, Sanitizer.PLAIN, project_state=tree / ".groundstop") == first


@pytest.mark.parametrize("changed", ["n.inc", "libz.a", ".hidden"])
def test_files_outside_the_tree_are_in_the_key(tree: Path, tmp_path: Path, changed: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    library = outside / "libz.a"
    for name in ("n.inc", "libz.a", ".hidden"):
        (outside / name).write_text("1")
    by = {"ldflags": (str(library),)} if changed == "libz.a" else {"include": (outside,)}
    made = recipe(tree, **by)
    copy = tmp_path / "copy"
    copy.mkdir()
    made.materialize(copy)
    before = made.key(copy, ("x" * 5000,))
    (outside / changed).write_text("2")
    assert (made.key(copy, ("x" * 5000,)) == before) == (changed == ".hidden")


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
