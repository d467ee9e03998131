# SPDX-License-Identifier: Apache-2.0
"""`groundstop bench`."""

from __future__ import annotations

from pathlib import Path

import click

from groundstop.cli._lines import say, say_document
from groundstop.cli._options import chosen_target, target_argument
from groundstop.config import find_project


@click.command("bench")
@target_argument
@click.option("--seconds", default=10.0, show_default=True, help="Of fuzzing, for each trial.")
@click.option("--trials", default=3, show_default=True, help="For each contender.")
@click.option("--seed", default=1, show_default=True, help="Of the first trial; then one more.")
@click.option(
    "--pin", type=int, default=None, help="The processor that they share (default: the last)."
)
@click.option("--only", multiple=True, metavar="NAME", help="Ours and this contender; repeat it.")
@click.option("--find/--no-find", default=True, help="Also measure the time to the incident.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the picture goes (default: .groundstop/bench/<target>.png).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    target_name: str | None, *, picture: Path | None, as_json: bool, **options: float | bool | None
) -> None:
    """Measure inputs per second, time to a known defect and coverage, side by side.

    Contenders: Groundstop with and without oracles; `native`, the same core in a C program
    on the same version of libFuzzer with the same mutator; the compiler's
    libFuzzer with and without our mutator; plain Atheris with cffi; AFL++ when installed.
    Needs the `bench` extra.
    """
    from groundstop.extras import require_extra

    require_extra("bench", "groundstop bench")
    from groundstop.bench import BenchOptions, as_document, draw, print_report, run_bench
    from groundstop.target import load_target

    project = find_project()
    target = load_target(project, chosen_target(project, target_name))
    wanted = BenchOptions(**options)  # type: ignore[arg-type]  # click has checked each of them
    report = run_bench(target, project, wanted, lambda line: say(f"  {line}", err=True))
    path = picture or project.state / "bench" / f"{target.name}.png"
    draw(report, path)
    if as_json:
        say_document({**as_document(report), "picture": str(path)})
        return
    print_report(report)
    say(f"picture: {project.relative(path)}")
