# SPDX-License-Identifier: Apache-2.0
"""A campaign from end to end: fuzz, triage what was found, and make the record of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from groundstop.campaign import (
    CampaignDisplay,
    CampaignOptions,
    CampaignRecord,
    CampaignResult,
    run_campaign,
    summary_lines,
    variant_of,
)
from groundstop.cli._lines import print_hanging
from groundstop.config import Project, find_project
from groundstop.findings import Finding, keep_artifacts
from groundstop.properties import is_property
from groundstop.target import load_target

__all__ = ["Fuzzed", "fuzz", "print_summary"]

# Columns: where a line of a summary begins to say something, behind its name.
_NAME = 13


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """A campaign with its findings, and for each the file that shows it and more lines on it.

    `name` is what its record is called.
    """

    project: Project
    result: CampaignResult
    record: CampaignRecord
    name: str
    findings: Sequence[tuple[Finding, Path, str]]

    def document(self) -> dict[str, object]:
        """Return the campaign's record for programs, with its findings in full."""
        return {
            **self.record.document(),
            "log": str(self.result.log),
            "findings": [finding.document() for finding, _, _ in self.findings],
        }


def fuzz(name: str, options: CampaignOptions, *, quiet: bool) -> Fuzzed:
    """Run a campaign on a target or a property, and keep what it finds."""
    return (_property if is_property(name) else _target)(name, options, quiet=quiet)


def print_summary(fuzzed: Fuzzed) -> None:
    """Print what the campaign did, and what it found with a line to paste for each."""
    console = Console(highlight=False)
    for line in summary_lines(fuzzed.result, fuzzed.project):
        print_hanging(console, line[:_NAME], line[_NAME:])
    for finding, path, more in fuzzed.findings:
        print_hanging(console, f"{'finding':<{_NAME}}", finding.headline)
        # Lines to paste stay whole.
        again = shlex.join(["groundstop", "repro", fuzzed.project.relative(path)])
        for line in [*more.splitlines(), again]:
            console.print(Text(f"{'':<{_NAME}}{line}"), soft_wrap=True)


def _target(name: str, options: CampaignOptions, *, quiet: bool) -> Fuzzed:
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
    return Fuzzed(project, result, record, target.name, findings)


def _property(name: str, options: CampaignOptions, *, quiet: bool) -> Fuzzed:
    # A target's campaign need not wait for Hypothesis.
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
    return Fuzzed(prop.project, result, record, f"{core.target_name}-{prop.label}", findings)
