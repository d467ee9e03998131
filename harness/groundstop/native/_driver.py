# SPDX-License-Identifier: Apache-2.0
"""The driver that is preloaded in this process: native/driver/driver.h."""

from __future__ import annotations

from groundstop.native._abi import ffi
from groundstop.native._load import core_error

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from groundstop.model import Outcome

__all__ = ["Driver", "preloaded_driver"]

_VERSION = 2

_drivers: list[Driver] = []


class Driver:
    """The functions of the preloaded driver."""

    def __init__(self, library: Any) -> None:  # noqa: ANN401  (cffi's libraries have no type)
        self._library = library
        self._report = library.groundstop_driver_report()

    def set_entry(self, function: Any) -> None:  # noqa: ANN401  (a cffi function pointer)
        """Run every input of the campaign natively through `function`."""
        self._library.groundstop_driver_set_entry(self._entry(function))

    def set_share(self, share: float) -> None:
        """Let Python have `share` (0 to 1) of the time, beside what the core itself finds wrong."""
        self._library.groundstop_driver_set_share(share)

    def discard(self) -> None:
        """From a Python-callable entry point: do not keep the input that runs now."""
        self._library.groundstop_driver_discard()

    def outcome(self) -> Outcome:
        """Return what the core made of the input that runs now."""
        return self._outcome(self._library.groundstop_driver_returned())

    def execute(self, function: Any, data: bytes) -> Outcome:  # noqa: ANN401
        """Run an entry point on an exact-size copy of `data` and return its outcome.

        The copy comes from the sanitizer's allocator, never from Python's: an access one
        byte beyond it is found (Python's own allocator would hide it).  Overwrites what
        `outcome` returns, so call that first.
        """
        entry = self._entry(function)
        return self._outcome(self._library.groundstop_driver_execute(entry, data, len(data)))

    def _entry(self, function: Any) -> Any:  # noqa: ANN401
        # The same C type, declared by another FFI object.
        return ffi.cast("groundstop_entry", function)

    def _outcome(self, returned: int) -> Outcome:
        from groundstop.model import Outcome, Stage

        report = self._report
        elements = frozenset(
            (element, outcome)
            for element in report.touched[0 : report.touched_count]
            for outcome in range(8)
            if report.mask[element] >> outcome & 1
        )
        return Outcome(
            returned=returned,
            stage=Stage(report.stage),
            data=bytes(ffi.buffer(report.outcome, report.outcome_size)),
            elements=elements,
            elements_dropped=report.elements_dropped,
            fuel=report.fuel,
            fuel_bound=report.fuel_bound,
            fuel_excess=report.fuel_excess,
            finding=bytes(ffi.buffer(report.finding, report.finding_size)).decode(errors="replace"),
        )


def preloaded_driver() -> Driver:
    """Return the driver of this process; raise CoreError if it was started without."""
    if not _drivers:
        _drivers.append(Driver(_library()))
    return _drivers[0]


def _library() -> Any:  # noqa: ANN401  (cffi's libraries have no type)
    library: Any = ffi.dlopen(None)
    try:
        version = library.groundstop_driver_version()
    except ffi.error as error:
        raise core_error(
            "the driver is not preloaded: start this through its entry script or `groundstop fuzz`"
        ) from error
    if version != _VERSION:
        raise core_error(
            f"the preloaded driver has version {version}, this Groundstop needs {_VERSION}: "
            "unset LD_PRELOAD and start again"
        )
    return library
