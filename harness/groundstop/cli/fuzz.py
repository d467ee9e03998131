# SPDX-License-Identifier: Apache-2.0
"""`groundstop fuzz`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._complete import complete_target
from groundstop.cli._harness import harness_options
from groundstop.cli._lines import say_document
from groundstop.cli._options import release_option, sanitizer_option
from groundstop.model import Release, Sanitizer


@click.command("fuzz")
@click.argument(
    "words",
    metavar="[TARGET|FILE::TEST] [-- -FLAG=VALUE...]",
    nargs=-1,
    shell_complete=complete_target,
)
@harness_options
@click.option("--seconds", default=60.0, show_default=True, help="How long to fuzz.")
@click.option("--workers", default=1, show_default=True, help="Processes (libFuzzer's fork mode).")
@release_option("The release to fuzz (default: the newest).")
@sanitizer_option("address or undefined (default: address; of a library, its own).")
@click.option("--seed", type=int, default=None, help="Make the fuzzer's choices repeatable.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Python's share of the time, for the oracles.",
)
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    default=None,
    help="What an input may work or sleep (default: 1 to 10, by how long those before took).",
)
@click.option("--rss-limit", type=int, metavar="MIB", default=None, help="Memory of a process.")
@click.option("--max-len", type=int, metavar="BYTES", default=None, help="The longest input.")
@click.option(
    "--dict",
    "dictionary",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    default=None,
    help="A dictionary of libFuzzer's, beside that of the format.",
)
@click.option("--stop", is_flag=True, help="End with the first finding.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end.")
@click.option("-q", "--quiet", is_flag=True, help="Print the summary only.")
def command(  # noqa: PLR0913, PLR0917  (one parameter for each option)
    name: str,
    seconds: float,
    workers: int,
    release: Release | None,
    sanitizer: Sanitizer | None,
    seed: int | None,
    share: float,
    timeout: float | None,
    rss_limit: int | None,
    max_len: int | None,
    dictionary: Path | None,
    flags: tuple[str, ...],
    *,
    stop: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run a campaign on a target or a property: fuzz it, then triage what was found.

    New inputs go to corpus/TARGET/evolved, findings to .groundstop/findings/TARGET.  For a
    property (a Hypothesis test that uses groundstop.properties) both go to
    corpus/TARGET/properties.
    A libFuzzer harness is fuzzed as it is, in any folder; the target is then called as its
    file is, and without a project everything is kept below .groundstop.
    Other flags of libFuzzer's go behind --, as in `groundstop fuzz channel -- -len_control=0`.
    What campaigns before have stored, and nobody has triaged since they were killed, is triaged
    first, and counts.
    Exit status: 0 nothing found; 1 findings; 2 the campaign could not run, or lost something.
    """
    from groundstop.campaign import CampaignOptions, check_flags
    from groundstop.cli._fuzzing import fuzz, print_summary

    check_flags(flags)
    options = CampaignOptions(
        seconds=seconds,
        workers=workers,
        release=release,
        sanitizer=sanitizer,
        seed=seed,
        share=share,
        timeout=timeout,
        rss_limit=rss_limit,
        max_len=max_len,
        dictionary=dictionary,
        flags=flags,
        stop_at_finding=stop,
    )
    outcome = fuzz(name, options, quiet=quiet or as_json)
    if as_json:
        say_document(outcome.document())
    else:
        print_summary(outcome)
    return outcome.exit_status
