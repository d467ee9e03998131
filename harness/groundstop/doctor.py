# SPDX-License-Identifier: Apache-2.0
"""A doctor says of each thing that campaigns need whether it is there, and what to do if not."""

from __future__ import annotations

import importlib.metadata
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groundstop.campaign import CampaignOptions, RunDirectory, run_campaign
from groundstop.config import Project
from groundstop.errors import GroundstopError, ToolError, os_error_words
from groundstop.model import Sanitizer
from groundstop.target import Target, list_targets, load_target
from groundstop.toolchain import (
    build_driver,
    build_mutator,
    build_runner,
    find_compiler,
    find_llvm_tool,
    sanitizer_runtime,
)
from groundstop.words import counted

__all__ = ["Check", "examine"]

_OLDEST_PYTHON = (3, 11)
_OLDEST_CLANG = 14
_ENGINE_INPUTS = 100
_OPEN_FILES = 256


@dataclass(frozen=True, slots=True)
class Check:
    """One thing: what it is, whether it is good, and what was seen or is to be done."""

    name: str
    good: bool
    detail: str


def examine(project: Project) -> Iterator[Check]:
    """Yield every check, each after the ones that it depends on.

    What fails for the cause of an earlier check refers to that one.
    """
    causes: dict[str, str] = {}
    for name, look in _CHECKS.items():
        try:
            yield Check(name, good=True, detail=look(project))
        except (GroundstopError, OSError) as error:
            words = os_error_words(error) if isinstance(error, OSError) else str(error)
            cause = causes.setdefault(words, name)
            detail = words if cause == name else f"see {cause} above"
            yield Check(name, good=False, detail=detail)


def _python(_project: Project) -> str:
    version = platform.python_version()
    if sys.version_info < _OLDEST_PYTHON:
        raise ToolError(f"Python {version} is too old: 3.11 or newer is needed")
    if platform.machine() != "x86_64" or sys.platform != "linux":
        raise ToolError(f"{sys.platform} {platform.machine()}: Atheris' runtimes are Linux x86_64")
    return f"{version}, {sys.platform} {platform.machine()}"


def _open_files(_project: Project) -> str:
    # A worker takes some ten, and there is one for each processor and variant.
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= allowed < _OPEN_FILES:
        raise ToolError(
            f"{allowed} files may be open at once (`ulimit -n`), {_OPEN_FILES} are needed"
            f"{': ulimit -n ' + str(most) if most >= _OPEN_FILES else ''}"
        )
    return f"{allowed:,} files may be open at once"


def _clang(_project: Project) -> str:
    compiler = find_compiler()
    if compiler.major < _OLDEST_CLANG:
        raise ToolError(f"{compiler.version} is too old: clang {_OLDEST_CLANG} or newer is needed")
    return compiler.version


def _compiler_runtimes(_project: Project) -> str:
    """Link one program with each runtime: the headers alone do not show that they are there."""
    flags = {
        "address": "-fsanitize=address",
        "undefined": "-fsanitize=undefined",
        "libFuzzer": "-fsanitize=fuzzer",
        "coverage": "-fprofile-instr-generate",
    }
    source = "int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n)\n"
    source += "{ (void)d; (void)n; return 0; }\n"
    with tempfile.TemporaryDirectory(prefix="groundstop-doctor-") as folder:
        for name, flag in flags.items():
            text = source if name == "libFuzzer" else "int main(void) { return 0; }\n"
            command = [*find_compiler().command, "-x", "c", "-", flag, "-o", f"{folder}/probe"]
            run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
            if run.returncode:
                raise ToolError(
                    f"clang's {name} runtime does not link (as root: apt-get install "
                    f"libclang-rt-dev):\n{run.stderr.rstrip()}"
                )
    return ", ".join(flags)


def _llvm_tool(name: str) -> Callable[[Project], str]:
    return lambda _project: find_llvm_tool(name)


def _atheris(_project: Project) -> str:
    runtimes = (sanitizer_runtime(Sanitizer.ADDRESS), sanitizer_runtime(Sanitizer.UNDEFINED))
    names = ", ".join(path.name for path in runtimes if path)
    return f"{importlib.metadata.version('atheris')}: {names}"


def _targets(project: Project) -> str:
    return ", ".join(target.name for target in _loaded(project))


def _loaded(project: Project) -> list[Target]:
    names = list_targets(project)
    if not names:
        raise ToolError(f"{project.root / 'pyproject.toml'}: [tool.groundstop.targets] is empty")
    return [load_target(project, name) for name in names]


def _native_parts(project: Project) -> str:
    state = project.state
    build_driver(project_state=state)
    build_mutator(project_state=state)
    for sanitizer in (Sanitizer.ADDRESS, Sanitizer.UNDEFINED, Sanitizer.PLAIN):
        build_runner(sanitizer, project_state=state)
    return "driver, mutator and runner are built"


def _engine(project: Project) -> str:
    """Fuzz for a moment: only a real run shows what is preloaded, found and counted."""
    targets = _loaded(project)
    # One with a format shows the mutator, too; the default is what people mean.
    preferred = [each for each in targets if each.name == project.default]
    with_format = [each for each in targets if each.format is not None]
    target = (*preferred, *with_format, *targets)[0]
    name = target.name
    with RunDirectory(project.state, ".doctor") as run:
        folder = run.scratch
        (folder / "units").mkdir()
        options = CampaignOptions(
            seconds=10,
            flags=(f"-runs={_ENGINE_INPUTS}",),
            corpus=(folder / "units",),
            artifacts=folder / "artifacts",
            stop_at_finding=True,
        )
        result = run_campaign(target, project, options)
    stats = result.progress.stats
    library = target.core.prebuilt
    is_blind = library is not None and not library.covered
    log = result.log.read_text(encoding="utf-8", errors="replace")
    if "Using preloaded libfuzzer" not in log:
        raise ToolError(f"Atheris did not use the preloaded runtime: see {result.log}")
    if not stats.executions and result.artifacts:
        # It counts inputs that came to their end.
        return f"{name} dies of its first input: groundstop fuzz {name}"
    if not stats.executions:
        raise ToolError(f"the driver saw no input (is it preloaded first?): see {result.log}")
    if not stats.edges and not is_blind:
        raise ToolError(f"no edge of {name} was counted: see {result.log}")
    if target.format is not None and "found LLVMFuzzerCustomMutator" not in log:
        raise ToolError(f"libFuzzer did not find the mutator: see {result.log}")
    hook = "" if target.format is None else ", mutator hook found"
    edges = "blind" if is_blind else counted(stats.edges, "edge")
    return f"{name}: {counted(stats.executions, 'input')} through the driver, {edges}{hook}"


_CHECKS: dict[str, Callable[[Project], str]] = {
    "python": _python,
    "open files": _open_files,
    "clang": _clang,
    "clang runtimes": _compiler_runtimes,
    "llvm-symbolizer": _llvm_tool("llvm-symbolizer"),
    "llvm-cov": _llvm_tool("llvm-cov"),
    "llvm-profdata": _llvm_tool("llvm-profdata"),
    "atheris": _atheris,
    "targets": _targets,
    "native parts": _native_parts,
    "engine": _engine,
}
