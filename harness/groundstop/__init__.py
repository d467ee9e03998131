# SPDX-License-Identifier: Apache-2.0
"""Groundstop keeps content on the ground until it is proven safe to run in a kernel.

A content interpreter is compiled code, often in a kernel, that evaluates files
which ship far faster than the code does.  This package fuzzes and property-tests
such interpreters and decides for each candidate file: ship or hold, with evidence.
"""
