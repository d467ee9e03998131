# SPDX-License-Identifier: Apache-2.0
"""The names of the rules in a testcase."""

from __future__ import annotations

from groundstop.errors import InputError
from groundstop.targets.yara.formats import Bundle
from groundstop.targets.yara.structures import RuleBody
from groundstop.targets.yara.vocabulary import RuleFlags

__all__ = ["rule_names"]


def rule_names(testcase: bytes) -> dict[int, str]:
    """Return the rules that a scan reports, by their number; raise InputError for a broken file."""
    decoded = Bundle.decode(testcase)
    if decoded.problem is not None:
        raise InputError(f"these rules keep not to their format: {decoded.problem}")
    rules = decoded.value.rules
    names = {}
    for number, rule in enumerate(rules.rules.entries):
        if isinstance(rule.body, RuleBody) and not rule.flags & RuleFlags.PRIVATE:
            at = rule.body.identifier.target.offset
            names[number] = rules.texts[at:].partition(b"\0")[0].decode("ascii", "replace")
    return names
