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
from groundstop.targets.channel.source.recognize import looks_like_a_source, named_templates

__all__ = [
    "CriterionText",
    "EventText",
    "InstanceText",
    "Source",
    "TypeText",
    "looks_like_a_source",
    "named_templates",
    "read_source",
]
