# SPDX-License-Identifier: Apache-2.0
"""Python's share of the time is the campaign's, however short its processes live."""

from __future__ import annotations

import sys

from support.engine import EngineProject

_SHORT = 4


def test_processes_that_die_early_do_not_each_start_the_oracles(project: EngineProject) -> None:
    stats = {"GROUNDSTOP_STATS": str(project.root / "stats")}
    seeds = [project.root / f"seeds{number}" for number in range(_SHORT)]
    for number, folder in enumerate(seeds):
        folder.mkdir()
        # Each has an outcome that none before it had.
        (folder / "seed").write_bytes(b"MAGI" + b"a" * number)
    runs = [project.run("magic", "-runs=0", folder, **stats) for folder in seeds]
    assert [run.status for run in runs] == [0] * _SHORT
    assert runs[-1].stats["processes"] == _SHORT
    # The first one starts them in advance, and none of the others earns as much.
    assert runs[0].stats["python_calls"] > 0
    assert runs[-1].stats["python_calls"] == runs[0].stats["python_calls"]
    # What was not shown was not seen.
    assert runs[-1].stats["digests"] == runs[0].stats["digests"]


def test_a_process_that_lives_pays_for_those_that_died(project: EngineProject) -> None:
    stats = {"GROUNDSTOP_STATS": str(project.root / "stats")}
    seeds = project.seed("seven", b"MAGIabcdef")
    first = project.run("seven", "-runs=0", "--share=0.3", seeds, **stats)
    owing = project.run("seven", "-runs=0", "--share=0.3", seeds, **stats)
    assert owing.stats["python_calls"] == first.stats["python_calls"] > 0
    # Then its new outcomes are judged as ever: the seventh letter is found.
    living = project.run("seven", "-max_total_time=500", "--share=0.3", seeds, **stats)
    assert living.status == 77, living.output
    assert "no-seven: seven letters" in living.output


def test_an_alarm_is_not_out_of_the_share(project: EngineProject) -> None:
    stats = {"GROUNDSTOP_STATS": str(project.root / "stats")}
    alarm = project.root / "alarm"
    alarm.write_bytes(b"MAGIX")
    shown = spent = 0
    for _ in range(2):
        run = project.run("alarming", "-runs=0", alarm, **stats)
        assert run.status == 77, run.output
        assert run.stats["python_calls"] > shown
        # It counts, though the call ends the process.
        assert run.stats["python_ns"] > spent
        shown, spent = run.stats["python_calls"], run.stats["python_ns"]
    # A process that no alarm ends may start the oracles as if there had been none.
    quiet = project.run("magic", "-runs=0", project.seed("magic", b"MAGI"), **stats)
    assert quiet.stats["python_calls"] > shown


# The oracles of `magic` take a second to get ready.
SLOW_START = '''

class TakesASecond(NoSevenLetters):
    """Is slow over its first input alone."""

    waited = False

    def judge(self, testcase, outcome, context):
        import time

        if not TakesASecond.waited:
            TakesASecond.waited = True
            time.sleep(1)
        return Judgement(Verdict.PASS)


magic = Target("magic", core(), oracles=(TakesASecond(),))
'''
_PROCESSES = 12


def test_a_start_that_takes_long_is_saved_up_for(project: EngineProject) -> None:
    stats = {"GROUNDSTOP_STATS": str(project.root / "stats")}
    with (project.root / "cores.py").open("a") as file:
        file.write(SLOW_START)
    seeds = project.seed("magic", b"MAGI")
    first = project.run("magic", "-runs=0", "--share=0.9", seeds, **stats)
    assert first.stats["python_calls"] > 0
    for _ in range(_PROCESSES):
        later = project.run("magic", "-runs=150000", "--share=0.9", seeds, **stats)
        if later.stats["python_calls"] > first.stats["python_calls"]:
            break
    # Whether or not one of them alone earns what it takes, together they do.
    assert later.stats["python_calls"] > first.stats["python_calls"]


# An entry script whose alarms find nothing: the process goes on.
CALM_SCRIPT = """\
#!{python}
import sys

import groundstop.oracles
from groundstop.campaign import fuzz_main

groundstop.oracles.judge_in_turn = lambda *_: ()
fuzz_main("alarming", sys.argv)
"""


def test_after_an_alarm_new_outcomes_are_judged(project: EngineProject) -> None:
    stats = {"GROUNDSTOP_STATS": str(project.root / "stats")}
    script = project.script("alarming")
    script.write_text(CALM_SCRIPT.format(python=sys.executable))
    with (project.root / "cores.py").open("a") as file:
        file.write('alarming = Target("alarming", core("-DALARMS"), oracles=(NoSevenLetters(),))\n')
    folders = [project.root / name for name in ("quiet", "loud")]
    for folder, seeds in zip(folders, [[b"MAGI"], [b"MAGIX", b"MAGIab", b"MAGIabc"]], strict=True):
        folder.mkdir()
        for seed in seeds:
            (folder / seed.decode()).write_bytes(seed)
    # Whoever has not started the oracles cannot afford to now.
    quiet = project.run("alarming", "-runs=0", folders[0], **stats)
    loud = project.run("alarming", "-runs=0", folders[1], **stats)
    assert (quiet.status, loud.status) == (0, 0), loud.output
    # The alarm, and the two that follow it.
    assert loud.stats["python_calls"] == quiet.stats["python_calls"] + 3
