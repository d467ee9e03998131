# SPDX-License-Identifier: Apache-2.0
"""`groundstop corpus stats`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from groundstop.cli._lines import say, say_document
from groundstop.cli._options import chosen_target, target_argument
from groundstop.config import Project, find_project

# Of a folder that has no inputs, or whose inputs are no target's.
_NOTHING = {"edges": None, "killers": None}


@click.command("stats", short_help="Say how much each folder of the corpus has.")
@target_argument
@click.option("--edges", is_flag=True, help="Run the inputs, and count the core's edges reached.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(target_name: str | None, *, edges: bool, as_json: bool) -> None:
    """Say how many inputs each folder of TARGET's corpus has, and how large they are.

    Without TARGET of the default target, else of all.
    """
    project = find_project()
    if target_name or project.default or not project.targets:
        documents = [_document(project, chosen_target(project, target_name), edges=edges)]
    else:
        documents = [_document(project, name, edges=edges) for name in project.targets]
    if as_json:
        say_document(documents if len(documents) > 1 else documents[0])
        return
    for document in documents:
        _print(document)


def _document(project: Project, name: str, *, edges: bool) -> dict[str, Any]:
    from groundstop.cli.corpus._edges import reached_edges
    from groundstop.corpus import folder_stats
    from groundstop.target import load_target

    target = load_target(project, name)
    reached = reached_edges(target, project) if edges else {}
    rows = [
        {**asdict(stats), **(reached.get(stats.name, _NOTHING) if edges else {})}
        for stats in folder_stats(project, target.name)
    ]
    folder = project.relative(project.corpus_of(target.name))
    return {"target": target.name, "folder": folder, "folders": rows}


def _print(document: dict[str, Any]) -> None:
    from groundstop.words import counted

    say(document["folder"])
    for row in document["folders"]:
        count = counted(row["count"], "input")
        size = counted(row["size"], "byte")
        largest = f"largest {row['largest']:,}"
        edges_reached, killers = row.get("edges"), row.get("killers")
        more = "" if edges_reached is None else f"{counted(edges_reached, 'edge'):>14}"
        if killers:
            more += f", {counted(killers, 'input kills', 'inputs kill')} the core"
        say(f"  {row['name']:<11}{count:>15}{size:>18}{largest:>19}{more}")
