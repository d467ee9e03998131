# SPDX-License-Identifier: Apache-2.0
"""The operators' names and number, which Python and the driver repeat, against mutator.h."""

from __future__ import annotations

import re

from groundstop.campaign._stats import OPERATORS
from groundstop.toolchain import native_root

HEADER = (native_root() / "mutator" / "mutator.h").read_text()
DRIVER = (native_root() / "driver" / "driver.c").read_text()


def test_names_are_those_of_the_header() -> None:
    numbered = re.findall(r"GROUNDSTOP_OP_(\w+) = (\d+),", HEADER)
    assert [(name.lower(), int(number)) for name, number in numbered] == [
        (name, number) for number, name in enumerate(OPERATORS)
    ]


def test_the_driver_knows_how_many_there_are() -> None:
    (in_header,) = re.findall(r"#define GROUNDSTOP_OP_COUNT (\d+)u", HEADER)
    (in_driver,) = re.findall(r"#define GROUNDSTOP_OP_COUNT (\d+)u", DRIVER)
    assert in_header == in_driver == str(len(OPERATORS))
