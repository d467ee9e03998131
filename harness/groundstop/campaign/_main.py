# SPDX-License-Identifier: Apache-2.0
"""What an entry script runs: once to prepare, then, preloaded, to fuzz.

Where a core dies all the time, a process runs few inputs: what the second part imports
before its first input is as little as will do.  A test names it all.
"""

from __future__ import annotations

import os
import sys

# As in `typing`, which a process that starts to fuzz has no time to import.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from groundstop.target import Target

__all__ = ["fuzz_main"]

# Words of a command line that nobody may have checked before this process was started.
_UNCHECKED = ("--", "-fork=", "-merge=", "-minimize_crash=", "-cleanse_crash=", "-jobs=")

_USAGE_STATUS = 2


def fuzz_main(
    target: str | Target,
    argv: Sequence[str] | None = None,
    call: Callable[[bytes], object] | None = None,
) -> NoReturn:
    """Fuzz `target` (a name of the registry, or a Target) with libFuzzer's flags in `argv`.

    `argv` (default: sys.argv) begins with the script's own path.  `call` is an entry point in
    Python: it gets every input, drives the core through `groundstop.native` (its library
    is at os.environ["GROUNDSTOP_CORE"]), and may return -1 for "do not keep".

    Ends the process: with libFuzzer's status, or with 2 and a message when there was
    nothing to run.
    """
    argv = sys.argv if argv is None else argv
    arguments = [os.path.realpath(argv[0]), *argv[1:]]
    try:
        if _is_launched():
            # It may be a link with another name for a shell.
            arguments[0] = os.path.abspath(argv[0])  # noqa: PTH100
        else:
            from groundstop.campaign._relaunch import relaunch

            relaunch(target, arguments)
        if any(word.startswith(_UNCHECKED) for word in argv[1:]):
            from groundstop.campaign._relaunch import check_arguments

            arguments = check_arguments(arguments)
        _fuzz(target, arguments, call)
    except Exception as error:
        from groundstop.errors import GroundstopError

        if not isinstance(error, GroundstopError):
            raise
        from groundstop.terminal import complain

        complain(error, arguments[0].rpartition("/")[2])
        sys.exit(_USAGE_STATUS)


def _is_launched() -> bool:
    """Return whether this process already runs in the environment of a Launch."""
    preloaded = os.environ.get("GROUNDSTOP_PRELOADED")
    return bool(preloaded) and os.environ.get("LD_PRELOAD") == preloaded


def _fuzz(
    target: str | Target, argv: list[str], call: Callable[[bytes], object] | None
) -> NoReturn:
    from groundstop.campaign._engine import run_engine
    from groundstop.native import load_core, preloaded_driver

    driver = preloaded_driver()
    driver.set_share(float(os.environ["GROUNDSTOP_SHARE"]))
    if call is not None:
        function = call

        def run_python(data: bytes) -> None:
            if function(data) == -1:
                driver.discard()

        run_engine(argv, run_python)
    core = load_core(
        os.environ["GROUNDSTOP_CORE"], os.environ["GROUNDSTOP_ENTRY"], is_examined=True
    )
    driver.set_entry(core.function)
    judge: Callable[[bytes], None] | None = None
    is_first = True

    def judge_next(data: bytes) -> None:
        nonlocal is_first, judge
        # The first call is the driver's to Atheris, which then sets up its own alarm.
        if is_first:
            is_first = False
            return
        if judge is None:
            from groundstop.campaign._judge import judge_of

            judge = judge_of(target, argv, driver)
        judge(data)

    run_engine(argv, judge_next)
