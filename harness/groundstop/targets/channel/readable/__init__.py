# SPDX-License-Identifier: Apache-2.0
"""The readable form of a binary is the text source that it could have come from."""

from groundstop.targets.channel.readable.events import event_line, events_text
from groundstop.targets.channel.readable.show import show

__all__ = ["event_line", "events_text", "show"]
