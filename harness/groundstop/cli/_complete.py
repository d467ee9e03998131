# SPDX-License-Identifier: Apache-2.0
"""What a shell offers for a target, a release or a finding that is being typed."""

from __future__ import annotations

COMPLETE = "_GROUNDSTOP_COMPLETE"
