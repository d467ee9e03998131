# SPDX-License-Identifier: Apache-2.0
"""A campaign is one bounded run of the fuzzer on a target: entry script, supervisor, result.

An entry script is three lines that call `fuzz_main`; `run_campaign` starts it as a process
group of its own, watches it, and sums up what it did.
"""

from groundstop.campaign._launch import Launch
from groundstop.campaign._main import fuzz_main
from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._progress import Artifact, CampaignResult, Progress
from groundstop.campaign._prepare import prepare
from groundstop.campaign._supervise import run_campaign

__all__ = [
    "Artifact",
    "CampaignOptions",
    "CampaignResult",
    "Launch",
    "Progress",
    "fuzz_main",
    "prepare",
    "run_campaign",
]
