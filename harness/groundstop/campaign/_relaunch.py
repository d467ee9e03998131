# SPDX-License-Identifier: Apache-2.0
"""The first part of an entry script: build, and start again with what must be preloaded."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from groundstop.artifacts import hold_for_good
from groundstop.campaign._launch import plain_words
from groundstop.campaign._lock import share_evolved_for_good
from groundstop.campaign._options import ScriptOptions
from groundstop.campaign._prepare import corpus_folders, evolved_folder, prepare, variant_of
from groundstop.campaign._rundir import RunDirectory, clear_dead_runs
from groundstop.config import find_project
from groundstop.errors import CampaignError
from groundstop.files import make_folder
from groundstop.target import Target, load_target, rooted

__all__ = ["check_arguments", "relaunch"]

# libFuzzer hands every word of these modes' command lines to sh, unquoted.
_MODES_THROUGH_SH = ("fork", "merge", "minimize_crash", "cleanse_crash", "jobs")
_SHELL_WORD = re.compile(r"[\w./:,=@%+-]*")


def check_arguments(argv: Sequence[str]) -> list[str]:
    """Return the command line `argv`, which begins with the script's path, as it can be run.

    Where libFuzzer starts the script again through a shell, paths that need quotes are replaced
    by links to them.  Raises CampaignError for what is no path and needs quotes.
    """
    script = argv[0]
    options = ScriptOptions.parse(argv[1:], os.environ)
    modes = [m for m in _MODES_THROUGH_SH if options.flag(m) not in {None, "0"}]
    if not modes:
        return list(argv)
    if not os.access(script, os.X_OK):
        raise CampaignError(
            f"{script} is not executable, and -{modes[0]} starts it again: chmod +x {script}"
        )
    words = plain_words(argv)
    for word in words:
        if not _SHELL_WORD.fullmatch(word):
            raise CampaignError(
                f"{word!r}: with -{modes[0]} libFuzzer hands this to sh without quotes: use "
                "letters, digits and ._/-"
            )
    return words


def relaunch(target: str | Target, argv: Sequence[str]) -> NoReturn:
    """Build, and become the same program in the environment that it needs.

    Raises CampaignError for what is wrong in `argv`, and whatever building may raise.
    """
    check_arguments(argv)
    options = ScriptOptions.parse(argv[1:], os.environ)
    project = find_project(Path(argv[0]).parent)
    # Targets that look for their project find this one, wherever the script is started.
    os.environ["GROUNDSTOP_PROJECT"] = str(project.root)
    target = load_target(project, target) if isinstance(target, str) else rooted(target, project)
    clear_dead_runs(project.state, lambda name: evolved_folder(project, name))
    run = RunDirectory(project.state, target.name)
    variant = variant_of(target, options.release, options.sanitizer)
    launch = prepare(target, project, variant, run.scratch, share=options.share)
    # Our own options are in the environment from now on.  Flags of the launch come before
    # theirs: the last one of a name counts.
    arguments = [argv[0], *launch.flags, *(a for a in argv[1:] if not a.startswith("--"))]
    if options.flag("artifact_prefix") is None:
        folder = project.state / "findings" / target.name / str(variant)
        make_folder(folder)
        hold_for_good(folder)
        arguments.append(f"-artifact_prefix={folder}/")
    if options.flag("detect_leaks") is None:
        # Python's allocations would look like leaks, and have every input run twice.
        arguments.append("-detect_leaks=0")
    if launch.dictionary and options.flag("dict") is None:
        arguments.append(f"-dict={launch.dictionary}")
    if not options.paths:
        share_evolved_for_good(project, target.name)
        arguments.extend(str(folder) for folder in corpus_folders(target, project))
    environment = launch.environment()
    arguments = check_arguments(arguments)
    # The lock must outlive exec; whoever comes next clears the folder away.
    os.set_inheritable(run.lock, True)  # noqa: FBT003  (the function's own signature)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606
