# SPDX-License-Identifier: Apache-2.0
"""The C declarations of the driver, as `driver.h` and `report.h` have them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cffi import FFI

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


@functools.cache
def driver_ffi() -> FFI:
    """Return the declarations, parsed once; cffi is not imported before."""
    # Imported late: only a process that fuzzes pays for it.
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    return ffi


def entry_ffi(entry: str) -> FFI:
    """Return the declaration of an entry point of that name."""
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(f"int {entry}(const uint8_t *data, size_t size);")
    return ffi


@functools.cache
def initializer_ffi() -> FFI:
    """Return the declaration of what libFuzzer calls before the first input."""
    import cffi

    ffi = cffi.FFI()
    ffi.cdef("int LLVMFuzzerInitialize(int *argc, char ***argv);")
    return ffi
