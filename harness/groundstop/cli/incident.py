# SPDX-License-Identifier: Apache-2.0
"""`groundstop incident`."""

from __future__ import annotations

import click

from groundstop.cli._lines import say_document
from groundstop.cli._options import chosen_target, target_argument
from groundstop.config import find_project


@click.command("incident")
@target_argument
@click.option("--seconds", default=60.0, show_default=True, help="What the fuzzer has to find it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(target_name: str | None, seconds: float, *, as_json: bool) -> int:
    """Show a past failure happen, step by step, and be held.

    Puts the known defect back into a copy of the core, runs each check of its time, lets
    the fuzzer find the defect from seeds that do not contain it, and asks the gate.
    Exit status: 0 when all of it went as it must; 1 when not.
    """
    from groundstop.cli._incident_view import IncidentView
    from groundstop.errors import TargetError
    from groundstop.gate import Rehearsal
    from groundstop.target import load_target

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    if target.incident is None:
        raise TargetError(
            f"target {target.name} knows no incident: declare Target(incident=Incident(…))"
        )
    rehearsal = Rehearsal(target, target.incident, project)
    view = IncidentView(target.incident, project, quiet=as_json)
    steps = [view.step(outcome) for outcome in rehearsal.steps(target.incident.release)]
    hunt = view.hunt(rehearsal.hunt(seconds))
    today = [view.today(outcome) for outcome in rehearsal.steps(target.incident.today)]
    held = view.gate(rehearsal.gate())
    as_it_was = (
        all(outcome.passed is outcome.step.passed for outcome in steps)
        and hunt.found
        and all(step.passed for step in today)
        and all(step.telling for step in (*steps, *today))
        and held.decision.value == "hold"
    )
    if as_json:
        say_document(
            {
                "incident": target.incident.title,
                "as_it_was": as_it_was,
                "steps": [step.as_json() for step in steps],
                "fuzzer": hunt.as_json(),
                "today": [step.as_json() for step in today],
                "gate": held.as_json(),
            }
        )
    else:
        view.end(as_it_was=as_it_was)
    return 0 if as_it_was else 1
