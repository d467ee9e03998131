# SPDX-License-Identifier: Apache-2.0
"""What the yara target consists of."""

from __future__ import annotations

from groundstop.oracles import Memory
from groundstop.target import Target
from groundstop.targets.yara.content import YaraContent
from groundstop.targets.yara.formats import Bundle
from groundstop.targets.yara.library import LIBRARY

target = Target(
    name="yara",
    core=LIBRARY,
    format=Bundle,
    content=YaraContent(),
    oracles=(Memory(),),
)
