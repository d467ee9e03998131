# SPDX-License-Identifier: Apache-2.0
"""`groundstop corpus merge`."""

from __future__ import annotations

import click

from groundstop.cli._lines import say, say_document
from groundstop.cli._options import chosen_target, target_argument
from groundstop.config import find_project
from groundstop.terminal import complain


@click.command("merge", short_help="Shrink what campaigns kept to what covers the same.")
@target_argument
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(target_name: str | None, *, as_json: bool) -> int:
    """Shrink TARGET's evolved corpus to inputs that cover the same between them.

    An input that kills the core goes to the findings; where all of them do, nothing is
    changed.  Interrupted, it changes nothing.
    Exit status: 0 merged; 1 merged, and there are findings; 2 nothing was changed.
    """
    from groundstop.campaign import merge_evolved
    from groundstop.findings import FindingStore, keep_artifacts
    from groundstop.target import load_target
    from groundstop.words import counted, shell_line

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    result = merge_evolved(target, project)
    if result.interrupted:
        complain("interrupted, nothing was changed")
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
            "others": result.others,
            "log": project.relative(result.log) if result.log else None,
            "findings": [finding.document() for finding in found],
        }
        say_document(document)
    else:
        say(
            f"{target.name}: {counted(result.before, 'unit')} → {result.after:,}, "
            f"{counted(result.edges, 'edge')} and {counted(result.features, 'feature')} as before"
        )
        if result.artifacts:
            killers = counted(len(result.artifacts), "input")
            say(f"  {killers} killed the core, now among the findings")
        if result.others:
            stay = counted(result.others, "file stays", "files stay")
            say(f"  {stay} that no campaign has named")
        store = FindingStore(project, target.name)
        for finding in found:
            path = project.relative(store.folder / finding.id / "input")
            say(f"  {finding.headline}")
            say(f"    {shell_line(['groundstop', 'repro', path])}")
    return 1 if found else 0
