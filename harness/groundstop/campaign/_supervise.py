# SPDX-License-Identifier: Apache-2.0
"""Run a campaign: start the entry script, watch it, start it again, and sum up."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from pathlib import Path

from groundstop.artifacts import holding
from groundstop.campaign._artifacts import ArtifactFolder
from groundstop.campaign._clock import CampaignClock
from groundstop.campaign._keep import Kept, keep_units, salvage, try_folder
from groundstop.campaign._launch import plain_words
from groundstop.campaign._lock import evolved_lock
from groundstop.campaign._log import Log
from groundstop.campaign._missing import missing_parts
from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._prepare import corpus_folders, evolved_folder, prepare, variant_of
from groundstop.campaign._process import ProcessGroup
from groundstop.campaign._progress import CampaignResult, Observer, Progress
from groundstop.campaign._replaced import ReplacedUnits
from groundstop.campaign._rundir import RunDirectory, clear_dead_runs
from groundstop.campaign._start import (
    StoppedJobs,
    check_limits,
    count_files,
    dictionary_flags,
    engine_flags,
    entry_script,
    lifeline,
)
from groundstop.campaign._stats import DriverStats, read_stats
from groundstop.config import Project
from groundstop.errors import CampaignError, InputError
from groundstop.files import is_unit_name
from groundstop.interrupt import Interrupt
from groundstop.target import Target
from groundstop.words import counted

__all__ = ["run_campaign"]

_LOOK_SECONDS = 0.2
_TRY_SECONDS = 1.0
# libFuzzer's own limit is one of full seconds.
_OVERTIME_SECONDS = 0.5
_MERGE_SECONDS = 15.0
_GRACE_SECONDS = 5.0
# To load the core, on a machine that has much else to do.
_START_SECONDS = 120.0
# An input that hangs is looked for by the time that it works or sleeps: on the same machine
# that may take so many times as long.
_PATIENCE = 6.0
# Where no input ends for so long while the time is up, one may hang.
_STILL_SECONDS = 2.0
# Deaths in a row without one input run between them: the campaign cannot work.
_FRUITLESS_LIMIT = 3
# libFuzzer's own, after SIGINT or SIGTERM.
_INTERRUPTED_STATUS = 72


def run_campaign(
    target: Target, project: Project, options: CampaignOptions, observer: Observer | None = None
) -> CampaignResult:
    """Fuzz `target` for the time asked and return what came of it.

    More than one worker run under libFuzzer's fork mode.  SIGINT, SIGTERM and SIGHUP end the
    campaign early, and it is summed up as usual.  Units go to the corpus at its end; whatever is
    killed, the next run puts them there.

    Raises CampaignError when nothing could be run, a folder cannot be written, or the corpus is
    being merged, and what building may raise.
    """
    check_limits()
    lock = evolved_lock(project, target.name, alone=False)
    with nullcontext() if options.corpus else lock:
        clear_dead_runs(project.state, lambda name: evolved_folder(project, name))
        run = RunDirectory(project.state, target.name)
        try:
            return _Supervisor(target, project, options, run, observer).run()
        finally:
            run.remove()


class _Stillness:
    """For how long no input has ended: seconds, since the last look that saw one end."""

    def __init__(self, stats: Path) -> None:
        self._stats = stats
        self._start = self._last = time.monotonic()
        self._before = self._executions = read_stats(stats).executions

    @property
    def seconds(self) -> float:
        """Up to now."""
        self._look()
        return time.monotonic() - self._last

    @property
    def since_start(self) -> float:
        """Since the beginning; 0 once an input has ended."""
        self._look()
        return 0.0 if self._executions > self._before else time.monotonic() - self._start

    def _look(self) -> None:
        executions = read_stats(self._stats).executions
        if executions != self._executions:
            self._executions = executions
            self._last = time.monotonic()


class _Supervisor:
    def __init__(
        self,
        target: Target,
        project: Project,
        options: CampaignOptions,
        run: RunDirectory,
        observer: Observer | None,
    ) -> None:
        variant = variant_of(target, options.release, options.sanitizer)
        # Findings are replayed with symbols afterwards; here a death costs fuzzing time.
        launch = prepare(
            target, project, variant, run.scratch, share=options.share, symbolize=False
        )
        self._options = options
        self._oracles = tuple(oracle.name for oracle in target.oracles)
        # An entry script made for the campaign is its own oracle: nothing is missing.
        core = None if options.script else launch.core
        self._missing = tuple(missing_parts(target, core)) if core else ()
        dictionary = dictionary_flags(launch.dictionary, options.dictionary, run)
        self._flags = (*launch.flags, *dictionary)
        self._run = run
        self._observer = observer
        corpus = options.corpus or corpus_folders(target, project)
        self._corpus = (run.units, *corpus)
        self._evolved = corpus[0]
        self._replaced = ReplacedUnits(run.units, run.features)
        self._artifacts = ArtifactFolder(
            options.artifacts or project.state / "findings" / target.name / str(variant)
        )
        self._environment = {
            **launch.environment(),
            "GROUNDSTOP_STATS": str(run.stats),
            "GROUNDSTOP_TIMEOUT": str(options.timeout or "adaptive"),
            "GROUNDSTOP_PROJECT": str(project.root),
        }
        try_folder(self._evolved, "units")
        self._try_folders()
        run.keep_in(self._evolved.absolute())
        self._script = entry_script(target, project, run, options.script)
        self._log = Log(
            project.state / "logs" / f"{options.name or f'{target.name}-{variant}'}.log"
        )
        self._fork = options.workers > 1
        self._restarts = -1
        self._fruitless = 0
        self._clock = CampaignClock(options.seconds)
        self._notes: list[str] = []
        self._unstored = False
        self._lost: list[str] = []
        self._has_lost_input = False
        self._unread = 0
        self._before = DriverStats()
        self._kept = Kept()
        self._next_try = 0.0
        self._trouble = ""

    def run(self) -> CampaignResult:
        interrupt = Interrupt()
        try:
            with (
                interrupt.installed(),
                holding(self._artifacts.path),
                lifeline() as line,
                self._log,
            ):
                self._clock.start()
                while self._run_process(line, interrupt) and self._clock.left >= 1:
                    pass
        finally:
            self._keep()
        return self._result(interrupted=interrupt.is_set())

    def _run_process(self, line: int, interrupt: Interrupt) -> bool:
        """Run one process group to its end; return whether another one should follow."""
        before = read_stats(self._run.stats)
        found_before = self._artifacts.stamps()
        self._restarts += 1
        self._log.start_process()
        self._unread = count_files(self._corpus)
        self._before = before
        jobs = StoppedJobs(self._run.scratch)
        group = ProcessGroup(self._command(), self._environment, line, self._log.line)
        is_over = False

        def is_told() -> bool:
            # What a core can print as well tells nothing.
            concluded = read_stats(self._run.stats).concluded > before.concluded
            return concluded or self._artifacts.stamps() != found_before

        try:
            self._watch(group, interrupt, jobs)
            is_over = self._let_last_input_end(group, interrupt)
        finally:
            # Whatever happened here, no child may outlive this.  Before they end, because
            # fork mode's parent removes its jobs' folders when it is interrupted.
            salvage(self._run.path, self._run.units)
            ended = group.ended()
            status = group.finish(is_told) if ended else group.end(_GRACE_SECONDS)
            salvage(self._run.path, self._run.units)
            self._log.end_process()
        self._take_reports()
        self._look_for_cut()
        if status >= 0 and not self._fork and not self._trouble:
            self._replaced.settle()
        self._tell()  # It may not have lived long enough for a look.
        now = read_stats(self._run.stats)
        ran = now.executions > before.executions
        if is_over and not (before.executions or self._has_begun()):
            raise self._none_ran()
        if status == _INTERRUPTED_STATUS and ended and not is_over:
            interrupt.set()
        if interrupt.is_set() or is_over or not ended or self._trouble:
            return False
        concluded = self._fork or read_stats(self._run.stats).concluded > before.concluded
        found = self._artifacts.stamps() != found_before
        return self._goes_on(status, ran=ran, found=found, concluded=concluded)

    def _watch(self, group: ProcessGroup, interrupt: Interrupt, jobs: StoppedJobs) -> None:
        """Return when the group's first process has ended, or should be made to."""
        has_read = False
        still = _Stillness(self._run.stats)
        while not group.ends_within(_LOOK_SECONDS) and not interrupt.is_set():
            self._tell()
            self._take_reports()
            if not has_read:
                has_read = self._has_read()
                self._replaced.note()
            has_found = self._options.stop_at_finding and self._artifacts.count()
            if has_found or not self._can_write():
                break
            if still.since_start > _START_SECONDS and not self._has_begun():
                raise self._none_ran()
            if not (self._before.executions or self._has_begun()):
                # A campaign runs something, however long the core takes to load.
                continue
            left = self._clock.left
            if left <= 0 and self._fork and jobs.stop():
                break
            # Plain runs have everything on disk; fork mode may have to merge.
            if left > (-_MERGE_SECONDS if self._fork else -_OVERTIME_SECONDS):
                continue
            # A plain run is asked to end, which it does after this input.
            if not self._fork or still.seconds < _STILL_SECONDS:
                break
            if left < -_MERGE_SECONDS - self._patience:
                self._note_unstored()
                break

    def _has_begun(self) -> bool:
        """Whether the process, or one of its jobs, has come to its first input."""
        return read_stats(self._run.stats).processes > self._before.processes

    def _has_read(self) -> bool:
        """Whether the process has run more inputs than the corpus has, and one before all."""
        ran = read_stats(self._run.stats).executions - self._before.executions
        return ran > max(self._unread, 1) + 1

    def _can_write(self, *, at_once: bool = False) -> bool:
        """Try the folders at times; false when one cannot be written, and what it says is kept."""
        if (at_once or time.monotonic() >= self._next_try) and not self._trouble:
            self._next_try = time.monotonic() + _TRY_SECONDS
            try:
                self._try_folders()
            except CampaignError as error:
                self._trouble = str(error)
                self._lost.append(f"{error}: what was found since may be lost")
        return not self._trouble

    def _try_folders(self) -> None:
        try_folder(self._run.path, "units")
        try_folder(self._artifacts.path, "failing inputs")
        if not self._run.units.is_dir():
            raise CampaignError(f"{self._run.units}: somebody has removed this folder, or moved it")

    def _take_reports(self) -> None:
        for report in self._log.take_reports():
            try:
                self._artifacts.note(report)
            except InputError as error:
                self._lost.append(str(error))

    def _look_for_cut(self) -> None:
        for name in self._artifacts.take_cut():
            self._has_lost_input = True
            self._lost.append(
                f"{self._artifacts.path / name}: this failing input could be stored only in part "
                "(is the disk full?), and is lost"
            )

    def _keep(self) -> None:
        """Put the units into the corpus, and take away what they replace, unless some are lost."""
        kept = self._kept = keep_units(self._run.units, self._evolved)
        if kept.cut:
            self._lost.append(
                f"{counted(kept.cut, 'unit')} could be stored only in part (is the disk full?)"
            )
        if kept.failure:
            self._lost.append(f"{kept.failure}: the next campaign puts the units there")
        if self._lost:
            return
        for name in self._replaced.read:
            unit = self._evolved / name
            if is_unit_name(name) and unit.is_file():
                unit.unlink(missing_ok=True)
                self._replaced.removed += 1

    def _let_last_input_end(self, group: ProcessGroup, interrupt: Interrupt) -> bool:
        """Return whether the time is up for a process; an input that hangs is then stored.

        The driver does so, with the limit that any input has.  Fork mode has waited.
        """
        if group.ended() or interrupt.is_set():
            return False
        group.ask_to_end()
        deadline = time.monotonic() + (0 if self._fork else self._patience)
        while time.monotonic() < deadline and not interrupt.is_set():
            if group.ends_within(_LOOK_SECONDS):
                return True
            self._tell()
        if not (self._fork or interrupt.is_set()) and self._clock.left <= 0:
            self._note_unstored()
        return True

    @property
    def _patience(self) -> float:
        """How long an input is waited for at the end, in seconds on the wall."""
        return _PATIENCE * self._options.most_seconds + _GRACE_SECONDS

    def _note_unstored(self) -> None:
        self._unstored = True
        self._notes.append("the last input did not return, and could not be stored")

    def _none_ran(self) -> CampaignError:
        return CampaignError(
            f"no input ran in {self._clock.elapsed:.0f} s: the core hangs while it is loaded (its "
            "constructors, LLVMFuzzerInitialize), or the machine has no time for it:\n"
            f"{self._log.excerpt()}"
        )

    def _goes_on(self, status: int, *, ran: bool, found: bool, concluded: bool) -> bool:
        """Decide whether a process that ended by itself is followed by another one."""
        self._fruitless = 0 if ran else self._fruitless + 1
        if found and self._options.stop_at_finding:
            return False
        if found:
            # A seed that kills the core would do so at every start; fork mode steps over it.
            self._fork = self._fork or not self._has_read()
            return True
        if status == 0 and ran and (concluded or self._clock.left < 1):
            return False
        if status < 0 and self._fruitless < _FRUITLESS_LIMIT:
            # Killed by somebody, the system's memory keeper perhaps.
            return True
        if not self._can_write(at_once=True):
            # libFuzzer ends where a folder has gone, and may see it first.
            return False
        what = "the fuzzer ended by itself"
        if status < 0 and not ran:
            what = "the core died while it was loaded (its constructors, LLVMFuzzerInitialize)"
        raise CampaignError(f"{what}, with status {status} and no finding:\n{self._log.excerpt()}")

    def _command(self) -> list[str]:
        flags = engine_flags(
            self._options,
            artifacts=self._artifacts.path,
            seconds=max(1, math.ceil(self._clock.left)),
            fork=self._fork,
            attempt=self._restarts,
        )
        if not self._fork:
            flags += self._replaced.flags
        command = [str(self._script), *self._flags, *flags, *map(str, self._corpus)]
        # Fork mode hands them to a shell.
        return plain_words(command) if self._fork else command

    def _tell(self) -> None:
        if self._observer is not None:
            self._observer.update(self._progress())

    def _progress(self, *, final: bool = False) -> Progress:
        stats = read_stats(self._run.stats)
        rate = self._clock.average if final else self._clock.rate
        output = self._log.output
        return Progress(
            elapsed=self._clock.elapsed,
            seconds=self._options.seconds,
            stats=stats,
            rate=rate(stats.executions),
            edges=stats.edges,
            features=output.features,
            corpus=output.corpus,
            findings=self._artifacts.count(),
        )

    def _result(self, *, interrupted: bool) -> CampaignResult:
        return CampaignResult(
            progress=self._progress(final=True),
            artifacts=self._artifacts.artifacts(),
            evolved=self._evolved,
            new_units=self._kept.new,
            replaced_units=self._replaced.removed,
            restarts=max(0, self._restarts),
            interrupted=interrupted,
            log=self._log.path,
            oracles=self._oracles,
            missing=self._missing,
            notes=(*self._log.notes(), *self._notes),
            unstored=self._unstored,
            lost=tuple(dict.fromkeys(self._lost)),
            has_lost_input=self._has_lost_input,
        )
