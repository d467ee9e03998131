# SPDX-License-Identifier: Apache-2.0
"""The toolchain with the real compiler: variants, cache, patches, and what users get wrong."""

from __future__ import annotations

import ctypes
import multiprocessing
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundstop.errors import BuildError, ToolError
from groundstop.model import Sanitizer
from groundstop.toolchain import (
    Recipe,
    build_program,
    build_shared,
    find_compiler,
    native_root,
    sanitizer_runtime,
)

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


def _build_in_process(tree: Path, state: Path, start: object, results: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    library = build_shared(recipe(tree), Sanitizer.ADDRESS, project_state=state)
    results.put((str(library), library.stat().st_ino))  # type: ignore[attr-defined]


def test_two_processes_building_at_once_share_one_result(tree: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=_build_in_process, args=(tree, tmp_path, start, results))
        for _ in range(4)
    ]
    for process in processes:
        process.start()
    found = {results.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
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
