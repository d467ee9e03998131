# SPDX-License-Identifier: Apache-2.0
"""A property, found by the name that pytest gives it: `FILE::TEST`."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from groundstop.config import Project, find_project
from groundstop.errors import GroundstopError, InputError
from groundstop.files import resolved
from groundstop.model import Release
from groundstop.properties._core import CoreUnderTest

__all__ = ["Property", "is_property", "load_property"]

_SEPARATOR = "::"
# Where Hypothesis keeps what it learns; else a folder `.hypothesis` wherever people are.
_HYPOTHESIS_FOLDER = "HYPOTHESIS_STORAGE_DIRECTORY"


@dataclass(frozen=True)
class Property:
    """A Hypothesis test at the top level of `file`, and the cores that the file declares."""

    project: Project
    file: Path
    name: str
    test: Any
    cores: tuple[CoreUnderTest, ...]

    @property
    def node(self) -> str:
        """`FILE::TEST`, the file as seen from the project's root."""
        file = self.file
        if file.is_relative_to(self.project.root):
            file = file.relative_to(self.project.root)
        return f"{file}{_SEPARATOR}{self.name}"

    @property
    def label(self) -> str:
        """`MODULE.TEST`, the name of its folder in a corpus."""
        return f"{self.file.stem}.{self.name}"

    def core_for(self, release: Release | None) -> tuple[CoreUnderTest, Release]:
        """Return the core that a campaign is guided by, and the release that it then has.

        That is the first one declared for `release`, else the first one that names no
        release, and without `release` the first one.  Raises InputError if there is none.
        """
        if release is None:
            return self.cores[0], self.cores[0].release
        for core in self.cores:
            if core.declared == release:
                return core, release
        for core in self.cores:
            if core.declared == Release():
                return core, release
        named = ", ".join(str(core.declared) for core in self.cores)
        raise InputError(
            f"{self.node}: its cores are those of {named}, not of {release}: declare one with "
            'core("…") alone to run it on any release'
        )

    def build(self) -> None:
        """Build all that the test may run, as `CoreUnderTest.build`.

        The file may declare cores for other tests: what cannot be built says so when it is run.
        """
        for core in self.cores:
            with suppress(GroundstopError):
                core.build()

    def fuzz_target(self, *, verbose: bool = False) -> Callable[[bytes], bytes | None]:
        """Return what runs the test on the example that bytes stand for.

        It returns None for bytes that stand for none, and raises what the test raises; `verbose`
        prints each example first.  Only the first call in a process decides on that.
        """
        # Hypothesis reads the settings from here, too; public API would refuse to set them twice.
        settings = self.test._hypothesis_internal_use_settings  # noqa: SLF001
        level = type(settings.verbosity)
        # Hundreds of failing examples would go into its database.
        self.test._hypothesis_internal_use_settings = type(settings)(  # noqa: SLF001
            settings,
            database=None,
            deadline=None,
            verbosity=level.verbose if verbose else level.normal,
        )
        target: Callable[[bytes], bytes | None] = self.test.hypothesis.fuzz_one_input
        return target


def is_property(name: str) -> bool:
    """Return whether a command line means a property by that name, right or wrong."""
    return _SEPARATOR in name or name.endswith(".py") or os.sep in name


def load_property(name: str, folder: Path | None = None) -> Property:
    """Import the file of `FILE::TEST` (relative to `folder`) and return the property.

    Raises InputError, saying what to do, when there is no such property, or when it is one
    that only pytest can run.
    """
    path, _, test_name = name.partition(_SEPARATOR)
    file = resolved((folder or Path.cwd()) / path)
    if not file.is_file():
        raise InputError(f"{path}: no such file")
    project = find_project(file.parent)
    module = _import(file, project)
    if test_name not in vars(module):
        known = ", ".join(n for n, v in vars(module).items() if _is_hypothesis(v)) or "none"
        what = f"has no test {test_name}" if test_name else "is a file"
        raise InputError(
            f"{path} {what}: write {path}::TEST with a Hypothesis test at its top level (it has: "
            f"{known})"
        )
    test = vars(module)[test_name]
    if not _is_hypothesis(test):
        raise InputError(f"{name} is no Hypothesis test: decorate it with @given(…)")
    if missing := _missing_arguments(test):
        raise InputError(
            f"{name} takes {', '.join(missing)}, which @given does not give: fixtures and "
            "parameters are pytest's; declare core(…) at the top level of the file instead"
        )
    cores = tuple(_cores(module, test))
    if not cores:
        raise InputError(
            f"{name} uses no core: declare one at the top level of {path}, such as "
            'newest = groundstop.properties.core("TARGET"), and call newest.run(…) in the test'
        )
    return Property(project, file, test_name, test, cores)


def _import(file: Path, project: Project) -> ModuleType:
    name = f"groundstop_property_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise InputError(f"{file}: is no Python file")
    if "hypothesis" not in sys.modules:
        os.environ.setdefault(_HYPOTHESIS_FOLDER, str(project.state / "hypothesis"))
    for folder in _import_folders(file, project):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and others look their module up while it is imported.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (KeyboardInterrupt, GroundstopError):
        raise
    except BaseException as error:
        # Anything may happen while somebody's module is imported; pytest.skip is no Exception.
        said = f"{type(error).__name__}: {error}"
        raise InputError(f"{file}: cannot be imported: {said}") from error
    return module


def _import_folders(file: Path, project: Project) -> Iterator[Path]:
    """Yield where pytest would look for what a test imports, as far as pyproject.toml says."""
    yield project.root
    with suppress(OSError, ValueError, AttributeError):
        table = tomllib.loads((project.root / "pyproject.toml").read_text(encoding="utf-8"))
        options = table.get("tool", {}).get("pytest", {}).get("ini_options", {})
        said = options.get("pythonpath", [])
        for folder in said.split() if isinstance(said, str) else said:
            yield project.root / folder
    yield file.parent


def _is_hypothesis(value: object) -> bool:
    return callable(value) and bool(getattr(value, "is_hypothesis_test", False))


def _missing_arguments(test: Callable[..., object]) -> list[str]:
    return [
        parameter.name
        for parameter in inspect.signature(test).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
    ]


def _cores(module: ModuleType, test: Any) -> list[CoreUnderTest]:  # noqa: ANN401  (Hypothesis' own)
    """Return the cores that a module declares, those that the test itself names first."""
    named = test.hypothesis.inner_test.__code__.co_names
    found: dict[int, CoreUnderTest] = {}
    values = vars(module)
    for value in (*(values[name] for name in named if name in values), *values.values()):
        several = value.values() if isinstance(value, dict) else value
        for each in several if isinstance(value, dict | list | tuple) else (value,):
            if isinstance(each, CoreUnderTest):
                found.setdefault(id(each), each)
    return list(found.values())
