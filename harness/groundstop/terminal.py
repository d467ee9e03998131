# SPDX-License-Identifier: Apache-2.0
"""Standard output and error: whatever is written to them is fit to print.

`take_over` puts a `Printed` in the place of each, so that no command can forget it: content,
names and a core's own output pass through `printable`.  Styles of our own are written by the
console (groundstop.console), which makes its texts fit to print before it adds them.

A reader that has gone (`| head`), a closed or a full file end no command: what it does, and
its exit status, matter more than what it says.  What went wrong is kept in `failure`.
"""

from __future__ import annotations

import codecs
import os
import sys
from typing import Any, TextIO, cast

from groundstop.words import bounded, printable

__all__ = ["Printed", "complain", "open_standard_files", "take_over", "write_bytes"]

# Signs of ours that an encoding may lack, and what stands for them there.
_PLAIN = {
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{EN DASH}": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{PLUS-MINUS SIGN}": "+-",
}
_PLAIN_ERRORS = "groundstop-plain"
_LAST_STANDARD_FILE = 2


class Printed:
    """A text stream that makes what is written to it fit to print.

    `styled` is the stream without that, for text with styles that is fit already; both lose
    nothing of what a terminal's encoding lacks, but write it plainly.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.styled: TextIO = cast("TextIO", _Styled(self))
        self.failure: OSError | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever a text stream has)
        # Nobody is to find the way around: click would take it in an ASCII locale.
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, fit to print."""
        return self.write_styled(printable(text))

    def writelines(self, lines: list[str]) -> None:
        """Write each of the lines, fit to print."""
        for line in lines:
            self.write(line)

    def write_styled(self, text: str) -> int:
        """Write text that is fit to print, with its styles."""
        if self.failure is None:
            try:
                self._stream.write(text)
            except OSError as error:
                self._fail(error)
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """Write a file's content as it is."""
        self.flush()
        if self.failure is None:
            try:
                self._stream.buffer.write(data)
            except OSError as error:
                self._fail(error)
        self.flush()

    def flush(self) -> None:
        """Write out what is buffered."""
        if self.failure is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = error
        # What is still buffered must go somewhere, else Python complains of it at its end.
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            self._stream.flush()
        except (OSError, ValueError):
            pass

    @property
    def lost(self) -> OSError | None:
        """Why something was not written, unless nobody is there to read it."""
        return None if isinstance(self.failure, BrokenPipeError) else self.failure


class _Styled:
    """The part of a `Printed` that only the console writes to."""

    def __init__(self, printed: Printed) -> None:
        self._printed = printed

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (as above)
        return getattr(self._printed, name)

    def write(self, text: str) -> int:
        return self._printed.write_styled(text)


def write_bytes(data: bytes) -> None:
    """Write a file's content to standard output, as it is."""
    if isinstance(sys.stdout, Printed):
        sys.stdout.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)


def complain(message: object, who: str = "groundstop") -> None:
    """Print a message of ours to standard error; its further lines are indented."""
    first, *others = bounded(str(message)).split("\n")
    lines = [f"{who}: {first}", *(f"  {line}" for line in others)]
    # Whatever stands for standard error by then: a live display has its own.
    sys.stderr.write("".join(f"{printable(line)}\n" for line in lines))
    sys.stderr.flush()


def take_over() -> tuple[Printed, Printed]:
    """Put a `Printed` in the place of standard output and error; return the two."""
    codecs.register_error(_PLAIN_ERRORS, _plain)
    found = []
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, Printed):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors=_PLAIN_ERRORS)
            stream = Printed(stream)
            setattr(sys, name, stream)
        found.append(stream)
    return found[0], found[1]


def open_standard_files() -> None:
    """Put /dev/null where cron or a shell has closed one of the three standard files.

    Else the next file opened would get its number, and be written to by mistake.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD_FILE:
        os.set_inheritable(descriptor, True)  # noqa: FBT003  (the function's own signature)
    os.close(descriptor)
    # Python has nothing at all in their place.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c) or ascii(c)[1:-1] for c in text), error.end
