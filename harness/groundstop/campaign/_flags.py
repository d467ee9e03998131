# SPDX-License-Identifier: Apache-2.0
"""libFuzzer's own flags, as people pass them on: what it would ignore or break is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from groundstop.errors import CampaignError
from groundstop.links import plain_path
from groundstop.model import Sanitizer
from groundstop.toolchain import sanitizer_runtime
from groundstop.words import nearest

__all__ = ["check_flags", "is_passed_on"]

# What a campaign sets itself, and how to ask for it.
_OPTIONS = {
    "dict": "--dict FILE",
    "fork": "--workers N",
    "jobs": "--workers N",
    "max_len": "--max-len BYTES",
    "max_total_time": "--seconds N",
    "rss_limit_mb": "--rss-limit MIB",
    "seed": "--seed N",
    "timeout": "--timeout SECONDS",
    "workers": "--workers N",
    "merge": "`groundstop corpus merge`",
    "set_cover_merge": "`groundstop corpus merge`",
    "minimize_crash": "`groundstop minimize`",
    "minimize_crash_internal_step": "`groundstop minimize`",
    "cleanse_crash": "`groundstop minimize`",
}
# What it cannot do without, or what is another program than a campaign.
_OURS = frozenset(
    {
        "artifact_prefix",
        "close_fd_mask",
        "collect_data_flow",
        "create_missing_dirs",
        "detect_leaks",
        "error_exitcode",
        "exact_artifact_path",
        "features_dir",
        "help",
        "ignore_crashes",
        "ignore_ooms",
        "ignore_remaining_args",
        "ignore_timeouts",
        "interrupt_exitcode",
        "merge_control_file",
        "merge_inner",
        "run_equivalence_server",
        "stop_file",
        "timeout_exitcode",
        "use_equivalence_server",
        "verbosity",
    }
)
# All others are numbers, of which libFuzzer takes anything else for 0.
_TEXTS = frozenset(
    {
        "data_flow_trace",
        "exit_on_item",
        "exit_on_src_pos",
        "focus_function",
        "mutation_graph_file",
        "seed_inputs",
    }
)
_FLAG = re.compile(r"-(?P<name>\w+)=(?P<value>.*)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,10}")
_LISTED = re.compile(r"^ (\w+) +\t", re.MULTILINE)
_ASK = "import atheris\natheris.Setup(['x', '-help=1'], lambda data: None)\natheris.Fuzz()\n"


def is_passed_on(name: str) -> bool:
    """Return whether whoever starts a campaign may set a flag: it does not do so itself."""
    return name not in _OPTIONS and name not in _OURS


def check_flags(flags: Sequence[str]) -> None:
    """Raise CampaignError for a flag that libFuzzer does not know, or that a campaign sets."""
    known: frozenset[str] = frozenset()
    for flag in flags:
        found = _FLAG.fullmatch(flag)
        if found is None:
            raise CampaignError(f"{flag!r}: libFuzzer's flags have the form -name=value")
        name, value = found["name"], found["value"]
        if name in _OPTIONS:
            raise CampaignError(f"-{name} is not passed on: use {_OPTIONS[name]}")
        if name in _OURS:
            raise CampaignError(f"-{name} is not passed on: the campaign needs it as it is")
        known = known or _known()
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean -{near}?" if near else "it would be ignored"
            raise CampaignError(f"-{name}: libFuzzer has no such flag: {hint}")
        if name not in _TEXTS and not _NUMBER.fullmatch(value):
            raise CampaignError(f"{flag!r}: -{name} takes a number")


def _known() -> frozenset[str]:
    """Return the names of libFuzzer's flags, of which it prints a list."""
    runtime = sanitizer_runtime(Sanitizer.UNDEFINED) or Path()
    environment = {**os.environ, "LD_PRELOAD": str(plain_path(runtime))}
    run = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    known = frozenset(_LISTED.findall(run.stdout + run.stderr))
    if not known:
        raise CampaignError(f"libFuzzer does not say which flags it knows:\n{run.stderr.rstrip()}")
    return known
