# SPDX-License-Identifier: Apache-2.0
"""What an entry script runs: once to prepare, then, preloaded, to fuzz."""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from groundstop.campaign._launch import is_launched
from groundstop.campaign._options import ScriptOptions
from groundstop.config import find_project
from groundstop.errors import CampaignError, GroundstopError

if TYPE_CHECKING:
    from groundstop.target import Context, Oracle, Target

__all__ = ["fuzz_main"]

# libFuzzer hands every word of these modes' command lines to sh, unquoted.
_MODES_THROUGH_SH = ("fork", "merge", "minimize_crash", "cleanse_crash", "jobs")
_PLAIN_WORD = re.compile(r"[\w./:,=@%+-]*")

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
    script = str(Path(argv[0]).resolve())
    try:
        options = ScriptOptions.parse(argv[1:], os.environ)
        _check_script(script, options)
        if is_launched():
            _fuzz(target, [script, *argv[1:]], options, call)
        else:
            _relaunch(target, [script, *argv[1:]], options)
    except GroundstopError as error:
        sys.stderr.write(f"{Path(script).name}: {error}\n")
        sys.exit(_USAGE_STATUS)


def _check_script(script: str, options: ScriptOptions) -> None:
    modes = [m for m in _MODES_THROUGH_SH if options.flag(m) not in {None, "0"}]
    if not modes:
        return
    if not os.access(script, os.X_OK):
        raise CampaignError(
            f"{script} is not executable, and -{modes[0]} starts it again: chmod +x {script}"
        )
    for word in (script, *options.flags, *options.paths, os.environ.get("TMPDIR", "")):
        if not _PLAIN_WORD.fullmatch(word):
            raise CampaignError(
                f"{word!r}: with -{modes[0]} libFuzzer hands this to sh without quotes: use a "
                "path of letters, digits and ._/-"
            )


def _relaunch(target: str | Target, argv: list[str], options: ScriptOptions) -> NoReturn:
    """Build, and become the same program in the environment that it needs."""
    from groundstop.campaign._prepare import corpus_folders, evolved_folder, prepare, variant_of
    from groundstop.campaign._rundir import RunDirectory, clear_dead_runs
    from groundstop.target import load_target

    project = find_project(Path(argv[0]).parent)
    if isinstance(target, str):
        target = load_target(project, target)
    clear_dead_runs(project.state, lambda name: evolved_folder(project, name))
    run = RunDirectory(project.state, target.name)
    variant = variant_of(target, options.release, options.sanitizer)
    launch = prepare(target, project, variant, run.scratch, share=options.share)
    arguments = list(argv)
    if options.flag("artifact_prefix") is None:
        folder = project.state / "findings" / target.name / str(variant)
        folder.mkdir(parents=True, exist_ok=True)
        arguments.append(f"-artifact_prefix={folder}/")
    if options.flag("detect_leaks") is None:
        # Python's allocations would look like leaks, and have every input run twice.
        arguments.append("-detect_leaks=0")
    # Before theirs: the last one of a name counts.
    arguments[1:1] = launch.flags
    if launch.dictionary and options.flag("dict") is None:
        arguments.append(f"-dict={launch.dictionary}")
    if not options.paths:
        arguments.extend(str(folder) for folder in corpus_folders(target, project))
    environment = launch.environment()
    _check_script(
        argv[0], ScriptOptions.parse(arguments[1:], {**os.environ, "TMPDIR": str(run.scratch)})
    )
    # The lock must outlive exec; whoever comes next clears the folder away.
    os.set_inheritable(run.lock, True)  # noqa: FBT003  (the function's own signature)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606


def _fuzz(
    target: str | Target,
    argv: list[str],
    options: ScriptOptions,
    call: Callable[[bytes], object] | None,
) -> NoReturn:
    from groundstop.campaign._engine import run_engine
    from groundstop.campaign._judge import Judge
    from groundstop.native import load_core, preloaded_driver

    driver = preloaded_driver()
    driver.set_share(float(os.environ["GROUNDSTOP_SHARE"]))
    if call is not None:
        function = call

        def run_python(data: bytes) -> None:
            if function(data) == -1:
                driver.discard()

        run_engine(argv, run_python)
    core = load_core(Path(os.environ["GROUNDSTOP_CORE"]), os.environ["GROUNDSTOP_ENTRY"])
    driver.set_entry(core.function)
    prefix = options.flag("artifact_prefix")
    folder = Path(prefix) if prefix and prefix.endswith("/") else None
    judge = Judge(driver, lambda: _bench(target, argv[0], options), folder)
    is_first = True

    def judge_next(data: bytes) -> None:
        nonlocal is_first
        # The first call is the driver's to Atheris, which then sets up its own alarm.
        if not is_first:
            judge(data)
        is_first = False

    run_engine(argv, judge_next)


def _bench(
    target: str | Target, script: str, options: ScriptOptions
) -> tuple[Sequence[Oracle], Context]:
    """Return the oracles, and what they may ask of the core; nothing of it runs yet."""
    from groundstop.model import Sanitizer, Variant
    from groundstop.target import load_target

    project = find_project(Path(script).parent)
    loaded = load_target(project, target) if isinstance(target, str) else target
    # What `prepare` has put into the environment, or the flag that it came from.
    sanitizer = options.sanitizer or Sanitizer.ADDRESS
    variant = Variant(options.release or loaded.core.fleet[-1], sanitizer)

    def reruns() -> Context:
        from groundstop.replay import Builds, Reruns

        builds = Builds(loaded, project, json.loads(os.environ["GROUNDSTOP_BUILDS"]))
        return Reruns(loaded, project, variant, builds=builds)

    return loaded.oracles, cast("Context", _Later(reruns))


class _Later:
    """Stands for an object that is made when first used: not every oracle runs something."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._made = functools.cache(make)

    def __getattr__(self, name: str) -> object:
        return getattr(self._made(), name)
