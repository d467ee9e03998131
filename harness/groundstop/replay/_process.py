# SPDX-License-Identifier: Apache-2.0
"""One runner process: start it, send it requests, hear its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import subprocess
import time
from pathlib import Path

from groundstop.errors import CoreError, ReplayError
from groundstop.replay._arena import FAILED, Arena
from groundstop.replay._call import Call
from groundstop.replay._death import LastWords, death_kind
from groundstop.replay._memfile import last_content, memory_file
from groundstop.replay._settings import Settings

# struct gs_request but for its end, and struct gs_answer: a number, a count of inputs.
_NUMBERED = struct.Struct("=II")
_NO_ENTRY = 0xFFFFFFFF
_START_SECONDS = 60.0
_QUIET_EXIT_SECONDS = 10.0
# How often to look for the end of a process that cannot be polled for.
_LOOK_MS = 50


class DisturbedError(Exception):
    """What came through the response pipe is no answer: the core wrote to it."""


class EndedError(Exception):
    """The process has ended without an answer."""


class NoEntryError(Exception):
    """The core has no function of the name that the request gave."""


class Process:
    """A runner with its core loaded.

    `runs` counts the inputs that were handed to it.  Raises CoreError when the core cannot
    be used, ReplayError when the runner cannot.
    """

    def __init__(self, settings: Settings, arena: Arena) -> None:
        self.runs = 0
        self._arena = arena
        self._number = 0
        self._poll = select.poll()
        with contextlib.ExitStack() as stack:
            self._printed = memory_file("groundstop-output", stack)
            self._reported = memory_file("groundstop-report", stack)
            arena.prepare()
            self._requests = self._spawn(settings, stack)
            self._pidfd = self._process_descriptor(stack)
            self._descriptors = stack.pop_all()
        try:
            self._await_ready(settings)
        except BaseException:
            self.kill()
            raise

    def _spawn(self, settings: Settings, stack: contextlib.ExitStack) -> int:
        with contextlib.ExitStack() as theirs:
            read_requests, write_requests = os.pipe()
            stack.callback(self._close_requests)
            self._requests = write_requests
            theirs.callback(os.close, read_requests)
            self._responses, answers = os.pipe()
            stack.callback(os.close, self._responses)
            theirs.callback(os.close, answers)
            passed = (read_requests, answers, self._arena.descriptor, self._reported)
            command = [str(settings.runner), str(settings.core), settings.entry]
            command += [*map(str, passed), str(settings.memory_mb)]
            try:
                self._child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=self._printed,
                    stderr=self._printed,
                    pass_fds=passed,
                    env=settings.process_environment(),
                    # Its own group: what a core forks ends with it, and Ctrl-C is for us.
                    start_new_session=True,
                )
            except OSError as error:
                raise ReplayError(
                    f"{settings.runner}: the replay runner cannot be started: {error.strerror}; "
                    "`groundstop doctor` says what is missing"
                ) from error
        self._poll.register(self._responses, select.POLLIN)
        return write_requests

    def _process_descriptor(self, stack: contextlib.ExitStack) -> int | None:
        try:
            descriptor = os.pidfd_open(self._child.pid)
        except OSError:
            # Forbidden in some containers: then the process is looked at now and then.
            return None
        stack.callback(os.close, descriptor)
        self._poll.register(descriptor, select.POLLIN)
        return descriptor

    def _await_ready(self, settings: Settings) -> None:
        deadline = time.monotonic() + _START_SECONDS
        try:
            while self.wait(deadline - time.monotonic()) is None:
                if time.monotonic() > deadline:
                    self.interrupt(1.0)
        except (EndedError, DisturbedError):
            raise self._not_ready(settings) from None

    def _not_ready(self, settings: Settings) -> CoreError | ReplayError:
        state, _, _ = self._arena.progress()
        words = self.last_words()
        if state == FAILED:
            return CoreError(
                f"{settings.core}: cannot be loaded as a core: {words.message.strip()}"
            )
        if death_kind(words.text):
            return CoreError(f"{settings.core}: died while it was loaded\n{words.text}")
        return ReplayError(
            f"{settings.runner}: the replay runner ended with status {words.status} before "
            f"it was ready\n{words.text}"
        )

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group."""
        return self._child.pid

    @property
    def pollable(self) -> tuple[int, ...]:
        """File descriptors that become readable when there is something to hear."""
        return (self._responses,) if self._pidfd is None else (self._responses, self._pidfd)

    def request(self, count: int, call: Call) -> None:
        """Have the first `count` inputs of the arena run."""
        for descriptor in (self._printed, self._reported):
            os.ftruncate(descriptor, 0)
        self._number = (self._number + 1) & 0xFFFFFFFF
        # A runner that died a moment ago is heard of by whoever waits for its answer.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._requests, _NUMBERED.pack(self._number, count) + call.words)
        self.runs += count

    def wait(self, timeout: float) -> int | None:
        """Wait up to `timeout` seconds for an answer; return how many inputs were run.

        Returns None when there is no answer yet.  Raises EndedError, DisturbedError or
        NoEntryError.
        """
        milliseconds = max(0, int(timeout * 1000))
        if self._pidfd is None:
            milliseconds = min(milliseconds, _LOOK_MS)
        ready = self._poll.poll(milliseconds)
        if any(descriptor == self._responses for descriptor, _ in ready):
            answer = os.read(self._responses, _NUMBERED.size)
            if len(answer) == _NUMBERED.size:
                number, count = _NUMBERED.unpack(answer)
                if number == self._number and count == _NO_ENTRY:
                    raise NoEntryError
                if number == self._number:
                    return int(count)
            if answer:
                raise DisturbedError
            # Nobody can answer any more; what is left to hear is the process' end.
            self._poll.unregister(self._responses)
        elif ready or (self._pidfd is None and not self.alive()):
            raise EndedError
        return None

    def alive(self) -> bool:
        """Return whether the process runs; it is not reaped."""
        if self._child.returncode is not None:
            return False
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._child.pid, options) is None

    def interrupt(self, grace: float) -> None:
        """Have a core that does not return say where it is; wait `grace` seconds for it."""
        os.kill(self._child.pid, signal.SIGABRT)
        self._await_end(grace)

    def resident_mb(self) -> int:
        """Return the process' resident memory in MiB; 0 when it is gone."""
        try:
            pages = int(Path(f"/proc/{self._child.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGESIZE") >> 20

    def last_words(self) -> LastWords:
        """End the process and its group if they still run; return all that is known."""
        self._end_group()
        return LastWords(
            status=self._child.wait(),
            message=self._arena.message(),
            reported=last_content(self._reported),
            printed=last_content(self._printed),
        )

    def close(self) -> None:
        """Let the runner leave by itself (a coverage build writes its profile), then clean up."""
        self._close_requests()
        self._await_end(_QUIET_EXIT_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process and all that it started; give everything back."""
        self._end_group()
        self._child.wait()
        self._descriptors.close()

    def _end_group(self) -> None:
        # Before it is reaped: until then nobody else can have its number.
        if self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def _await_end(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.alive() and time.monotonic() < deadline:
            if self._pidfd is None:
                time.sleep(_LOOK_MS / 1000)
            else:
                # Not select: it takes no descriptor over 1,023.
                poll = select.poll()
                poll.register(self._pidfd, select.POLLIN)
                poll.poll(max(0.0, deadline - time.monotonic()) * 1000)

    def _close_requests(self) -> None:
        if self._requests >= 0:
            os.close(self._requests)
            self._requests = -1
