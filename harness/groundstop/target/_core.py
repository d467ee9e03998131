# SPDX-License-Identifier: Apache-2.0
"""A core: the compiled interpreter, described by what it is compiled from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import TargetError
from groundstop.model import Release
from groundstop.toolchain import Recipe, native_root

__all__ = ["Core"]


@dataclass(frozen=True)
class Core:
    """The C sources of an interpreter, its entry point, and the releases it was deployed as.

    `sources` are relative to `root`; `headers` are glob patterns of what else matters there.
    `entry` is a C function `int f(const uint8_t *data, size_t size)` that returns 0, or -1
    for an input that is not worth keeping.  `releases` are the fleet, oldest first; with
    releases, `generate(tree, release name)` returns the files that make the difference.
    `history` is a folder of `<name>.patch` files that put known defects back.
    """

    root: Path
    sources: tuple[str, ...]
    headers: tuple[str, ...] = ("**/*.h",)
    entry: str = "LLVMFuzzerTestOneInput"
    include: tuple[Path, ...] = ()
    cflags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    generate: Callable[[Path, str], Mapping[str, str]] | None = None
    history: Path | None = None

    def __post_init__(self) -> None:
        for name in ("sources", "headers", "include", "cflags", "ldflags", "releases"):
            value = getattr(self, name)
            if isinstance(value, str | Path):
                written = f'"{value}"' if isinstance(value, str) else repr(value)
                raise TargetError(f"Core({name}=…) must be a tuple: write {name}=({written},)")

    @property
    def fleet(self) -> tuple[Release, ...]:
        """Return every release as it is today; one nameless release for a core without any."""
        return tuple(Release(name) for name in self.releases) or (Release(),)

    def recipe(self, name: str, release: Release) -> Recipe:
        """Return how to compile `release`; raise TargetError if there is no such release."""
        if release.name not in (self.releases or ("",)):
            known = ", ".join(self.releases) or "none: this core has no releases"
            raise TargetError(f"{name} has no release {release.name!r} (known: {known})")
        generate = self.generate
        return Recipe(
            name=f"{name}-{release}" if str(release) else name,
            root=self.root,
            sources=self.sources,
            headers=self.headers,
            include=(native_root() / "include", *self.include),
            cflags=self.cflags,
            # Else a missing entry point shows only when something loads the core.
            ldflags=(f"-Wl,--require-defined={self.entry}", *self.ldflags),
            patch=self._patch(name, release),
            generate=(lambda tree: generate(tree, release.name)) if generate else None,
        )

    def histories(self) -> tuple[str, ...]:
        """Return the names of the history patches, sorted."""
        return tuple(sorted(p.stem for p in self.history.glob("*.patch"))) if self.history else ()

    def _patch(self, name: str, release: Release) -> Path | None:
        if not release.history:
            return None
        if self.history is None or release.history not in self.histories():
            known = ", ".join(self.histories()) or "none"
            raise TargetError(f"{name} has no history patch {release.history!r} (known: {known})")
        return self.history / f"{release.history}.patch"
