# SPDX-License-Identifier: Apache-2.0
"""How a terminal shows an incident."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from groundstop.cli._gate_view import print_result
from groundstop.config import Project
from groundstop.gate import GateResult, Hunt, StepOutcome
from groundstop.target import Incident


class IncidentView:
    """Prints each part as it is known, and hands it on; `quiet` prints nothing."""

    def __init__(self, incident: Incident, project: Project, *, quiet: bool) -> None:
        self._incident = incident
        self._project = project
        self._console = Console(highlight=False, soft_wrap=True, quiet=quiet)
        self._quiet = quiet
        self._heading = ""
        self._console.print(f"[bold]{escape(incident.title)}[/]")

    def step(self, outcome: StepOutcome) -> StepOutcome:
        """Show a step of that day."""
        self._section(f"That day: {outcome.release}, AddressSanitizer build")
        self._print_step(outcome)
        if not self._quiet:
            self._console.print(f"          [dim]{escape(outcome.step.lesson)}[/]")
        return outcome

    def hunt(self, hunt: Hunt) -> Hunt:
        """Show what the fuzzer found."""
        self._section(f"The fuzzer: {self._incident.release}, from seeds that do not contain it")
        if hunt.found:
            self._console.print(
                f"  [red]found[/]   after {hunt.seconds:.1f} s and {hunt.inputs:,} inputs: "
                f"{escape(hunt.headline)}"
            )
        else:
            self._console.print(
                f"  [yellow]nothing[/] in {hunt.seconds:.1f} s and {hunt.inputs:,} inputs"
            )
        return hunt

    def today(self, outcome: StepOutcome) -> StepOutcome:
        """Show a step on today's core."""
        self._section(f"Today: the same content on {outcome.release}, AddressSanitizer build")
        self._print_step(outcome)
        return outcome

    def gate(self, result: GateResult) -> GateResult:
        """Show the gate's decision for the fleet of that day."""
        fleet = ", ".join(str(release) for release in self._incident.fleet)
        self._section(f"The gate, for the fleet of that day: {fleet}")
        if not self._quiet:
            print_result(result, self._project, verbose=True)
        return result

    def end(self, *, as_it_was: bool) -> None:
        """Say whether it all went as it must."""
        if as_it_was:
            words = "[bold green]It happened as it did then, and it is held today.[/]"
        else:
            words = "[bold red]It did not go as it must: see above what differs.[/]"
        self._console.print(f"\n{words}")

    def _print_step(self, outcome: StepOutcome) -> None:
        word = "[green]passes[/]" if outcome.passed else "[bold red]fails[/] "
        self._console.print(f"  {word}  {escape(outcome.step.title)}: {escape(outcome.detail)}")
        for unseen in outcome.unseen:
            self._console.print(f"          [yellow]never evaluated:[/] {escape(unseen)}")

    def _section(self, heading: str) -> None:
        if heading != self._heading:
            self._heading = heading
            self._console.print(f"\n[bold]{escape(heading)}[/]")
