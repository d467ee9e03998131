# SPDX-License-Identifier: Apache-2.0
"""The edges that the folders of a corpus reach, each by itself."""

from __future__ import annotations

import click

from groundstop.campaign import RunDirectory, count_edges
from groundstop.config import Project
from groundstop.corpus import compiled_seeds, regressions
from groundstop.target import Target

__all__ = ["reached_edges"]


def reached_edges(target: Target, project: Project) -> dict[str, dict[str, int]]:
    """Return the edges of the core that the seeds, the regressions and the evolved units reach.

    By the folder's name, as `edges`; `killers` is how many of its inputs kill the core.
    A folder that has nothing is left out.  Raises click.Abort when interrupted.
    """
    with RunDirectory(project.state, ".stats") as run:
        folders = {
            "seeds": compiled_seeds(target, project).absolute(),
            "regressions": run.scratch.absolute(),
            "evolved": (project.corpus_of(target.name) / "evolved").absolute(),
        }
        for number, data in enumerate(regressions(target, project).values()):
            (run.scratch / f"{number}").write_bytes(data)
        reached: dict[str, dict[str, int]] = {}
        for name, folder in folders.items():
            if folder.is_dir() and any(folder.iterdir()):
                found = count_edges(target, project, folder)
                if found is None:
                    raise click.Abort
                reached[name] = {"edges": found.edges, "killers": found.killers}
    return reached
