# SPDX-License-Identifier: Apache-2.0
"""Targets that come with Groundstop; users of the framework like any other."""
