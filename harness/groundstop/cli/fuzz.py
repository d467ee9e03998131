# SPDX-License-Identifier: Apache-2.0
"""`groundstop fuzz`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from groundstop.cli._options import release_option, sanitizer_option
from groundstop.config import find_project
from groundstop.model import Release, Sanitizer

if TYPE_CHECKING:
    # Importing campaigns takes longer than --help may.
    from groundstop.campaign import CampaignResult
    from groundstop.findings import Finding


@click.command("fuzz")
@click.argument("target_name", metavar="TARGET")
@click.option("--seconds", default=60.0, show_default=True, help="How long to fuzz.")
@click.option("--workers", default=1, show_default=True, help="Processes (libFuzzer's fork mode).")
@release_option("The release to fuzz (default: the newest).")
@sanitizer_option("address or undefined (default: address).", default=Sanitizer.ADDRESS)
@click.option("--seed", type=int, default=None, help="Make the fuzzer's choices repeatable.")
@click.option("--stop", is_flag=True, help="End with the first finding.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end.")
@click.option("-q", "--quiet", is_flag=True, help="Print the summary only.")
def command(  # noqa: PLR0913, PLR0917  (one parameter for each option)
    target_name: str,
    seconds: float,
    workers: int,
    release: Release | None,
    sanitizer: Sanitizer,
    seed: int | None,
    *,
    stop: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run a campaign on a target: fuzz it, then triage what was found.

    New inputs go to corpus/TARGET/evolved, findings to .groundstop/findings/TARGET.
    Exit status: 0 nothing found; 1 findings; 2 the campaign could not run.
    """
    from groundstop.campaign import (
        CampaignDisplay,
        CampaignOptions,
        run_campaign,
        summary_lines,
        variant_of,
    )
    from groundstop.findings import keep_artifacts
    from groundstop.target import load_target

    project = find_project()
    target = load_target(project, target_name)
    options = CampaignOptions(
        seconds=seconds,
        workers=workers,
        release=release,
        sanitizer=sanitizer,
        seed=seed,
        stop_at_finding=stop,
    )
    variant = variant_of(target, release, sanitizer)
    title = f"{target.name} {variant}"
    # Standard error: the summary on standard output stays clean in a pipe.
    with CampaignDisplay(sys.stderr, title, quiet=quiet or as_json) as display:
        result = run_campaign(target, project, options, display)
    findings = keep_artifacts([a.path for a in result.artifacts], target, variant, project)
    if as_json:
        click.echo(json.dumps(result_document(result, findings)))
    else:
        for line in summary_lines(result, project):
            click.echo(line)
        for finding in findings:
            folder = project.state / "findings" / target.name / finding.id
            click.echo(f"{'finding':<12} {finding.headline}")
            click.echo(f"{'':<12} groundstop repro {project.relative(folder / 'input')}")
    return result.exit_status


def result_document(result: CampaignResult, findings: Sequence[Finding]) -> dict[str, object]:
    """Return a campaign's result for programs."""
    progress = result.progress
    return {
        "seconds": round(progress.elapsed, 2),
        "inputs": progress.stats.executions,
        "inputs_per_second": round(progress.rate, 1),
        "shares": progress.stats.shares(),
        "python_share": progress.stats.python_share,
        "edges": progress.edges,
        "corpus": progress.corpus,
        "new_units": result.new_units,
        "interrupted": result.interrupted,
        "log": str(result.log),
        "operators": [asdict(operator) for operator in progress.stats.operators],
        "findings": [finding.document() for finding in findings],
    }
