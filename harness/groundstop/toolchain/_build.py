# SPDX-License-Identifier: Apache-2.0
"""Compile a recipe, or find that it was compiled before.

The cache is the folder `build` under the project's state:

    <name>-<sanitizer>-<digest>/  a finished file, and `tree`: a link to the sources that it is of
    trees/<digest>/               sources that were changed (patched, generated)
    objects/<digest>.o            one compiled file
    ledger/<key>.json             what was read for each of them, and what it was then

A ledger is asked twice: about the whole, which is what every command pays, and where that is not
what it was about each file.  All names are made from contents, and files and folders are renamed
to them: they are there whole or not at all.  Of two processes that build the same at once the
second one finds what the first one made.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from groundstop.deadline import not_counted
from groundstop.errors import ToolError
from groundstop.model import Sanitizer
from groundstop.toolchain._ask import Tools, keyed_environment
from groundstop.toolchain._compiler import compiler_words, find_compiler
from groundstop.toolchain._flags import compile_flags, link_flags
from groundstop.toolchain._ledger import Ledger, Seen
from groundstop.toolchain._recipe import Recipe
from groundstop.toolchain._stamp import file_digest
from groundstop.words import counted

# Builds that nobody used for this long are removed when something new is built.
_KEEP_SECONDS = 60 * 24 * 3600
_STALE_TEMPORARY_SECONDS = 3600
_WONDER_SECONDS = 2.0
_AGAIN_SECONDS = 15.0
# Goes into every key: what an older version wrote down is not enough.
_VERSION = "1"
# How often something is compiled whose files change meanwhile.
_TRIES = 3
_FOLDERS = ("trees", "objects", "ledger")
_SYSTEM = ("/usr/", "/lib", "/bin/")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def build_shared(recipe: Recipe, sanitizer: Sanitizer, *, project_state: Path) -> Path:
    """Compile `recipe` into a shared object and return its path; raise BuildError."""
    with not_counted():
        return _build(recipe, sanitizer, project_state, shared=True)


def build_program(recipe: Recipe, sanitizer: Sanitizer, *, project_state: Path) -> Path:
    """Compile `recipe` into an executable and return its path; raise BuildError."""
    with not_counted():
        return _build(recipe, sanitizer, project_state, shared=False)


def _build(recipe: Recipe, sanitizer: Sanitizer, state: Path, *, shared: bool) -> Path:
    store = state / "build"
    with _writing(store):
        for folder in (store, *(store / name for name in _FOLDERS)):
            folder.mkdir(parents=True, exist_ok=True)
        _refuse_noexec(store)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=store) as temporary:
            tree = _tree(recipe, store, Path(temporary))
            return _Work(recipe, sanitizer, store, tree, Path(temporary), shared=shared).product()


class _Work:
    """One build: of a recipe, of the sources in `tree`, with a folder for what is not finished."""

    def __init__(  # noqa: PLR0913  (what a build consists of)
        self,
        recipe: Recipe,
        sanitizer: Sanitizer,
        store: Path,
        tree: Path,
        temporary: Path,
        *,
        shared: bool,
    ) -> None:
        self._recipe = recipe
        self._sanitizer = sanitizer
        self._store = store
        self._tree = tree
        self._temporary = temporary
        self._file = f"lib{recipe.name}.so" if shared else recipe.name
        self._common = _compile_words(recipe, sanitizer, tree)
        self._ldflags = (*link_flags(sanitizer, shared=shared), *recipe.ldflags)
        words = compiler_words()
        self._ledger = Ledger(
            store / "ledger",
            tree=str(tree) if recipe.is_changed else "",
            tools=None if words is None else [*words, *keyed_environment(), *_linkers(recipe)],
            is_tools=self._is_tools,
        )

    def product(self) -> Path:
        """Return the finished file: made before of the same, or made now."""
        words = (*self._common, "|", *self._ldflags, *map(str, self._flags_of_each()))
        sources = map(str, self._recipe.sources)
        tree = self._tree.name if self._recipe.is_changed else ""
        key = self._key("build", str(self._recipe.root), self._file, tree, *sources, "|", *words)
        if found := self._finished(key):
            return found
        with _locked(self._store / f".lock-{key[:2]}"):
            if found := self._finished(key):
                return found
            for _ in range(_TRIES):
                since = time.time_ns()
                seen = Seen()
                objects = self._objects(seen)
                made = self._linked(objects, seen)
                if self._ledger.note(key, seen, made.parent.name, since) or not seen.complete:
                    break
            _prune(self._store)
            return made

    def _finished(self, key: str) -> Path | None:
        entry = self._ledger.find(key)
        if entry is None:
            return None
        folder = self._store / entry.result
        if not (folder / self._file).is_file() or not (folder / "tree").is_dir():
            return None
        for used in (folder, self._store / "ledger" / f"{key}.json", self._tree):
            if used.is_relative_to(self._store):
                os.utime(used)
        return folder / self._file

    def _objects(self, seen: Seen) -> list[Path]:
        def make(source: str) -> tuple[Path, Seen]:
            made = self._object(source)
            compiled()
            return made

        workers = ThreadPoolExecutor(max_workers=os.cpu_count())
        with _told(self._recipe) as compiled, workers as pool:
            made = list(pool.map(make, self._recipe.sources))
        for _, read in made:
            seen.add(read)
        return [path for path, _ in made]

    def _object(self, source: str) -> tuple[Path, Seen]:
        flags = (*self._common, *self._recipe.flags_of(source))
        words = [word.replace(str(self._tree), "") for word in flags]
        key = self._key("object", str(self._recipe.root), source, *words)
        # Other releases and variants of the same recipe are built at the same time.
        with _locked(self._store / "objects" / f".lock-{key[:2]}"):
            entry = self._ledger.find(key)
            if entry and (self._store / "objects" / entry.result).is_file():
                os.utime(self._store / "objects" / entry.result)
                return self._store / "objects" / entry.result, entry.seen
            product = self._temporary / f"{key}.o"
            since = time.time_ns()
            seen = self._tools.compile(self._tree / source, flags, product)
            path = self._store / "objects" / f"{file_digest(str(product))}.o"
            product.replace(path)
            self._ledger.note(key, seen, path.name, since)
            return path, seen

    def _linked(self, objects: Sequence[Path], seen: Seen) -> Path:
        product = self._temporary / self._file
        seen.add(self._tools.link(objects, self._ldflags, product))
        key = self._key("product", file_digest(str(product)), str(self._tree))
        finished = self._store / f"{self._recipe.name}-{self._sanitizer}-{key[:20]}"
        if not (finished / self._file).is_file():
            fresh = self._temporary / "finished"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            product.replace(fresh / self._file)
            tree = Path("..", "trees", self._tree.name) if self._recipe.is_changed else self._tree
            (fresh / "tree").symlink_to(tree)
            shutil.rmtree(finished, ignore_errors=True)
            fresh.rename(finished)
        return finished / self._file

    @functools.cached_property
    def _tools(self) -> Tools:
        return Tools(self._recipe.name, find_compiler(), self._tree, self._recipe.root)

    def _flags_of_each(self) -> list[tuple[str, ...]]:
        return [self._recipe.flags_of(source) for source in self._recipe.sources]

    def _is_tools(self, path: str) -> bool:
        """Whether a file is the compiler's or the system's: needed to compile, not to run."""
        return path.startswith(_SYSTEM) and not path.startswith(f"{self._recipe.root}/")

    def _key(self, *words: str) -> str:
        text = "\0".join((_VERSION, *words))
        return hashlib.sha256(os.fsencode(text)).hexdigest()[:32]


def _compile_words(recipe: Recipe, sanitizer: Sanitizer, tree: Path) -> tuple[str, ...]:
    """Return the flags for each source, but for those that are its own."""
    flags = [*compile_flags(sanitizer, instrument=recipe.instrument)]
    if recipe.is_changed:
        # Debug information names the files where people edit them, not the cache's copy.
        flags.append(f"-ffile-prefix-map={tree}={recipe.root}")
    if "-fsanitize=undefined" in flags:
        # UBSan's messages know no prefix map; without this they name the whole path.
        flags.append(f"-fsanitize-undefined-strip-path-components={len(tree.parts)}")
    return (*flags, *(f"-I{folder}" for folder in (tree, *recipe.include)))


def _linkers(recipe: Recipe) -> list[str]:
    """Return the linkers that PATH has: of several the first one links."""
    chosen = [word.partition("=")[2] for word in recipe.ldflags if word.startswith("-fuse-ld=")]
    return [str(shutil.which(name)) for name in ("ld", *(f"ld.{name}" for name in chosen))]


def _tree(recipe: Recipe, store: Path, temporary: Path) -> Path:
    """Return the folder to compile in: where the sources are, or a copy of them as changed."""
    if not recipe.is_changed:
        recipe.check()
        return recipe.root
    copy = temporary / "tree"
    copy.mkdir()
    recipe.materialize(copy)
    digest = hashlib.sha256(os.fsencode(recipe.root))
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        digest.update(os.fsencode(path.relative_to(copy)) + b"\0")
        digest.update(file_digest(str(path)).encode())
    tree = store / "trees" / digest.hexdigest()[:20]
    if not tree.is_dir():
        try:
            copy.rename(tree)
        except OSError:
            # Another process may be quicker: then it is the same.
            if not tree.is_dir():
                raise
    return tree


@contextlib.contextmanager
def _writing(store: Path) -> Iterator[None]:
    """Tell of a cache that cannot be written as what it is."""
    try:
        yield
    except OSError as error:
        hint = ""
        if error.errno in _NO_ROOM:
            hint = ": make room there"
        elif isinstance(error, FileExistsError | NotADirectoryError):
            hint = " (is a file in its place?)"
        raise ToolError(
            f"{store}: builds are kept in this folder, and it cannot be written to: "
            f"{error.strerror}{hint}"
        ) from error


def _refuse_noexec(store: Path) -> None:
    if os.statvfs(store).f_flag & os.ST_NOEXEC:
        raise ToolError(
            f"{store}: builds are kept in this folder, and its file system is mounted noexec: "
            "nothing that is built there could be run: move the project, or mount it with exec"
        )


@contextlib.contextmanager
def _told(recipe: Recipe) -> Iterator[Callable[[], None]]:
    """Log how far it is, once it takes long enough for people to wonder, and then at intervals.

    What is yielded is to be called for each file that is compiled.
    """
    import logging

    compiled: list[None] = []
    ended = threading.Event()

    def tell() -> None:
        pause = _WONDER_SECONDS
        while not ended.wait(pause):
            words = "compiling %s, %s of %s: done once, and kept"
            files = counted(len(recipe.sources), "file")
            logging.getLogger("groundstop").info(words, recipe.name, len(compiled), files)
            pause = _AGAIN_SECONDS

    threading.Thread(target=tell, daemon=True).start()
    try:
        yield lambda: compiled.append(None)
    finally:
        ended.set()


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
    for path in (path for name in ("", *_FOLDERS) for path in (store / name).iterdir()):
        if path.name.startswith(".lock-") or path.name in _FOLDERS:
            continue
        limit = _STALE_TEMPORARY_SECONDS if path.name.startswith(".new-") else _KEEP_SECONDS
        with contextlib.suppress(OSError):
            if now - path.lstat().st_mtime > limit:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
