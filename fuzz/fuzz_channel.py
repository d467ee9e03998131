#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzz the reference interpreter; takes libFuzzer's flags (-help=1 lists them).

    fuzz/fuzz_channel.py -max_total_time=60
    fuzz/fuzz_channel.py --release=7.11@2024-07 -fork=2 -ignore_crashes=1
    fuzz/fuzz_channel.py -minimize_crash=1 -max_total_time=60 crash-file

Without folders it reads and extends the target's own corpus.
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
    fuzz_main("channel", sys.argv)
