# SPDX-License-Identifier: Apache-2.0
"""Read what an author takes responsibility for: `[[instance.waive]]`, and `[[waive]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.targets.channel.source.document import Table, quoted, words
from groundstop.targets.channel.source.model import CriterionText, WaiverText
from groundstop.words import near

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundstop.errors import SourceLocation

__all__ = ["CHANNEL_RULES", "CRITERION_RULES", "INSTANCE_RULES", "read_waivers"]

CHANNEL_RULES = ("no-instances", "not-tried")
INSTANCE_RULES = ("matches-everything", "inert")
CRITERION_RULES = ("never-matches", "not-found", "out-of-fuel", "not-tried", "not-reached")


def read_waivers(table: Table, criteria: Sequence[CriterionText] | None) -> Iterator[WaiverText]:
    """Yield the waivers of an instance with these criteria, or of the channel (None).

    What is wrong with one is noted.
    """
    if "waive" not in table.values:
        return
    for waiver in list(table.mistakes.attempt(lambda: list(table.tables("waive"))) or ()):
        with table.mistakes.noting():
            yield _waiver(waiver, table, criteria)


def _waiver(waiver: Table, of: Table, criteria: Sequence[CriterionText] | None) -> WaiverText:
    rules = CHANNEL_RULES if criteria is None else (*INSTANCE_RULES, *CRITERION_RULES)
    waiver.close(
        ("rule", "reason") if criteria is None else ("rule", "criterion", "outcome", "reason")
    )
    rule = waiver.choice("rule", rules)
    reason = waiver.string("reason").strip()
    # Nor does one of nothing but what nobody sees, as U+200B, or of signs.
    if not any(character.isalnum() for character in reason):
        raise waiver.error("say why: an empty reason waives nothing", "reason")
    subject: SourceLocation | str
    outcome = None
    if criteria is None:
        whole = rule == "not-tried"
        subject = str(of.document.path) if whole else of.document.where(("channel",), key=True)
    elif rule in INSTANCE_RULES:
        for key in ("criterion", "outcome"):
            if key in waiver.values:
                raise waiver.key_error(f"{rule} is about the whole instance: leave it out", key)
        subject = of.document.where(of.at, key=True)
    else:
        subject = _criterion(waiver, criteria).where
        outcome = _outcome(waiver)
    return WaiverText(waiver.document, waiver.at, rule, subject, outcome, reason)


def _criterion(waiver: Table, criteria: Sequence[CriterionText]) -> CriterionText:
    name = waiver.string("criterion")
    names = [str(criterion.at[-1]) for criterion in criteria]
    if name not in names:
        hint = near(name, names)
        raise waiver.error(f"the instance has no criterion on {quoted(name)} ({hint})", "criterion")
    return criteria[names.index(name)]


def _outcome(waiver: Table) -> int | None:
    written = waiver.values.get("outcome")
    if written is not None and not isinstance(written, bool):
        raise waiver.error(f"outcome must be true or false, not {words(written)}", "outcome")
    return None if written is None else int(written)
