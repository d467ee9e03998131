# SPDX-License-Identifier: Apache-2.0
"""The environment that a fuzzing process is started in."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundstop.links import is_plain, plain_path
from groundstop.model import Sanitizer

__all__ = ["Launch", "plain_words", "sanitizer_options"]

# docs/engine-notes.md 6 and 7 say why.  Full stacks are for reproducing, not for fuzzing.
_SANITIZER_OPTIONS = {
    Sanitizer.ADDRESS: (
        "ASAN_OPTIONS",
        (
            "detect_leaks=0",
            "detect_stack_use_after_return=0",
            "quarantine_size_mb=10",
            "malloc_context_size=0",
            "dedup_token_length=3",
            "exitcode=77",
        ),
    ),
    Sanitizer.UNDEFINED: (
        "UBSAN_OPTIONS",
        ("halt_on_error=1", "print_stacktrace=1", "dedup_token_length=3", "exitcode=77"),
    ),
}
# A prebuilt library without any runs under the runtime of this one.
_SANITIZER_OPTIONS[Sanitizer.PLAIN] = _SANITIZER_OPTIONS[Sanitizer.UNDEFINED]


@dataclass(frozen=True, slots=True)
class Launch:
    """What a fuzzing process needs beside its arguments.

    `core` is the instrumented shared object and `entry` its C function, both None for an
    entry point written in Python.  `driver`, `runtime` and `mutator` are preloaded in this
    order; `dictionary` is a file for libFuzzer's -dict.  `share` is Python's share of the
    time, `scratch` the folder for temporary files, `symbolize` whether a dying process
    takes a second to name functions and lines, `extra` what else goes into the environment,
    `flags` what else libFuzzer is told.
    """

    driver: Path
    runtime: Path
    scratch: Path
    sanitizer: Sanitizer = Sanitizer.ADDRESS
    core: Path | None = None
    entry: str = ""
    mutator: Path | None = None
    dictionary: Path | None = None
    share: float = 0.1
    symbolize: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return `base` (default: this process' environment) with everything added.

        Sanitizer options that the user has set win over ours.  Raises ToolError as
        `plain_path` does.
        """
        environment = dict(os.environ if base is None else base)
        preload = self.preload()
        programs = plain_path(Path(sys.executable).parent)
        name, ours = sanitizer_options(self.sanitizer)
        symbolizer = shutil.which("llvm-symbolizer", path=environment.get("PATH"))
        if symbolizer and self.symbolize:
            ours += f":external_symbolizer_path={symbolizer}"
        else:
            ours += ":symbolize=0"
        theirs = environment.get(name)
        environment.update(self.extra)
        environment.update(
            {
                name: f"{ours}:{theirs}" if theirs else ours,
                "LD_PRELOAD": preload,
                "TMPDIR": str(plain_path(self.scratch)),
                "GROUNDSTOP_PRELOADED": preload,
                # The symbolizer waits for ever for the other end of a path with a quote in it.
                "GROUNDSTOP_CORE": str(plain_path(self.core)) if self.core else "",
                "GROUNDSTOP_ENTRY": self.entry,
                "GROUNDSTOP_SHARE": str(self.share),
                # libFuzzer starts the script again through sh: its `env python3` must
                # find the interpreter that runs now.
                "PATH": f"{programs}:{environment.get('PATH', os.defpath)}",
            }
        )
        return environment

    def preload(self) -> str:
        """Return LD_PRELOAD: driver, sanitizer runtime, mutator."""
        libraries = [path for path in (self.driver, self.runtime, self.mutator) if path]
        return ":".join(str(plain_path(path)) for path in libraries)


def sanitizer_options(sanitizer: Sanitizer) -> tuple[str, str]:
    """Return the variable that the sanitizer's runtime reads, and what it holds in a campaign."""
    name, options = _SANITIZER_OPTIONS[sanitizer]
    return name, ":".join(options)


def plain_words(words: Iterable[str]) -> list[str]:
    """Return a command line of which a shell takes each path as it is, without quotes."""
    return [word if is_plain(word) else _plain_word(word) for word in words]


def _plain_word(word: str) -> str:
    flag, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    if not os.path.lexists(value) and "/" not in value:
        return word
    # What follows is glued to it: -artifact_prefix=
    end = "/" if value.endswith("/") else ""
    return f"{flag}{equals}{plain_path(Path(value))}{end}"
