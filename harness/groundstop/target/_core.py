# SPDX-License-Identifier: Apache-2.0
"""A core: the compiled interpreter, as sources to compile or as a library that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.errors import TargetError
from groundstop.model import Release, Sanitizer
from groundstop.target._library import PrebuiltLibrary, examine_library
from groundstop.toolchain import CPLUSPLUS, Recipe, native_root
from groundstop.words import near

__all__ = ["Core"]

# Of a copy that is compiled: what sources may include.
_HEADERS = tuple(
    f"**/*.{suffix}" for suffix in ("h", "hh", "hpp", "hxx", "inc", "inl", "def", "tcc")
)


@dataclass(frozen=True)
class Core:
    """An interpreter, its entry point, and the releases it was deployed as.

    `entry` is a C function `int f(const uint8_t *data, size_t size)` that returns 0, or -1
    for an input that is not worth keeping: libFuzzer's convention.  A core may define
    `LLVMFuzzerInitialize`, too, which is called once before the first input.  There are two
    kinds, and paths of both are relative to `root`, and that to the project's folder.

    One that is compiled: `sources` are C or C++ files, `include` folders with headers, `cflags`
    and `ldflags` the compiler's and the linker's flags; `cxxflags` are those of C++ files where
    they differ, `each` has more for single sources.  It is built under each sanitizer that is
    wanted.  What compiler and linker read is found by asking them.
    `releases` are the fleet, oldest first; with releases, `generate(tree, release name)`
    returns the files that make the difference.  `history` is a folder of `<name>.patch` files
    that put known defects back.  Both change a copy: of the sources, and of what `headers`
    (glob patterns below `root`) match.

    One that is there: `library` is a shared object.  It is fuzzed as it was built: with
    `-fsanitize=address,fuzzer-no-link` as a compiled one is, without any instrumentation
    blind, between guard pages.  There is no other build of it: no other sanitizer, no line
    coverage, no releases.
    """

    root: Path | None = None
    sources: tuple[str, ...] = ()
    headers: tuple[str, ...] = _HEADERS
    entry: str = "LLVMFuzzerTestOneInput"
    include: tuple[Path, ...] = ()
    cflags: tuple[str, ...] = ()
    cxxflags: tuple[str, ...] | None = None
    each: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ldflags: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    generate: Callable[[Path, str], Mapping[str, str]] | None = None
    history: Path | None = None
    library: Path | None = None

    def __post_init__(self) -> None:
        for name in ("sources", "headers", "include", "cflags", "cxxflags", "ldflags", "releases"):
            value = getattr(self, name)
            if isinstance(value, str | Path):
                written = f'"{value}"' if isinstance(value, str) else repr(value)
                raise TargetError(f"Core({name}=…) must be a tuple: write {name}=({written},)")
        if self.library is None and not self.sources:
            raise TargetError(
                "a core without code: name what it is compiled from, Core(sources=(…,)), or the "
                "shared object that it is, Core(library=Path(…))"
            )
        if self.library is not None:
            self._check_library()

    @property
    def fleet(self) -> tuple[Release, ...]:
        """Return every release as it is today; one nameless release for a core without any."""
        return tuple(Release(name) for name in self.releases) or (Release(),)

    @property
    def prebuilt(self) -> PrebuiltLibrary | None:
        """Return what `library` is, None for a core that is compiled; raises CoreError."""
        return examine_library(self._base / self.library, self.entry) if self.library else None

    @property
    def sanitizers(self) -> tuple[Sanitizer, ...]:
        """Return the sanitizers under which there can be a build; raises as `prebuilt` does."""
        prebuilt = self.prebuilt
        return (prebuilt.sanitizer,) if prebuilt else tuple(Sanitizer)

    def recipe(self, name: str, release: Release) -> Recipe:
        """Return how to compile `release`; raise TargetError if that cannot be done."""
        if self.library is not None:
            raise TargetError(
                f"{name} is a prebuilt library ({self.library}), and this compiles the core: "
                "declare Core(sources=(…,)) for it"
            )
        if release.name not in (self.releases or ("",)):
            if not self.releases:
                raise TargetError(f"{name} has no release {release.name!r}: it has no releases")
            hint = near(release.name, self.releases)
            raise TargetError(f"{name} has no release {release.name!r} ({hint})")
        generate = self.generate
        cplusplus = any(Path(source).suffix in CPLUSPLUS for source in self.sources)
        # Types at run time are checked by a part of the runtime that only C++ programs have.
        more = ("-fno-sanitize=vptr",) if cplusplus else ()
        return Recipe(
            name=f"{name}-{release}" if str(release) else name,
            root=self._base,
            sources=self.sources,
            headers=self.headers,
            include=(native_root() / "include", *self.include),
            cflags=(*more, *self.cflags),
            cxxflags=None if self.cxxflags is None else (*more, *self.cxxflags),
            each=self.each,
            # Else a missing entry point shows only when something loads the core.
            ldflags=(
                f"-Wl,--require-defined={self.entry}",
                *self.ldflags,
                *(("-lstdc++",) if cplusplus else ()),
            ),
            patch=self._patch(name, release),
            generate=(lambda tree: generate(tree, release.name)) if generate else None,
        )

    def has(self, release: Release) -> bool:
        """Return whether there is such a release, with its history patch."""
        named = release.name in (self.releases or ("",))
        return named and (not release.history or release.history in self.histories())

    def histories(self) -> tuple[str, ...]:
        """Return the names of the history patches, sorted."""
        return tuple(sorted(p.stem for p in self._history.glob("*.patch"))) if self.history else ()

    @property
    def _history(self) -> Path:
        return self._base / (self.history or "")

    @property
    def _base(self) -> Path:
        return (self.root or Path()).absolute()

    def _check_library(self) -> None:
        if not isinstance(self.library, Path):
            raise TargetError(
                f"Core(library=…) must be a path: write library=Path({self.library!r})"
            )
        if self.sources:
            raise TargetError(
                "Core(sources=…, library=…): a core is compiled or it is there: name one of them"
            )
        of_builds = ("include", "cflags", "cxxflags", "each", "ldflags")
        for name in (*of_builds, "releases", "generate", "history"):
            if getattr(self, name):
                raise TargetError(
                    f"Core(library=…, {name}=…): a library is as it was built: leave {name} out"
                )

    def _patch(self, name: str, release: Release) -> Path | None:
        if not release.history:
            return None
        if self.history is None or release.history not in self.histories():
            known = ", ".join(self.histories()) or "none"
            raise TargetError(f"{name} has no history patch {release.history!r} (known: {known})")
        return self._history / f"{release.history}.patch"
