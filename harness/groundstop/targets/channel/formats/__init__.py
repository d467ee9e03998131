# SPDX-License-Identifier: Apache-2.0
"""The channel target's file formats: native/channel/README.md, as declarations.

A test compares the two, table by table; rules have the wording of that page.  What is
not here is what needs a release: whether the types are those of its sensor.
"""

from groundstop.targets.channel.formats.channel import (
    ByteClass,
    ChannelFile,
    Insn,
    Instance,
    Program,
)
from groundstop.targets.channel.formats.criteria import Criterion, Pattern, Range, Text
from groundstop.targets.channel.formats.events import Bundle, Event, Events, Number, Value
from groundstop.targets.channel.formats.templates import Input, TemplateFile, TemplateType
from groundstop.targets.channel.formats.vocabulary import (
    MAX_CLASSES,
    MAX_EVENTS,
    MAX_FILE,
    MAX_INPUTS,
    MAX_INSNS,
    MAX_INSTANCES,
    MAX_PROGRAMS,
    MAX_TYPES,
    CriterionFlags,
    CriterionKind,
    InputKind,
    Op,
    Severity,
    ValueKind,
)

__all__ = [
    "MAX_CLASSES",
    "MAX_EVENTS",
    "MAX_FILE",
    "MAX_INPUTS",
    "MAX_INSNS",
    "MAX_INSTANCES",
    "MAX_PROGRAMS",
    "MAX_TYPES",
    "Bundle",
    "ByteClass",
    "ChannelFile",
    "Criterion",
    "CriterionFlags",
    "CriterionKind",
    "Event",
    "Events",
    "Input",
    "InputKind",
    "Insn",
    "Instance",
    "Number",
    "Op",
    "Pattern",
    "Program",
    "Range",
    "Severity",
    "TemplateFile",
    "TemplateType",
    "Text",
    "Value",
    "ValueKind",
]
