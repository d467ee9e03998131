#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzz libyara's compiled rules; takes libFuzzer's flags (-help=1 lists them).

    fuzz/fuzz_yara.py -max_total_time=60 -fork=2 -ignore_crashes=1

Its sources come from `groundstop fetch-example yara`.
"""

import os
import sys

try:
    from groundstop.campaign import fuzz_main
except ModuleNotFoundError:
    # Started by hand, without the project's virtual environment.
    from pathlib import Path

    python = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.prefix) == python.parents[1]:
        sys.exit("groundstop is not installed: run `make setup` first")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606  (no shell wanted)

if __name__ == "__main__":
    fuzz_main("yara", sys.argv)
