# SPDX-License-Identifier: Apache-2.0
"""A campaign is one bounded run of the fuzzer on a target: entry script, supervisor, result.

An entry script is three lines that call `fuzz_main`; `run_campaign` starts it as a process
group of its own, watches it, and sums up what it did.
"""

from __future__ import annotations

import importlib

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from groundstop.campaign._display import CampaignDisplay, summary_lines
    from groundstop.campaign._flags import check_flags, is_passed_on
    from groundstop.campaign._launch import Launch, sanitizer_options
    from groundstop.campaign._lock import campaign_name
    from groundstop.campaign._main import fuzz_main
    from groundstop.campaign._merge import MergeResult, count_edges, merge_evolved
    from groundstop.campaign._options import CampaignOptions
    from groundstop.campaign._prepare import (
        format_dictionary,
        format_table,
        prepare,
        variant_of,
    )
    from groundstop.campaign._progress import Artifact, CampaignResult, Observer, Progress
    from groundstop.campaign._record import (
        CampaignRecord,
        keep_record,
        read_record,
        record_paths,
    )
    from groundstop.campaign._rundir import RunDirectory, clear_dead_runs
    from groundstop.campaign._stats import read_stats
    from groundstop.campaign._supervise import run_campaign

__all__ = [
    "Artifact",
    "CampaignDisplay",
    "CampaignOptions",
    "CampaignRecord",
    "CampaignResult",
    "Launch",
    "MergeResult",
    "Observer",
    "Progress",
    "RunDirectory",
    "campaign_name",
    "check_flags",
    "clear_dead_runs",
    "count_edges",
    "format_dictionary",
    "format_table",
    "fuzz_main",
    "is_passed_on",
    "keep_record",
    "merge_evolved",
    "prepare",
    "read_record",
    "read_stats",
    "record_paths",
    "run_campaign",
    "sanitizer_options",
    "summary_lines",
    "variant_of",
]

# Loaded when asked for: an entry script starts every few seconds, or hundredths of one,
# and all that it needs then is fuzz_main.
_HOMES = {
    "Artifact": "_progress",
    "CampaignDisplay": "_display",
    "CampaignOptions": "_options",
    "CampaignRecord": "_record",
    "CampaignResult": "_progress",
    "Launch": "_launch",
    "MergeResult": "_merge",
    "Observer": "_progress",
    "Progress": "_progress",
    "RunDirectory": "_rundir",
    "campaign_name": "_lock",
    "check_flags": "_flags",
    "clear_dead_runs": "_rundir",
    "count_edges": "_merge",
    "format_dictionary": "_prepare",
    "format_table": "_prepare",
    "fuzz_main": "_main",
    "is_passed_on": "_flags",
    "keep_record": "_record",
    "merge_evolved": "_merge",
    "prepare": "_prepare",
    "read_record": "_record",
    "read_stats": "_stats",
    "record_paths": "_record",
    "run_campaign": "_supervise",
    "sanitizer_options": "_launch",
    "summary_lines": "_display",
    "variant_of": "_prepare",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the name stands for)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
