# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

# No deadline: no test here asserts a wall time.  CI runs the same examples every time;
# everybody else gets new ones, and what they find stays in the example database.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# Who starts the tests may ignore it (nohup does), and their processes would inherit that.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
