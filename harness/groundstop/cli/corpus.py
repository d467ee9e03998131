# SPDX-License-Identifier: Apache-2.0
"""`groundstop corpus`."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli._options import chosen_target, target_option
from groundstop.config import Project, find_project
from groundstop.errors import GroundstopError, InputError

if TYPE_CHECKING:
    # Importing targets takes longer than --help may.
    from groundstop.corpus import Known
    from groundstop.target import Target


@click.group("corpus")
def command() -> None:
    """Say what a target's corpus has, shrink what campaigns kept of it, add files to it."""


@command.command("stats", short_help="Say how much each folder of the corpus has.")
@click.argument("target_name", metavar="[TARGET]", required=False)
@click.option("--edges", is_flag=True, help="Run the inputs, and count the core's edges reached.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def stats_command(target_name: str | None, *, edges: bool, as_json: bool) -> None:
    """Say how many inputs each folder of TARGET's corpus has, and how large they are."""
    from groundstop.corpus import folder_stats
    from groundstop.target import load_target
    from groundstop.words import counted

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    reached = _edges(target, project) if edges else {}
    rows = [
        {**asdict(stats), **({"edges": reached.get(stats.name)} if edges else {})}
        for stats in folder_stats(project, target.name)
    ]
    if as_json:
        folder = project.relative(project.corpus_of(target.name))
        click.echo(json.dumps({"target": target.name, "folder": folder, "folders": rows}, indent=2))
        return
    click.echo(project.relative(project.corpus_of(target.name)))
    for row in rows:
        count = counted(row["count"], "input")
        size = counted(row["size"], "byte")
        largest = f"largest {row['largest']:,}"
        edges_reached = row.get("edges")
        more = "" if edges_reached is None else f"{counted(edges_reached, 'edge'):>14}"
        click.echo(f"  {row['name']:<11}{count:>15}{size:>18}{largest:>19}{more}")


@command.command("merge", short_help="Shrink what campaigns kept to what covers the same.")
@click.argument("target_name", metavar="[TARGET]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def merge_command(target_name: str | None, *, as_json: bool) -> int:
    """Shrink TARGET's evolved corpus to inputs that cover the same between them.

    An input that kills the core goes to the findings.  Interrupted, it changes nothing.
    Exit status: 0 merged; 1 merged, and there are findings; 2 nothing was changed.
    """
    from groundstop.campaign import merge_evolved
    from groundstop.findings import FindingStore, keep_artifacts
    from groundstop.target import load_target
    from groundstop.words import counted

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    result = merge_evolved(target, project)
    if result.interrupted:
        click.echo("groundstop: interrupted, nothing was changed", err=True)
        return 2
    found = keep_artifacts(result.artifacts, target, result.variant, project)
    if as_json:
        document = {
            "target": target.name,
            "before": result.before,
            "after": result.after,
            "edges": result.edges,
            "features": result.features,
            "killed": len(result.artifacts),
            "log": project.relative(result.log) if result.log else None,
            "findings": [finding.document() for finding in found],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(
            f"{target.name}: {counted(result.before, 'unit')} → {result.after:,}, "
            f"{counted(result.edges, 'edge')} and {counted(result.features, 'feature')} as before"
        )
        if result.artifacts:
            killers = counted(len(result.artifacts), "unit")
            click.echo(f"  {killers} killed the core, now among the findings")
        store = FindingStore(project, target.name)
        for finding in found:
            path = project.relative(store.folder / finding.id / "input")
            click.echo(f"  {finding.headline}\n    {shlex.join(['groundstop', 'repro', path])}")
    return 1 if found else 0


@command.command("add")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@target_option
@click.option("--regression", is_flag=True, help="As regressions: each with its .finding.toml.")
def add_command(files: tuple[Path, ...], target_name: str | None, *, regression: bool) -> None:
    """Add files to a corpus, all or none: as seeds, or as regressions.

    A regression is run to see what it shows, and its sidecar says that; where it shows nothing
    you write what went wrong; a finding's folder or id stands for its smallest input, the
    minimized one perhaps.  A seed that is empty, breaks its format or is refused by the core is
    added, and that is said.  A file that is there already is not added again; another one that
    is the same to the core is refused.
    """
    from groundstop.corpus import add_regressions, add_seeds
    from groundstop.findings import find_target, input_named

    project = find_project()
    files = tuple(input_named(project, path) for path in files)
    target = find_target(project, files[0], target_name)
    known = [_known(project, target, path) for path in files] if regression else []
    if regression:
        added = add_regressions(target, project, known)
    else:
        if folder := next((path for path in files if path.is_dir()), None):
            raise InputError(f"{folder}: a folder is no seed; a finding is added with --regression")
        added = add_seeds(target, project, files)
    new: list[Path] = []
    for path, each in zip(files, added, strict=True):
        place = project.relative(each.place)
        if each.new:
            new.append(path)
            click.echo(place)
        else:
            _note(project, path, f"is there already, as {place}")
    if not regression:
        _note_misfits(project, target, new)
    # Of regressions only: there is no `known` of a seed.
    for shown, each in zip(known, added, strict=False):
        if each.new and shown.what == _UNKNOWN:
            _note(project, shown.path, "does not reproduce; write what went wrong into its sidecar")


def _note(project: Project, path: Path, words: str) -> None:
    click.echo(f"note: {project.relative(path)}: {words}", err=True)


def _note_misfits(project: Project, target: Target, new: list[Path]) -> None:
    """Say of each new seed what is wrong with it; that it cannot be run changes nothing."""
    from groundstop.findings import misfits

    try:
        for path, words in misfits(target, project, new):
            _note(project, path, words)
    except GroundstopError as error:
        first = str(error).partition("\n")[0]
        click.echo(f"note: added, but could not be run: {first}", err=True)


# What a sidecar says of an input that shows nothing today.
_UNKNOWN = "Shows nothing today: say here what went wrong."


def _known(project: Project, target: Target, path: Path) -> Known:
    """Return what a regression's sidecar is to say, from what the input shows when it is run."""
    from groundstop.corpus import Known
    from groundstop.findings import find_finding, reproduce

    name = path.name
    if path.is_dir():
        stored = find_finding(project, str(path))
        path, name = stored.smallest, stored.finding.id
    shown = reproduce(project, path, target_name=target.name)
    finding = shown.examination.finding
    release = shown.examination.variant.release
    if finding is None:
        return Known(path, name, _UNKNOWN, "memory", release)
    return Known(path, name, finding.headline, finding.oracle or "memory", release)


def _edges(target: Target, project: Project) -> dict[str, int]:
    """Return the edges of the core that the seeds, the regressions and the evolved units reach."""
    from groundstop.campaign import RunDirectory, count_edges
    from groundstop.corpus import compiled_seeds, regressions

    with RunDirectory(project.state, ".stats") as run:
        folders = {
            "seeds": compiled_seeds(target, project).absolute(),
            "regressions": run.scratch.absolute(),
            "evolved": (project.corpus_of(target.name) / "evolved").absolute(),
        }
        for number, data in enumerate(regressions(target, project).values()):
            (run.scratch / f"{number}").write_bytes(data)
        reached: dict[str, int] = {}
        for name, folder in folders.items():
            if folder.is_dir() and any(folder.iterdir()):
                edges = count_edges(target, project, folder)
                if edges is None:
                    raise click.Abort
                reached[name] = edges
    return reached
