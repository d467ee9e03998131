# SPDX-License-Identifier: Apache-2.0
"""A second interpreter of channel files, in plain Python: native/channel/README.md as a program.

Written from that page and the comments of ci.h, without a look at the C, so that the two
can be compared: what one of them has wrong, the other most likely has not.  For the same
reason it reads bytes by itself and takes nothing from the declared formats but their words.
It is exact to the unit of fuel, and says nothing of memory that runs out.
"""

from groundstop.targets.channel.model.bundle import OutOfPatienceError, run_bundle
from groundstop.targets.channel.model.channel import Content
from groundstop.targets.channel.model.evaluate import Evaluation, Event, evaluate, judge
from groundstop.targets.channel.model.events import read_events
from groundstop.targets.channel.model.fuel import BUDGET
from groundstop.targets.channel.model.limit import fuel_limit
from groundstop.targets.channel.model.load import Fault, load
from groundstop.targets.channel.model.reader import RefusedError
from groundstop.targets.channel.model.report import Report
from groundstop.targets.channel.model.session import run_session
from groundstop.targets.channel.model.templates import load_templates

__all__ = [
    "BUDGET",
    "Content",
    "Evaluation",
    "Event",
    "Fault",
    "OutOfPatienceError",
    "RefusedError",
    "Report",
    "evaluate",
    "fuel_limit",
    "judge",
    "load",
    "load_templates",
    "read_events",
    "run_bundle",
    "run_session",
]
