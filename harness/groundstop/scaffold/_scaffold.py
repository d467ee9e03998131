# SPDX-License-Identifier: Apache-2.0
"""Write a working project around an interpreter, and leave alone what is there already."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from groundstop.errors import ConfigError
from groundstop.files import read_input, resolved
from groundstop.scaffold._change import Change, Written, added_to, carry_out, new_file
from groundstop.scaffold._register import read_registry
from groundstop.scaffold._wheel import build_wheel, wheel_name
from groundstop.target import check_name, target_name
from groundstop.toolchain import CPLUSPLUS

__all__ = ["Scaffold"]

# A program of two instructions, as templates/target.py.j2 declares the format.
_SEED = b"TOYP" + bytes((1, 0, 2, 0)) + bytes((1, 7)) + bytes((0, 0))

_MAKEFILE = "Makefile"
_WORKFLOW = ".github/workflows/groundstop.yml"
_WHEELS = ".github/groundstop"
_FILES = {
    "fuzz/{name}.py": "target.py.j2",
    "fuzz/fuzz_{name}.py": "script.py.j2",
    "{entry}": "entry.c.j2",
    _WORKFLOW: "workflow.yml.j2",
}
# For an interpreter that is there: nothing of the toy, whose place it takes.
_OWN = {"target.py.j2": "own_target.py.j2", "entry.c.j2": "own_entry.c.j2"}
# Files that a project may have already: ours goes behind what is there, unless that is in it.
_ADDED = {
    _MAKEFILE: ("Makefile.j2", rb"^fuzz\s*:"),
    ".gitignore": ("gitignore.j2", rb"^/?\.groundstop/?\s*$"),
}
_CONFIG = "pyproject.toml"
# How a line of either fuzzes a target.
_FUZZES = re.compile(rb"groundstop\)? fuzz ([a-z][a-z0-9_]*)", re.IGNORECASE)


def _target_name(text: str) -> str:
    """Return a target's name made from a folder's; raise ConfigError when nothing is left of it."""
    if not re.search(r"[a-z0-9]", text.lower()):
        raise ConfigError(f"{text!r} makes no name for a target: groundstop init NAME")
    return target_name(text, "target")


class Scaffold:
    """A project to write in `folder`, with a target called `name`, or one more of that name.

    Without a name it is made from the folder's, but only for a first target.  `sources` are
    the interpreter's own, C or C++ files in or below `folder`; without any the target is a toy
    that comes along.  Raises ConfigError for a name that is none or is taken, and for a source
    that is none.
    """

    def __init__(self, folder: Path, name: str | None = None, sources: Sequence[Path] = ()) -> None:
        registry = read_registry(folder / _CONFIG)
        if name is None and registry.is_project:
            known = ", ".join(registry.targets) or "none so far"
            raise ConfigError(
                f"{folder / _CONFIG}: this is a Groundstop project already (its targets: {known}); "
                "nothing was changed; groundstop init NAME adds a target"
            )
        name = name or _target_name(folder.name)
        check_name(name)
        self._folder = folder
        self.name = name
        self._sources = [_below(folder, source) for source in sources]
        loader = PackageLoader("groundstop.scaffold")
        # What is written is Python, C and make, never HTML.
        self._templates = Environment(  # noqa: S701
            loader=loader, undefined=StrictUndefined, keep_trailing_newline=True
        )
        self._templates.filters["literal"] = _literal
        self._templates.filters["quoted"] = shlex.quote
        self._corpus = registry.corpus
        self._targets = registry.targets
        self._refuse_taken(registry.targets)
        # The target that commands took without a name, and do not take any more.
        self.implied = registry.implied
        if registry.is_project:
            self._config = registry.with_target(name, f"fuzz.{name}:target")
        else:
            self._config = registry.with_project(self._render("pyproject.toml.j2").decode())

    def write(self) -> list[Written]:
        """Write every file; one that is there is added to, or left alone, never replaced.

        Raises InputError, with nothing written, where one cannot be.
        """
        there = (self._folder / _CONFIG).exists()
        config = Written(_CONFIG, "added to" if there else "written")
        changes = [Change(config, self._config.encode())]
        for name, (template, marker) in _ADDED.items():
            changes.append(added_to(self._folder, name, self._render(template), marker))
        for name, template in self._files().items():
            content = self._render(template) if template else _SEED
            changes.append(new_file(self._folder, name, content))
        changes.append(new_file(self._folder, f"{_WHEELS}/{wheel_name()}", build_wheel()))
        carry_out(self._folder, changes)
        return [self._noted(change.done) for change in changes]

    def _noted(self, done: Written) -> Written:
        """Say of a file that was left alone which targets it fuzzes without this one."""
        if done.what != "left alone" or done.path not in {_MAKEFILE, _WORKFLOW}:
            return done
        text = read_input(self._folder / done.path)
        if b"make fuzz" in text and (self._folder / _MAKEFILE).is_file():
            text += read_input(self._folder / _MAKEFILE)
        named = [name.decode() for name in _FUZZES.findall(text)]
        fuzzed = [name for name in dict.fromkeys(named) if name in self._targets]
        if not fuzzed or self.name in named:
            return done
        note = f"fuzzes {', '.join(fuzzed)}; to add: groundstop fuzz {self.name}"
        return replace(done, note=note)

    @property
    def entry(self) -> str:
        """The file with the entry point, from the project's root: C++ where a source is C++."""
        suffix = ".cc" if self._is_cplusplus else ".c"
        return f"fuzz/{self.name}_entry{suffix}"

    @property
    def _is_cplusplus(self) -> bool:
        return any(Path(source).suffix in CPLUSPLUS for source in self._sources)

    def _files(self) -> dict[str, str]:
        """Return the files that are the target's alone, each with its template; a seed has none."""
        files = {
            pattern.format(name=self.name, entry=self.entry): _OWN.get(template, template)
            if self._sources
            else template
            for pattern, template in _FILES.items()
        }
        if not self._sources:
            files[f"{self._corpus}/{self.name}/seeds/two-instructions"] = ""
        return files

    def _refuse_taken(self, targets: Mapping[str, str]) -> None:
        if self.name not in targets:
            return
        mine = [name for name in self._files() if name not in _FILES]  # not those of any target
        there = [name for name in mine if (self._folder / name).exists()]
        raise ConfigError(
            f"{self._folder / _CONFIG}: this is a Groundstop project already, and has a target "
            f"{self.name} at {targets[self.name]} (there: {', '.join(there) or 'no file of it'}); "
            f"nothing was changed; `groundstop fuzz {self.name}` fuzzes it, groundstop init with "
            "another name adds a target"
        )

    def _render(self, template: str) -> bytes:
        on_path = shutil.which("groundstop")
        # Without one on the path: the one that runs now.
        command = "groundstop" if on_path else str(Path(sys.argv[0]).absolute())
        text = self._templates.get_template(template)
        return text.render(
            name=self.name,
            sources=self._sources,
            entry=self.entry,
            cplusplus=self._is_cplusplus,
            groundstop=command,
            corpus=self._corpus,
            wheel=f"{_WHEELS}/{wheel_name()}",
        ).encode()


def _literal(text: str) -> str:
    """Return a text as Python has it, in double quotes where that needs no more."""
    plain = text.isprintable() and not {'"', "\\"} & set(text)
    return f'"{text}"' if plain else repr(text)


def _below(folder: Path, source: Path) -> str:
    """Return a source as the target names it: relative to the project, with slashes."""
    path = resolved(folder / source)
    if path.is_dir():
        raise ConfigError(f"{source}: a folder: name the C or C++ files in it")
    if not path.is_file():
        raise ConfigError(f"{source}: {'not a regular file' if path.exists() else 'no such file'}")
    if path.suffix.startswith(".h"):
        raise ConfigError(f"{source}: headers are found by themselves: name sources only")
    if path.suffix not in {".c", *CPLUSPLUS}:
        suffixes = " ".join(sorted({".c", *CPLUSPLUS}))
        raise ConfigError(
            f"{source}: not C or C++ by its name, which must end in one of {suffixes}"
        )
    if b"\0" in read_input(path):
        raise ConfigError(f"{source}: not C or C++: it has NUL bytes in it")
    if not path.is_relative_to(folder.resolve()):
        raise ConfigError(f"{source}: outside {folder}: run this in a folder above it")
    return path.relative_to(folder.resolve()).as_posix()
