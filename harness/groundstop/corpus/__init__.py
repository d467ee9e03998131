# SPDX-License-Identifier: Apache-2.0
"""A corpus is the inputs kept for a target: seeds, regressions, and what campaigns evolved.

corpus/<target>/seeds/         made by hand: text sources of the target's content, or binary
corpus/<target>/regressions/   inputs that once failed, each with a `.finding.toml` beside it
corpus/<target>/evolved/       kept by campaigns, named by their content, ignored by git
corpus/<target>/properties/    for each property: inputs that it failed on, as regressions; a folder
                               evolved as above
"""

from groundstop.corpus._add import Added, Known, add_regressions, add_seeds
from groundstop.corpus._files import content_files
from groundstop.corpus._missing import missing_files
from groundstop.corpus._properties import (
    add_property_input,
    find_property_input,
    list_property_inputs,
    property_folder,
)
from groundstop.corpus._regressions import (
    SIDECAR_SUFFIX,
    Regression,
    find_regression,
    list_regressions,
    read_regression,
)
from groundstop.corpus._stats import FolderStats, folder_stats
from groundstop.corpus._store import add, evolved
from groundstop.corpus._testcases import (
    Entry,
    compiled_seeds,
    entries,
    regressions,
    require_corpus,
    seeds,
    testcase,
)

__all__ = [
    "SIDECAR_SUFFIX",
    "Added",
    "Entry",
    "FolderStats",
    "Known",
    "Regression",
    "add",
    "add_property_input",
    "add_regressions",
    "add_seeds",
    "compiled_seeds",
    "content_files",
    "entries",
    "evolved",
    "find_property_input",
    "find_regression",
    "folder_stats",
    "list_property_inputs",
    "list_regressions",
    "missing_files",
    "property_folder",
    "read_regression",
    "regressions",
    "require_corpus",
    "seeds",
    "testcase",
]
