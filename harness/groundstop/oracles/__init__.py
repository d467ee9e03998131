# SPDX-License-Identifier: Apache-2.0
"""Oracles take a testcase and its outcome and determine whether there is a bug.

The memory oracle is not here: sanitizers and guard pages end the process by themselves.
"""

from groundstop.oracles._roundtrip import RoundTrip

__all__ = ["RoundTrip"]
