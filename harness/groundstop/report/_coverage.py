# SPDX-License-Identifier: Apache-2.0
"""Source coverage of a core: the corpus replayed on a profiled build, read with llvm-cov.

Not through Atheris: it leaves with `_exit`, and the profile is never written
(docs/engine-notes.md 8).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from groundstop.campaign import RunDirectory, clear_dead_runs
from groundstop.config import Project
from groundstop.corpus import entries
from groundstop.errors import ReplayError, ToolError
from groundstop.model import Death, Release, Sanitizer, Variant
from groundstop.replay import open_pool
from groundstop.target import Target, build
from groundstop.toolchain import find_llvm_tool, native_root

# A folder with what drives a core, and is no part of it.
_HARNESSES = "fuzz"

__all__ = ["CoverageReport", "FileCoverage", "measure_coverage"]


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """One source file: lines and branches, how many there are and how many were reached.

    `harness` says that it is no part of the core, but drives it: see `measure_coverage`.
    """

    path: Path
    lines: int
    lines_reached: int
    branches: int
    branches_reached: int
    harness: bool = False


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What `inputs` inputs of the corpus reach in `release`.

    `deaths` counts the inputs on which the core died: what they reached is not in here.
    `html` is the folder of the annotated sources, if it was asked for.
    """

    release: Release
    inputs: int
    deaths: int
    files: tuple[FileCoverage, ...]
    html: Path | None


def measure_coverage(
    target: Target, project: Project, release: Release, html: Path | None = None
) -> CoverageReport:
    """Replay the target's whole corpus and measure; raises ToolError without llvm's tools.

    The core's harness is the file that has its entry point, and what lies in a folder `fuzz`;
    where that is all, it is the core.
    """
    if html is not None and html.exists() and not html.is_dir():
        raise ToolError(f"{html} is a file: name a folder for the annotated sources")
    clear_dead_runs(project.state, lambda name: project.corpus_of(name) / "evolved")
    variant = Variant(release, Sanitizer.COVERAGE)
    library = build(target, variant, project).library
    inputs = [entry.data for entry in entries(target, project)]
    if not inputs:
        raise ReplayError(f"the corpus of {target.name} is empty: add a seed first")
    with RunDirectory(project.state, ".coverage") as run:
        folder = run.scratch
        profile = {"LLVM_PROFILE_FILE": f"{folder}/%p-%m.profraw"}
        with open_pool(target, variant, project, environment=profile) as pool:
            deaths = sum(isinstance(result, Death) for result in pool.run(inputs))
        merged = folder / "merged.profdata"
        raw = sorted(folder.glob("*.profraw"))
        if not raw:
            raise ReplayError(f"{target.name} {variant} wrote no profile: it died on every input")
        _run("llvm-profdata", "merge", "-sparse", *map(str, raw), "-o", str(merged))
        flags = (f"-instr-profile={merged}", f"-ignore-filename-regex={_framework_headers()}")
        exported = _run("llvm-cov", "export", "-summary-only", *flags, str(library))
        functions = _run("llvm-cov", "export", "-format=lcov", *flags, str(library))
        if html is not None:
            html.mkdir(parents=True, exist_ok=True)
            out = f"-output-dir={html}"
            _run("llvm-cov", "show", "-format=html", out, *flags, str(library))
    files = _apart(_files(exported), _defining(functions, target.core.entry))
    return CoverageReport(release, len(inputs), deaths, files, html)


def _framework_headers() -> str:
    """Match the framework's own headers: their inline parts are compiled in, and no core's.

    Wherever they lie: a build that was kept may name those of another installation.
    """
    names = sorted(path.name for path in (native_root() / "include").iterdir())
    return f"/include/({'|'.join(map(re.escape, names))})$"


def _files(exported: str) -> tuple[FileCoverage, ...]:
    files = json.loads(exported)["data"][0]["files"]
    found = []
    for file in files:
        lines, branches = file["summary"]["lines"], file["summary"]["branches"]
        if not lines["count"]:
            continue
        counts = (lines["count"], lines["covered"], branches["count"], branches["covered"])
        found.append(FileCoverage(Path(file["filename"]), *counts))
    return tuple(sorted(found, key=lambda f: f.path))


def _defining(functions: str, name: str) -> Path | None:
    """Return the file that defines a function, of an export in lcov's format."""
    file = None
    for line in functions.split("\n"):
        word, _, rest = line.partition(":")
        if word == "SF":
            file = Path(rest)
        elif word == "FN" and rest.rpartition(",")[2] == name:
            return file
    return None


def _apart(files: tuple[FileCoverage, ...], entry: Path | None) -> tuple[FileCoverage, ...]:
    common = os.path.commonpath([file.path.parent for file in files]) if files else ""
    harness = {
        file
        for file in files
        if file.path == entry or _HARNESSES in file.path.relative_to(common).parts[:-1]
    }
    if len(harness) == len(files):
        return files
    return tuple(replace(file, harness=file in harness) for file in files)


def _run(tool: str, *arguments: str) -> str:
    run = subprocess.run(
        [find_llvm_tool(tool), *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if run.returncode:
        raise ToolError(f"{tool} failed:\n{run.stderr.rstrip()}")
    return run.stdout
