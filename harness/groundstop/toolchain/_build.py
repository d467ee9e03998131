# SPDX-License-Identifier: Apache-2.0
"""Compile a recipe, or find that it was compiled before.

The cache is a folder `build/<name>-<sanitizer>-<key>/` under the project's state, with
the source tree as it was compiled (`tree/`) and the finished file.  A folder is made beside its
final place and renamed: it is there whole or not at all, and of two processes that
build the same thing at once the second one finds the first one's result.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from groundstop.errors import BuildError, ToolError
from groundstop.model import Sanitizer
from groundstop.toolchain._compiler import Compiler, find_compiler
from groundstop.toolchain._flags import compile_flags, link_flags
from groundstop.toolchain._recipe import Recipe
from groundstop.words import counted

# Builds that nobody used for this long are removed when something new is built.
_KEEP_SECONDS = 60 * 24 * 3600
_STALE_TEMPORARY_SECONDS = 3600
_WONDER_SECONDS = 2.0
# The compiler would search folders that these name, and their files are not in the key:
# what is in the cache must not depend on the environment of who built it first.
_UNKEYED = {"CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH"}


def build_shared(recipe: Recipe, sanitizer: Sanitizer, *, project_state: Path) -> Path:
    """Compile `recipe` into a shared object and return its path; raise BuildError."""
    return _build(recipe, sanitizer, project_state, shared=True)


def build_program(recipe: Recipe, sanitizer: Sanitizer, *, project_state: Path) -> Path:
    """Compile `recipe` into an executable and return its path; raise BuildError."""
    return _build(recipe, sanitizer, project_state, shared=False)


def _build(recipe: Recipe, sanitizer: Sanitizer, project_state: Path, *, shared: bool) -> Path:
    compiler = find_compiler()
    store = project_state / "build"
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(
            f"{store}: builds are kept in this folder, and it cannot be made: {error.strerror} "
            "(is a file in its place?)"
        ) from error
    product = f"lib{recipe.name}.so" if shared else recipe.name
    cflags = (*compile_flags(sanitizer, instrument=recipe.instrument), *recipe.cflags)
    ldflags = (*link_flags(sanitizer, shared=shared), *recipe.ldflags)
    words = (*compiler.command, compiler.version, *cflags, "|", *ldflags, product, *recipe.sources)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=store) as temporary:
        tree = Path(temporary) / "tree"
        tree.mkdir()
        recipe.materialize(tree)
        finished = store / f"{recipe.name}-{sanitizer}-{recipe.key(tree, words)}"
        with _locked(store / f".lock-{finished.name[-2:]}"):
            if not (finished / product).exists():
                shutil.rmtree(finished, ignore_errors=True)
                _compile(recipe, compiler, tree, cflags, ldflags, Path(temporary) / product)
                os.rename(temporary, finished)  # noqa: PTH104  (temporary is a str by contract)
                os.mkdir(temporary)  # noqa: PTH102  (TemporaryDirectory removes what it made)
                _prune(store)
            os.utime(finished)
    return finished / product


def _compile(  # noqa: PLR0913, PLR0917  (what a compiler run consists of)
    recipe: Recipe,
    compiler: Compiler,
    tree: Path,
    cflags: tuple[str, ...],
    ldflags: tuple[str, ...],
    product: Path,
) -> None:
    # Debug information names the files where people edit them, not the cache's copy.
    prefix_map = f"-ffile-prefix-map={tree}={recipe.root}"
    if "-fsanitize=undefined" in cflags:
        # UBSan's messages know no prefix map; without this they name the temporary folder.
        cflags += (f"-fsanitize-undefined-strip-path-components={len(tree.parts)}",)
    includes = [f"-I{folder}" for folder in (tree, *recipe.include)]
    objects = [f"{source}.o" for source in recipe.sources]

    def compile_one(source: str) -> None:
        command = [*compiler.command, *cflags, prefix_map, *includes]
        _run(recipe, [*command, "-c", str(tree / source), "-o", f"{source}.o"], tree)

    with _told(recipe), ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(compile_one, recipe.sources))
    _run(recipe, [*compiler.command, *objects, *ldflags, "-o", str(product)], tree)
    for name in objects:
        (tree / name).unlink()


@contextlib.contextmanager
def _told(recipe: Recipe) -> Iterator[None]:
    """Log what is compiled, if it takes long enough for people to wonder."""

    def tell() -> None:
        import logging

        words = "compiling %s, %s: done once, and kept"
        files = counted(len(recipe.sources), "file")
        logging.getLogger("groundstop").info(words, recipe.name, files)

    timer = threading.Timer(_WONDER_SECONDS, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _run(recipe: Recipe, command: list[str], tree: Path) -> None:
    result = subprocess.run(
        command,
        cwd=tree,
        env={name: value for name, value in os.environ.items() if name not in _UNKEYED},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        shown = shlex.join(command).replace(str(tree), str(recipe.root))
        raise BuildError(recipe.name, shown, result.stderr.replace(str(tree), str(recipe.root)))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prune(store: Path) -> None:
    """Remove builds long unused and what killed builds left; never raises for a file in use.

    A build's time is that of the last process that asked for it, and one that runs for weeks
    (a campaign) asks once, at its start: the limit is longer than any of them runs.
    """
    now = time.time()
    for path in store.iterdir():
        if path.name.startswith(".lock-"):
            continue
        limit = _STALE_TEMPORARY_SECONDS if path.name.startswith(".new-") else _KEEP_SECONDS
        with contextlib.suppress(OSError):
            if now - path.stat().st_mtime > limit:
                shutil.rmtree(path, ignore_errors=True)
