# SPDX-License-Identifier: Apache-2.0
"""How a terminal shows an incident."""

from __future__ import annotations

from rich.text import Text

from groundstop.cli._gate_view import print_result
from groundstop.cli._lines import print_hanging
from groundstop.config import Project
from groundstop.console import make_console
from groundstop.gate import GateResult, Hunt, StepOutcome
from groundstop.target import Incident
from groundstop.words import counted

_INDENT = " " * 10


class IncidentView:
    """Prints each part as it is known, and hands it on; `quiet` prints nothing."""

    def __init__(self, incident: Incident, project: Project, *, quiet: bool) -> None:
        self._incident = incident
        self._project = project
        self._console = make_console(quiet=quiet)
        self._quiet = quiet
        self._heading = ""
        self._console.print(Text(incident.title, "bold"))

    def step(self, outcome: StepOutcome) -> StepOutcome:
        """Show a step of that day."""
        self._section(f"That day: {outcome.release}, AddressSanitizer build")
        self._print_step(outcome)
        print_hanging(self._console, _INDENT, Text(outcome.step.lesson, "dim"))
        return outcome

    def hunt(self, hunt: Hunt) -> Hunt:
        """Show what the fuzzer found."""
        self._section(f"The fuzzer: {self._incident.release}, from seeds that do not contain it")
        took = f"{hunt.seconds:.1f} s and {counted(hunt.inputs, 'input')}"
        if hunt.found:
            head = Text.assemble("  ", ("found", "red"), "   ")
            print_hanging(self._console, head, f"after {took}: {hunt.headline}")
        else:
            print_hanging(self._console, Text.assemble("  ", ("nothing", "yellow")), f" in {took}")
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
            words = Text("It happened as it did then, and it is held today.", "bold green")
        else:
            words = Text("It did not go as it must: see above what differs.", "bold red")
        self._console.print()
        self._console.print(words)

    def _print_step(self, outcome: StepOutcome) -> None:
        word = ("passes", "green") if outcome.passed else ("fails ", "bold red")
        head = Text.assemble("  ", word, "  ")
        print_hanging(self._console, head, f"{outcome.step.title}: {outcome.detail}")
        for unseen in outcome.unseen:
            words = Text.assemble(("never evaluated:", "yellow"), f" {unseen}")
            print_hanging(self._console, _INDENT, words)

    def _section(self, heading: str) -> None:
        if heading != self._heading:
            self._heading = heading
            self._console.print()
            print_hanging(self._console, "", Text(heading, "bold"))
