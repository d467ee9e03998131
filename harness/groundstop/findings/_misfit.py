# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a file that is to be a seed: a hostile one may be wanted, but is told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus import testcase
from groundstop.files import read_input
from groundstop.findings._finding import headline
from groundstop.model import Death, Outcome, Stage, Variant
from groundstop.replay import open_worker
from groundstop.target import Target

__all__ = ["misfits"]


def misfits(target: Target, project: Project, paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files that are empty, break a rule of the format, or are refused by the core.

    Each with what is wrong with it, in one line; the newest core is asked about those that
    are well formed.  Raises what `open_worker` and `Worker.run` raise.
    """
    others: list[tuple[Path, bytes]] = []
    for path in paths:
        given, data = read_input(path), testcase(target, path)
        if words := _malformed(target, given, data):
            yield path, words
        else:
            others.append((path, data))
    if not others:
        return
    variant = Variant(target.core.fleet[-1], target.core.sanitizers[0])
    with open_worker(target, variant, project, symbolize=True) as worker:
        for path, data in others:
            if words := _refused(target, worker.run(data), variant):
                yield path, words


def _malformed(target: Target, given: bytes, data: bytes) -> str:
    if not given:
        return "is empty"
    problem = target.format.decode(data).problem if target.format else None
    if problem is None:
        return ""
    # A text, or a part alone, is something longer to the core.
    whose = "" if data == given else " of the testcase"
    return f"breaks its format: {problem}{whose}"


def _refused(target: Target, result: Outcome | Death, variant: Variant) -> str:
    core = f"the core ({variant.release})" if str(variant.release) else "the core"
    if isinstance(result, Death):
        return f"{core} dies of it: {headline(result)}"
    silent = result.stage is Stage.NONE and result.returned == 0
    if silent or result.stage >= Stage.LOADED:
        return ""
    return f"{core} refuses it: {_reason(target, result)}"


def _reason(target: Target, result: Outcome) -> str:
    try:
        return "; ".join(target.content.describe(result)) or "no reason given"
    except Exception as error:  # noqa: BLE001  (a content toolchain is a user's code)
        first = str(error).partition("\n")[0]
        return f"no reason given (the content toolchain fails: {type(error).__name__}: {first})"
