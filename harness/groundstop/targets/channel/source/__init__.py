# SPDX-License-Identifier: Apache-2.0
"""A text source is content as its authors write it: TOML, described in ../README.md."""

from groundstop.targets.channel.source.model import (
    CriterionText,
    EventText,
    InstanceText,
    Source,
    TypeText,
)
from groundstop.targets.channel.source.read import read_source

__all__ = ["CriterionText", "EventText", "InstanceText", "Source", "TypeText", "read_source"]
