# SPDX-License-Identifier: Apache-2.0
"""A target is a core, its input format and its oracles: what a campaign is run on.

Declare one in a module of your project and name it in pyproject.toml:

    [tool.groundstop.targets]
    toy = "fuzz.toy:target"

    target = Target("toy", Core(sources=("src/vm.c",), entry="vm_fuzz"))

or with `Core(library=Path("libvm.so"), entry="vm_fuzz")` for a library that is built already.
The registry finds it there; nothing else has to know about it.
"""

from groundstop.target._beside import Beside, beside, take_seeds
from groundstop.target._build import Built, build, build_variants
from groundstop.target._content import (
    Aim,
    ContentToolchain,
    CoveringToolchain,
    Element,
    MadeEvents,
    NoElementsError,
    OutcomeCheck,
    Part,
    Synthesis,
    Unreachable,
    Waiver,
    brief,
    is_meant,
    is_named,
    is_source,
    needs_of,
)
from groundstop.target._core import Core
from groundstop.target._declared import DeclaredContent
from groundstop.target._harness import Harness, forget_harness, harnesses, keep_harness
from groundstop.target._library_signature import check_signature
from groundstop.target._oracle import Context, Oracle
from groundstop.target._problem import Problem, blank_problem, location_text
from groundstop.target._registry import list_targets, load_target, rooted
from groundstop.target._target import Incident, Step, Target, check_name, target_name

__all__ = [
    "Aim",
    "Beside",
    "Built",
    "ContentToolchain",
    "Context",
    "Core",
    "CoveringToolchain",
    "DeclaredContent",
    "Element",
    "Harness",
    "Incident",
    "MadeEvents",
    "NoElementsError",
    "Oracle",
    "OutcomeCheck",
    "Part",
    "Problem",
    "Step",
    "Synthesis",
    "Target",
    "Unreachable",
    "Waiver",
    "beside",
    "blank_problem",
    "brief",
    "build",
    "build_variants",
    "check_name",
    "check_signature",
    "forget_harness",
    "harnesses",
    "is_meant",
    "is_named",
    "is_source",
    "keep_harness",
    "list_targets",
    "load_target",
    "location_text",
    "needs_of",
    "rooted",
    "take_seeds",
    "target_name",
]
