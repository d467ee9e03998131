# SPDX-License-Identifier: Apache-2.0
"""A property is a law about a core, written once as a Hypothesis test and run by three drivers.

    newest = core("channel")

    @given(data=st.binary())
    def test_the_core_survives_any_bytes(data: bytes) -> None:
        newest.run(data)

pytest runs it on isolated builds of the core; `groundstop fuzz FILE::TEST` runs the same
function as a campaign, the core in the fuzzer's process, guided by its coverage; and what
that finds is kept under corpus/<target>/properties, where `groundstop repro` and `stored`
run it again.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from groundstop.properties._core import CoreUnderTest, core
from groundstop.properties._died import CoreDied

if TYPE_CHECKING:
    from groundstop.properties._campaign import fuzz_property, property_main, property_variant
    from groundstop.properties._keep import (
        PropertyFinding,
        keep_earlier_failures,
        keep_failures,
    )
    from groundstop.properties._property import Property, is_property, load_property
    from groundstop.properties._run import Failure, run_property
    from groundstop.properties._stored import StoredInput, find_stored, reproduce_stored, stored

__all__ = [
    "CoreDied",
    "CoreUnderTest",
    "Failure",
    "Property",
    "PropertyFinding",
    "StoredInput",
    "core",
    "find_stored",
    "fuzz_property",
    "is_property",
    "keep_earlier_failures",
    "keep_failures",
    "load_property",
    "property_main",
    "property_variant",
    "reproduce_stored",
    "run_property",
    "stored",
]

# Loaded when asked for: a test needs no campaigns, and fork mode starts a process every few
# seconds.
_HOMES = {
    "Failure": "_run",
    "Property": "_property",
    "PropertyFinding": "_keep",
    "StoredInput": "_stored",
    "find_stored": "_stored",
    "fuzz_property": "_campaign",
    "is_property": "_property",
    "keep_earlier_failures": "_keep",
    "keep_failures": "_keep",
    "load_property": "_property",
    "property_main": "_campaign",
    "property_variant": "_campaign",
    "reproduce_stored": "_stored",
    "run_property": "_run",
    "stored": "_stored",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the name stands for)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
