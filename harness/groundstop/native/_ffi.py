# SPDX-License-Identifier: Apache-2.0
"""The C declarations of the driver, as `driver.h` and `report.h` have them.

Parsing C takes longer than all the rest of a fuzzing process' start, so `_abi.py` holds what
cffi makes of them.  After a change: `python -m groundstop.native._ffi` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

# Sizes are those of report.h (GS_REPORT_OUTCOME_CAPACITY) and groundstop.h
# (GROUNDSTOP_MAX_ELEMENTS, GROUNDSTOP_MAX_FINDING); a test compares them with the headers.
DECLARATIONS = """
struct gs_report {
    uint32_t stage;
    uint32_t outcome_size;
    uint64_t outcome_dropped;
    uint32_t touched_count;
    uint32_t finding_size;
    uint64_t elements_dropped;
    uint64_t tail;
    uint64_t fuel;
    uint64_t fuel_bound;
    uint64_t fuel_excess;
    char finding[255];
    uint8_t outcome[65536];
    uint16_t touched[65536];
    uint8_t mask[65536];
};
typedef int (*groundstop_entry)(const uint8_t *data, size_t size);
int groundstop_driver_version(void);
void groundstop_driver_set_entry(groundstop_entry entry);
void groundstop_driver_set_share(double share);
const struct gs_report *groundstop_driver_report(void);
int groundstop_driver_returned(void);
int groundstop_driver_execute(groundstop_entry entry, const uint8_t *data, size_t size);
void groundstop_driver_discard(void);
"""

# A core's functions have the names that its target gives them: they are looked up.
_LOADER = """
typedef int (*groundstop_initializer)(int *argc, char ***argv);
void *dlopen(const char *path, int flags);
void *dlsym(void *library, const char *name);
char *dlerror(void);
"""

_HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# fmt: off
# ruff: noqa: E501, Q000
# mypy: ignore-errors
"""


def write_abi(path: Path) -> None:
    """Write the declarations as a module that does not need the parser."""
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS + _LOADER)
    ffi.set_source("groundstop.native._abi", None)
    ffi.emit_python_code(str(path))
    path.write_text(_HEAD + path.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    write_abi(Path(__file__).with_name("_abi.py"))
