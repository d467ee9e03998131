# SPDX-License-Identifier: Apache-2.0
"""The operators' names and number, which Python and the driver repeat, against mutator.h."""

from __future__ import annotations

import re

from groundstop.campaign._stats import OPERATORS
from groundstop.toolchain import native_root

HEADER = (native_root() / "mutator" / "mutator.h").read_text()


def test_names_are_those_of_the_header() -> None:
    numbered = re.findall(r"GROUNDSTOP_OP_(\w+) = (\d+),", HEADER)
    assert [(name.lower(), int(number)) for name, number in numbered] == [
        (name, number) for number, name in enumerate(OPERATORS)
    ]
