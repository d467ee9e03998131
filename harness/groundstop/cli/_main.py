# SPDX-License-Identifier: Apache-2.0
"""`groundstop`: the group of commands, and what every command does about errors."""

from __future__ import annotations

import importlib
import os
import re
import sys
import tempfile
import traceback
from typing import NoReturn

import click

from groundstop.cli._complete import COMPLETE
from groundstop.cli._group import CommandGroup
from groundstop.cli._lines import say, say_text
from groundstop.errors import GroundstopError, os_error_words
from groundstop.terminal import complain, open_standard_files, take_over

# Name and help line of each command: --help must not import any of them.
_COMMANDS = {
    "doctor": "Say whether this machine has what campaigns need, and what to do if not.",
    "init": "Write a minimal project that fuzzes at once, in this folder.",
    "fetch-example": "Download the sources of an example target.",
    "list": "List the targets of this project, their releases and histories.",
    "build": "Compile a target's core in some or all of its variants.",
    "fuzz": "Run a campaign on a target, a property or a libFuzzer harness.",
    "repro": "Show a finding again: symbolized report and decoded content.",
    "minimize": "Shrink a file while it shows the same finding.",
    "findings": "List the findings that are kept, or show one.",
    "corpus": "Say what a corpus has, shrink it, add to it.",
    "show": "Decode a file for people, damaged ones as far as they go.",
    "events": "Make events that reach every criterion of a file, as text.",
    "compile": "Compile a text source to the binary that ships.",
    "gate": "Decide for each candidate file: ship or hold, with evidence.",
    "coverage": "Replay the corpus and report which lines of the core it reached.",
    "report": "Write what is known of a target to one HTML file, to keep or to pass on.",
    "bench": "Measure inputs per second beside a native libFuzzer binary.",
    "incident": "Show a past failure happen, step by step, and be held.",
}

_NOTHING_DECIDED = 2
_NO_FOLDER = "the folder that this runs in is not there any more: cd to one that is"
_OPEN_FILES = 4096


class _Commands(CommandGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"groundstop.cli.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 (a mistake of ours, not of a user)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done or ship; 1 finding or hold; 2 nothing decided (usage or machine).",
)
@click.version_option(package_name="groundstop")
def _cli() -> None:
    """Keep content on the ground until it is proven safe to run in a kernel."""


def _one_dash(error: click.NoSuchOption) -> click.UsageError:
    """Return the error for a word that is an option but for a dash, or a flag of libFuzzer's."""
    letter = error.option_name.removeprefix("-")
    words = [word for word in sys.argv[1:] if re.match(r"-[^-]{2}", word) and letter in word]
    if error.option_name.startswith("--") or error.ctx is None or not words:
        return error
    name = words[0].partition("=")[0]
    known = {option for param in error.ctx.command.params for option in param.opts}
    if f"-{name}" in known:
        return click.UsageError(f"{words[0]}: options have two dashes: -{words[0]}", error.ctx)
    if error.ctx.info_name == "fuzz":
        words = [f"{words[0]}: libFuzzer's flags go behind two dashes: ... -- {words[0]}"]
        return click.UsageError(words[0], error.ctx)
    return error


def _allow_files() -> None:
    """Raise the limit of open files as far as is allowed, and as is of use."""
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main() -> NoReturn:
    """Run the command line; every error of ours is one message and exit status 2."""
    open_standard_files()
    _allow_files()
    if COMPLETE in os.environ:
        # A shell reads this, not people; click ends it.
        _cli.main(prog_name="groundstop")
    stdout, stderr = take_over()
    if stderr.isatty():
        _show_log()
    status = _run()
    stdout.flush()
    stderr.flush()
    if stdout.lost:
        complain(f"standard output cannot be written: {os_error_words(stdout.lost)}")
        # What was found stays found; that all is well has reached nobody.
        status = status or _NOTHING_DECIDED
    sys.exit(status)


def _run() -> int:
    try:
        status = _cli.main(prog_name="groundstop", standalone_mode=False)
    except click.NoSuchOption as error:
        _explain(_one_dash(error))
    except click.ClickException as error:
        _explain(error)
    except GroundstopError as error:
        complain(error)
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted, nothing decided")
    except SystemExit:
        # Not ours: somebody else's code.  Whatever it says, nothing was decided.
        pass
    except OSError as error:
        complain(os_error_words(error) if _has_folder() else _NO_FOLDER)
    except Exception as error:  # noqa: BLE001  (a mistake of ours, but a user must not see it raw)
        complain(f"internal error: {error!r}; {_keep_traceback()}")
    else:
        return status if isinstance(status, int) else 0
    return _NOTHING_DECIDED


def _has_folder() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109  (Path.cwd does no more)
    except OSError:
        return False


def _explain(error: click.ClickException) -> None:
    """Say what is wrong with the command line, and how the command is used."""
    context = getattr(error, "ctx", None)
    if context is not None:
        usage = context.get_usage()
        if error.format_message().startswith(usage):
            # A command that needs words got none: its message is the whole help.
            say_text(error.format_message(), err=True)
            return
        say_text(usage, err=True)
        say(f"Try '{context.command_path} --help' for help.", err=True)
    complain(error.format_message())


def _show_log() -> None:
    """Tell people what takes its time; a program that reads this has the exit status."""
    import logging

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complain(record.getMessage())

    log = logging.getLogger("groundstop")
    log.addHandler(Shown())
    log.setLevel(logging.INFO)


def _keep_traceback() -> str:
    """Write the present traceback to a file of its own; return what to do with it."""
    said = f"{sys.argv}\n{traceback.format_exc()}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="groundstop-error-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(said)
    except OSError as error:
        return f"please report it with this, for which no file could be written ({error}):\n{said}"
    return f"please report it with {path}"
