# SPDX-License-Identifier: Apache-2.0
"""The channel target: the reference interpreter of template and channel files."""

from groundstop.targets.channel.core import target

__all__ = ["target"]
