# SPDX-License-Identifier: Apache-2.0
"""Run a campaign: start the entry script, watch it, start it again, and sum up."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from pathlib import Path

from groundstop.campaign._artifacts import ArtifactFolder
from groundstop.campaign._clock import CampaignClock
from groundstop.campaign._lock import evolved_lock
from groundstop.campaign._log import Log
from groundstop.campaign._missing import missing_parts
from groundstop.campaign._options import CampaignOptions
from groundstop.campaign._prepare import corpus_folders, evolved_folder, prepare, variant_of
from groundstop.campaign._process import ProcessGroup
from groundstop.campaign._progress import CampaignResult, Observer, Progress
from groundstop.campaign._replaced import ReplacedUnits, unit_names
from groundstop.campaign._rundir import RunDirectory, clear_dead_runs, salvage
from groundstop.campaign._start import dictionary_flags, engine_flags, entry_script, lifeline
from groundstop.campaign._stats import read_stats
from groundstop.config import Project
from groundstop.errors import CampaignError
from groundstop.interrupt import Interrupt
from groundstop.target import Target

__all__ = ["run_campaign"]

_LOOK_SECONDS = 0.2
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

    More than one worker run under libFuzzer's fork mode.  SIGINT and SIGTERM end the
    campaign early, and it is summed up as usual.  Whatever is killed, the units found stay:
    they are in the corpus, or the next run puts them there.

    Raises CampaignError when nothing could be run, or the corpus is being merged, and what
    building may raise.
    """
    lock = evolved_lock(project, target.name, alone=False)
    with nullcontext() if options.corpus else lock:
        clear_dead_runs(project.state, lambda name: evolved_folder(project, name))
        run = RunDirectory(project.state, target.name)
        try:
            return _Supervisor(target, project, options, run, observer).run()
        finally:
            run.remove()
            clear_dead_runs(project.state, lambda name: evolved_folder(project, name))


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
        self._corpus = options.corpus or corpus_folders(target, project)
        self._evolved = self._corpus[0]
        self._units_before = unit_names(self._evolved)
        self._replaced = ReplacedUnits(self._evolved, run.features)
        self._artifacts = ArtifactFolder(
            options.artifacts or project.state / "findings" / target.name / str(variant)
        )
        self._environment = {
            **launch.environment(),
            "GROUNDSTOP_STATS": str(run.stats),
            "GROUNDSTOP_TIMEOUT": str(options.timeout or "adaptive"),
            "GROUNDSTOP_PROJECT": str(project.root),
        }
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

    def run(self) -> CampaignResult:
        interrupt = Interrupt()
        with interrupt.installed(), lifeline() as line, self._log:
            self._clock.start()
            while self._run_process(line, interrupt) and self._clock.left >= 1:
                pass
        return self._result(interrupted=interrupt.is_set())

    def _run_process(self, line: int, interrupt: Interrupt) -> bool:
        """Run one process group to its end; return whether another one should follow."""
        inputs_before = read_stats(self._run.stats).executions
        found_before = self._artifacts.stamps()
        self._restarts += 1
        self._log.start_process()
        group = ProcessGroup(self._command(), self._environment, line, self._log.line)
        is_over = False
        try:
            self._watch(group, interrupt)
            is_over = self._let_last_input_end(group, interrupt)
        finally:
            # Whatever happened here, no child may outlive this.  Before they end, because
            # fork mode's parent removes its jobs' folders when it is interrupted.
            salvage(self._run.path, self._evolved)
            ended = group.ended()
            status = group.finish(self._log.is_told) if ended else group.end(_GRACE_SECONDS)
            salvage(self._run.path, self._evolved)
        if status >= 0:
            self._replaced.remove(self._log.take_written())
        for report in self._log.take_reports():
            self._artifacts.note(report)
        self._tell()  # It may not have lived long enough for a look.
        ran = read_stats(self._run.stats).executions > inputs_before
        if is_over and not (inputs_before or ran or self._log.output.began):
            raise self._none_ran()
        if status == _INTERRUPTED_STATUS and ended and not is_over:
            interrupt.set()
        if interrupt.is_set() or is_over or not ended:
            return False
        return self._goes_on(status, ran=ran, found=self._artifacts.stamps() != found_before)

    def _watch(self, group: ProcessGroup, interrupt: Interrupt) -> None:
        """Return when the group's first process has ended, or should be made to."""
        last_job: int | None = None
        has_read = False
        still = _Stillness(self._run.stats)
        while not group.ends_within(_LOOK_SECONDS) and not interrupt.is_set():
            self._tell()
            if self._log.output.initialized and not has_read:
                has_read = True
                self._replaced.note()
            if self._options.stop_at_finding and self._artifacts.count():
                break
            if still.since_start > _START_SECONDS and not self._log.output.began:
                raise self._none_ran()
            left = self._clock.left
            if left <= 0 and self._fork and last_job is None:
                last_job = self._log.output.stop_jobs(self._options.workers)
            # A line is printed before its job is merged: one more line, and all of them are.
            if last_job is not None and self._log.output.fork_jobs > last_job:
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

    def _goes_on(self, status: int, *, ran: bool, found: bool) -> bool:
        """Decide whether a process that ended by itself is followed by another one."""
        self._fruitless = 0 if ran else self._fruitless + 1
        if found and self._options.stop_at_finding:
            return False
        if found:
            # A seed that kills the core would do so at every start; fork mode steps over it.
            self._fork = self._fork or not self._log.output.initialized
            return True
        # A core may have silenced libFuzzer's last words; before its time nothing else ends so.
        if status == 0 and ran and (self._log.output.concluded or self._clock.left < 1):
            return False
        if status < 0 and self._fruitless < _FRUITLESS_LIMIT:
            # Killed by somebody, the system's memory keeper perhaps.
            return True
        what = "the fuzzer ended by itself"
        if status < 0 and not (ran or self._log.output.initialized):
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
        return [str(self._script), *self._flags, *flags, *map(str, self._corpus)]

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
            edges=max(output.edges, stats.edges),
            features=output.features,
            corpus=output.corpus,
            findings=self._artifacts.count(),
        )

    def _result(self, *, interrupted: bool) -> CampaignResult:
        return CampaignResult(
            progress=self._progress(final=True),
            artifacts=self._artifacts.artifacts(),
            evolved=self._evolved,
            new_units=len(unit_names(self._evolved) - self._units_before),
            replaced_units=self._replaced.removed,
            restarts=max(0, self._restarts),
            interrupted=interrupted,
            log=self._log.path,
            oracles=self._oracles,
            missing=self._missing,
            notes=(*self._log.notes(), *self._notes),
            unstored=self._unstored,
        )
