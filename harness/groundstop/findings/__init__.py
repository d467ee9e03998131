# SPDX-License-Identifier: Apache-2.0
"""A finding is a deduplicated oracle failure: of the inputs that show it, the smallest is kept.

`triage` turns an input into a finding, `keep_artifacts` does so with what a campaign
stored, `keep_earlier` with what lies there since one was killed, `reproduce` shows one again,
`minimize` makes its input small, `list_findings` and `find_finding` find those that are kept,
`input_named` what a user names, `misfits` tells what is wrong with a seed, `what_is_known` what
a regression shows.
"""

from groundstop.findings._examine import Examination, Examiner, examine
from groundstop.findings._finding import NOT_AGAIN, Finding, headline
from groundstop.findings._known import SHOWS_NOTHING, what_is_known
from groundstop.findings._locate import Recognizer, find_target
from groundstop.findings._minimize import Minimized, minimize
from groundstop.findings._misfit import misfits
from groundstop.findings._report import Frame, Report, parse_report
from groundstop.findings._reproduce import Reproduction, repro_command, reproduce
from groundstop.findings._search import find_finding, input_named, list_findings
from groundstop.findings._store import FindingStore, Stored
from groundstop.findings._triage import keep_artifacts, keep_earlier, keep_left, triage

__all__ = [
    "NOT_AGAIN",
    "SHOWS_NOTHING",
    "Examination",
    "Examiner",
    "Finding",
    "FindingStore",
    "Frame",
    "Minimized",
    "Recognizer",
    "Report",
    "Reproduction",
    "Stored",
    "examine",
    "find_finding",
    "find_target",
    "headline",
    "input_named",
    "keep_artifacts",
    "keep_earlier",
    "keep_left",
    "list_findings",
    "minimize",
    "misfits",
    "parse_report",
    "repro_command",
    "reproduce",
    "triage",
    "what_is_known",
]
