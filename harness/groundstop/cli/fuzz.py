# SPDX-License-Identifier: Apache-2.0
"""`groundstop fuzz`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstop.cli._harness import harness_options
from groundstop.cli._options import release_option, sanitizer_option
from groundstop.config import Project, find_project
from groundstop.errors import InputError
from groundstop.model import Release, Sanitizer

if TYPE_CHECKING:
    # Importing campaigns takes longer than --help may.
    from groundstop.campaign import CampaignOptions, CampaignRecord, CampaignResult
    from groundstop.findings import Finding


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A campaign with its findings, and for each the file that shows it and more lines on it.

    `name` is what its record is called.
    """

    project: Project
    result: CampaignResult
    record: CampaignRecord
    name: str
    findings: Sequence[tuple[Finding, Path, str]]


@click.command("fuzz")
@click.argument("name", metavar="[TARGET|FILE::TEST]", required=False)
@harness_options
@click.option("--seconds", default=60.0, show_default=True, help="How long to fuzz.")
@click.option("--workers", default=1, show_default=True, help="Processes (libFuzzer's fork mode).")
@release_option("The release to fuzz (default: the newest).")
@sanitizer_option("address or undefined (default: address; of a library, its own).")
@click.option("--seed", type=int, default=None, help="Make the fuzzer's choices repeatable.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Python's share of the time, for the oracles.",
)
@click.option("--stop", is_flag=True, help="End with the first finding.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end.")
@click.option("-q", "--quiet", is_flag=True, help="Print the summary only.")
def command(  # noqa: PLR0913, PLR0917  (one parameter for each option)
    name: str,
    seconds: float,
    workers: int,
    release: Release | None,
    sanitizer: Sanitizer | None,
    seed: int | None,
    share: float,
    *,
    stop: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run a campaign on a target or a property: fuzz it, then triage what was found.

    New inputs go to corpus/TARGET/evolved, findings to .groundstop/findings/TARGET.  For a
    property (a Hypothesis test that uses groundstop.properties) both go to
    corpus/TARGET/properties.
    A libFuzzer harness is fuzzed as it is, in any folder; the target is then called as its
    file is, and without a project everything is kept below .groundstop.
    Exit status: 0 nothing found; 1 findings; 2 the campaign could not run.
    """
    from groundstop.campaign import CampaignOptions, keep_record, summary_lines
    from groundstop.properties import is_property

    options = CampaignOptions(
        seconds=seconds,
        workers=workers,
        release=release,
        sanitizer=sanitizer,
        seed=seed,
        share=share,
        stop_at_finding=stop,
    )
    fuzz = _fuzz_property if is_property(name) else _fuzz_target
    outcome = fuzz(name, options, quiet=quiet or as_json)
    try:
        keep_record(outcome.project, outcome.record, outcome.name)
    except InputError as error:
        # What was found counts all the same.
        click.echo(f"groundstop: this campaign will be in no report: {error}", err=True)
    if as_json:
        click.echo(json.dumps(_document(outcome)))
    else:
        for line in summary_lines(outcome.result, outcome.project):
            click.echo(line)
        for finding, path, more in outcome.findings:
            click.echo(f"{'finding':<12} {finding.headline}")
            for line in more.splitlines():
                click.echo(f"{'':<12} {line}")
            again = shlex.join(["groundstop", "repro", outcome.project.relative(path)])
            click.echo(f"{'':<12} {again}")
    return outcome.result.exit_status


def _fuzz_target(name: str, options: CampaignOptions, *, quiet: bool) -> _Outcome:
    from groundstop.campaign import CampaignDisplay, CampaignRecord, run_campaign, variant_of
    from groundstop.findings import keep_artifacts
    from groundstop.target import load_target

    project = find_project()
    target = load_target(project, name)
    variant = variant_of(target, options.release, options.sanitizer)
    # Standard error: the summary on standard output stays clean in a pipe.
    with CampaignDisplay(sys.stderr, f"{name} {variant}", quiet=quiet) as display:
        result = run_campaign(target, project, options, display)
    kept = keep_artifacts([a.path for a in result.artifacts], target, variant, project)
    record = CampaignRecord.of_result(
        result,
        options,
        project=project,
        target=target.name,
        fuzzed=target.name,
        variant=variant,
        findings=[finding.id for finding in kept],
    )
    folder = project.state / "findings" / target.name
    findings = [(finding, folder / finding.id / "input", "") for finding in kept]
    return _Outcome(project, result, record, target.name, findings)


def _fuzz_property(name: str, options: CampaignOptions, *, quiet: bool) -> _Outcome:
    from groundstop.campaign import CampaignDisplay, CampaignRecord
    from groundstop.properties import (
        fuzz_property,
        keep_failures,
        load_property,
        property_variant,
    )

    prop = load_property(name)
    variant = property_variant(prop, options)
    with CampaignDisplay(sys.stderr, f"{prop.node} {variant}", quiet=quiet) as display:
        result = fuzz_property(prop, options, display)
    kept = keep_failures([a.path for a in result.artifacts], prop, variant)
    core, _ = prop.core_for(options.release)
    record = CampaignRecord.of_result(
        result,
        options,
        project=prop.project,
        target=core.target_name,
        fuzzed=prop.node,
        variant=variant,
        findings=[each.finding.id for each in kept],
    )
    findings = [(each.finding, each.path, each.example) for each in kept]
    return _Outcome(prop.project, result, record, f"{core.target_name}-{prop.label}", findings)


def _document(outcome: _Outcome) -> dict[str, object]:
    """Return a campaign's record for programs, with its findings in full."""
    return {
        **outcome.record.document(),
        "log": str(outcome.result.log),
        "findings": [finding.document() for finding, _, _ in outcome.findings],
    }
