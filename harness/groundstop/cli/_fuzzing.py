# SPDX-License-Identifier: Apache-2.0
"""A campaign from end to end: fuzz, triage what was found, and make the record of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from groundstop.campaign import (
    CampaignDisplay,
    CampaignOptions,
    CampaignRecord,
    CampaignResult,
    campaign_name,
    keep_record,
    run_campaign,
    summary_lines,
    variant_of,
)
from groundstop.cli._lines import print_hanging, say
from groundstop.config import Project, find_project
from groundstop.console import make_console
from groundstop.errors import GroundstopError, InputError
from groundstop.findings import NOT_AGAIN, Finding, keep_artifacts, keep_earlier
from groundstop.interrupt import ending_as_ctrl_c
from groundstop.properties import is_property
from groundstop.replay import DEFAULT_TIMEOUT
from groundstop.target import load_target
from groundstop.terminal import complain
from groundstop.words import shell_line

__all__ = ["Found", "Fuzzed", "fuzz", "print_summary"]

# Columns: where a line of a summary begins to say something, behind its name.
_NAME = 13


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the file that shows it, and more lines on it.

    `earlier` says that another campaign stored it, and ended before it was triaged.
    """

    finding: Finding
    path: Path
    more: str = ""
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """A campaign with its findings, and those that were left by campaigns before.

    `notes` has a line for each thing that these had stored, and of which no finding could be
    made.
    """

    project: Project
    result: CampaignResult
    record: CampaignRecord
    findings: Sequence[Found]
    notes: Sequence[str] = ()

    @property
    def exit_status(self) -> int:
        """That of the campaign, and 1 where one before has found something."""
        if self.notes or any(found.earlier for found in self.findings):
            return 1
        return self.result.exit_status

    def document(self) -> dict[str, object]:
        """Return the campaign's record for programs, with its findings in full."""
        return {
            **self.record.document(),
            "log": str(self.result.log),
            "findings": [
                {**found.finding.document(), "earlier": found.earlier} for found in self.findings
            ],
            "earlier": list(self.notes),
        }


def fuzz(name: str, options: CampaignOptions, *, quiet: bool) -> Fuzzed:
    """Run a campaign on a target or a property, and keep what it finds and its record.

    What campaigns before have stored and nobody has triaged is triaged first.
    """
    return (_property if is_property(name) else _target)(name, options, quiet=quiet)


def print_summary(fuzzed: Fuzzed) -> None:
    """Print what the campaign did, and what it found with a line to paste for each."""
    console = make_console()
    lines = summary_lines(fuzzed.result, fuzzed.project)
    for line in [*lines, *(f"{'earlier':<{_NAME}}{note}" for note in fuzzed.notes)]:
        print_hanging(console, line[:_NAME], line[_NAME:])
    for found in fuzzed.findings:
        print_hanging(console, f"{'finding':<{_NAME}}", found.finding.headline)
        # Lines to paste stay whole.
        again = shell_line(["groundstop", "repro", fuzzed.project.relative(found.path)])
        for line in [*_remarks(found), *found.more.splitlines(), again]:
            say(f"{'':<{_NAME}}{line}")


def _remarks(found: Found) -> list[str]:
    remarks = []
    if found.earlier:
        remarks.append("stored by an earlier campaign that ended before this was triaged")
    if not found.finding.reproduced:
        remarks.append(f"{NOT_AGAIN}: it may depend on the inputs before; this may show nothing:")
    return remarks


def _target(name: str, options: CampaignOptions, *, quiet: bool) -> Fuzzed:
    project = find_project()
    target = load_target(project, name)
    variant = variant_of(target, options.release, options.sanitizer)
    folder = project.state / "findings" / target.name
    with campaign_name(project, f"{target.name}-{variant}") as named:
        with ending_as_ctrl_c():
            earlier, notes = keep_earlier(target, project)
        # Standard error: the summary on standard output stays clean in a pipe.
        with (
            _telling(earlier, notes),
            CampaignDisplay(sys.stderr, f"{name} {variant}", quiet=quiet) as display,
        ):
            result = run_campaign(target, project, replace(options, name=named), display)
        with ending_as_ctrl_c():
            kept = keep_artifacts(
                [a.path for a in result.artifacts],
                target,
                variant,
                project,
                hang_seconds=result.hang_seconds or DEFAULT_TIMEOUT,
            )
        record = CampaignRecord.of_result(
            result,
            options,
            project=project,
            target=target.name,
            fuzzed=target.name,
            variant=variant,
            findings=[finding.id for finding in kept],
        )
        _keep_record(project, record, named)
    mine = {finding.id for finding in kept}
    findings = [
        *(Found(f, folder / f.id / "input", earlier=True) for f in earlier if f.id not in mine),
        *(Found(f, folder / f.id / "input") for f in kept),
    ]
    return Fuzzed(project, result, record, findings, notes)


def _property(name: str, options: CampaignOptions, *, quiet: bool) -> Fuzzed:
    # A target's campaign need not wait for Hypothesis.
    from groundstop.properties import (
        fuzz_property,
        keep_earlier_failures,
        keep_failures,
        load_property,
        property_variant,
    )

    prop = load_property(name)
    variant = property_variant(prop, options)
    core, _ = prop.core_for(options.release)
    with campaign_name(prop.project, f"{core.target_name}-{prop.label}-{variant}") as named:
        with ending_as_ctrl_c():
            earlier, notes = keep_earlier_failures(prop)
        with (
            _telling([each.finding for each in earlier], notes),
            CampaignDisplay(sys.stderr, f"{prop.node} {variant}", quiet=quiet) as display,
        ):
            result = fuzz_property(prop, replace(options, name=named), display)
        with ending_as_ctrl_c():
            kept = keep_failures([a.path for a in result.artifacts], prop, variant)
        record = CampaignRecord.of_result(
            result,
            options,
            project=prop.project,
            target=core.target_name,
            fuzzed=prop.node,
            variant=variant,
            findings=[each.finding.id for each in kept],
        )
        _keep_record(prop.project, record, named)
    mine = {each.finding.id for each in kept}
    findings = [
        *(
            Found(each.finding, each.path, each.example, earlier=True)
            for each in earlier
            if each.finding.id not in mine
        ),
        *(Found(each.finding, each.path, each.example) for each in kept),
    ]
    return Fuzzed(prop.project, result, record, findings, notes)


@contextmanager
def _telling(earlier: Sequence[Finding], notes: Sequence[str]) -> Iterator[None]:
    """Tell what campaigns before had stored where this one ends without a summary."""
    try:
        yield
    except GroundstopError:
        for line in (*notes, *(f"{finding.id}: {finding.headline}" for finding in earlier)):
            complain(f"of an earlier campaign: {line}")
        raise


def _keep_record(project: Project, record: CampaignRecord, name: str) -> None:
    try:
        keep_record(project, record, name)
    except InputError as error:
        # What was found counts all the same.
        complain(f"this campaign will be in no report: {error}")
