# SPDX-License-Identifier: Apache-2.0
"""`groundstop`: the group of commands, and what every command does about errors."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from typing import NoReturn

import click

from groundstop.errors import GroundstopError, os_error_words

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
_LAST_STANDARD_FILE = 2


class _Commands(click.Group):
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


def main() -> NoReturn:
    """Run the command line; every error of ours is one message and exit status 2."""
    _open_standard_files()
    if sys.stderr.isatty():
        _show_log()
    try:
        status = _cli.main(prog_name="groundstop", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = _NOTHING_DECIDED
    except GroundstopError as error:
        click.echo(f"groundstop: {error}", err=True)
        status = _NOTHING_DECIDED
    except (click.Abort, KeyboardInterrupt):
        click.echo("groundstop: interrupted, nothing decided", err=True)
        status = _NOTHING_DECIDED
    except SystemExit:
        # Not ours: click's answer to a reader that has gone (head, less), or somebody
        # else's code.  Whatever it says, nothing was decided.
        status = _NOTHING_DECIDED
    except OSError as error:
        click.echo(f"groundstop: {os_error_words(error)}", err=True)
        status = _NOTHING_DECIDED
    except Exception as error:  # noqa: BLE001  (a mistake of ours, but a user must not see it raw)
        click.echo(f"groundstop: internal error: {error!r}; {_keep_traceback()}", err=True)
        status = _NOTHING_DECIDED
    sys.exit(status if isinstance(status, int) else 0)


def _show_log() -> None:
    """Tell people what takes its time; a program that reads this has the exit status."""
    import logging

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # Whatever stands for standard error by then: a live display has its own.
            click.echo(f"groundstop: {record.getMessage()}", err=True)

    log = logging.getLogger("groundstop")
    log.addHandler(Shown())
    log.setLevel(logging.INFO)


def _open_standard_files() -> None:
    """Put /dev/null where cron or a shell has closed one of the three standard files.

    Else the next file opened would get its number, and be written to by mistake.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD_FILE:
        os.set_inheritable(descriptor, True)  # noqa: FBT003  (the function's own signature)
    os.close(descriptor)


def _keep_traceback() -> str:
    """Write the present traceback to a file of its own; return what to do with it."""
    descriptor, path = tempfile.mkstemp(prefix="groundstop-error-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{sys.argv}\n{traceback.format_exc()}")
    return f"please report it with {path}"
