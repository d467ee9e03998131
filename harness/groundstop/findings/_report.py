# SPDX-License-Identifier: Apache-2.0
"""Read what sanitizers, libFuzzer and the runner write about a death."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from groundstop.replay import death_kind

_FRAME = re.compile(r"^\s*#\d+ 0x[0-9a-f]+ +(?:in )?(?P<rest>.+)$")
_BUILD_ID = re.compile(r" \(BuildId: \w+\)")
_MODULE = re.compile(r" \[(?P<module>[^\]]+)\]$")
_OFFSET = re.compile(r"(?P<function>.*?) ?\((?P<module>.+)\+(?P<offset>0x[0-9a-f]+)\)$")
_PLACE = re.compile(r"(?P<function>.*?) (?P<file>[^ ]+?|/.+?):(?P<line>\d+)(?::\d+)?$")
_ACCESS = re.compile(r"^((?:READ|WRITE) of (?:size \d+|unknown size))", re.MULTILINE)
_SIGNAL_ACCESS = re.compile(r"caused by a (READ|WRITE) memory access")
_RUNTIME_ERROR = re.compile(r": runtime error: (.+)")
_PYTHON = "=== Uncaught Python exception: ==="
_EXCEPTION = re.compile(r"^(?:[\w.]+\.)?(\w+): (.*)", re.MULTILINE)

# Characters of one frame that are read: its patterns take time that grows with their square.
_MAX_FRAME = 2000

# Whose frames are nobody's fault: the C library's, the sanitizers', the fuzzer's, our own.
_FOREIGN_MODULES = re.compile(
    r"runner|python[\d.]*|ld-linux.*|lib(c|m|dl|pthread|gcc_s|stdc\+\+)[.-].*|.*_with_fuzzer\.so"
    r"|(lib)?driver.*\.so|(lib)?mutator.*\.so|atheris.*|native\.cpython.*"
)
_FOREIGN_FILES = re.compile(
    r"(.*/)?(csu|nptl|stdlib|sysdeps|signal|string|malloc)/.*|.*/compiler-rt/.*"
    r"|.*/native/(driver|mutator)/.*"
)
_FOREIGN_FUNCTIONS = re.compile(
    r"_*(asan|interceptor|sanitizer|ubsan|libc_start|lsan)_.*|fuzzer::.*|LLVMFuzzerRunDriver.*"
    r"|_start|_?Py.*|(raise|abort|exit|main|backtrace|__pthread_kill_implementation)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One place of a stack; what is not known is empty or 0.

    `file` is as the compiler was told, `line` from 1, `module` a file name without folders,
    `offset` hexadecimal, known where the frame is not symbolized.
    """

    function: str = ""
    file: str = ""
    line: int = 0
    module: str = ""
    offset: str = ""

    @property
    def place(self) -> str:
        """`file:line`, or `module+offset`."""
        return f"{self.file}:{self.line}" if self.file else f"{self.module}+{self.offset}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says.

    `kind` is a short stable word, `detail` one line beside it (`READ of size 8`, UBSan's
    sentence, an oracle's), `frames` the first stack, innermost first, whole.
    """

    kind: str
    detail: str
    frames: tuple[Frame, ...]

    def own_frames(self, core: str = "") -> tuple[Frame, ...]:
        """Return the frames of the module `core` (a file name).

        Without `core`, or where no frame names its module: those that are not known to
        be somebody else's.
        """
        own = tuple(frame for frame in self.frames if frame.module == core)
        if core and (own or any(frame.module for frame in self.frames)):
            return own
        return tuple(frame for frame in self.frames if not _is_foreign(frame))


def parse_report(text: str, kind: str = "") -> Report:
    """Read a report; `kind` is used where the text names none, or says more than it (timeouts)."""
    if _PYTHON in text:
        # An oracle in a campaign: what it says matters, not where in Python it was raised.
        found = _EXCEPTION.search(text, text.index(_PYTHON))
        return Report(kind or "oracle", found[2] if found else "", ())
    return Report(kind or death_kind(text) or "unknown", _detail(text), _first_stack(text))


def _detail(text: str) -> str:
    if found := _RUNTIME_ERROR.search(text):
        return found[1].strip()
    if found := _ACCESS.search(text):
        return found[1]
    if found := _SIGNAL_ACCESS.search(text):
        return f"{found[1]} of unknown size"
    return ""


def _first_stack(text: str) -> tuple[Frame, ...]:
    frames: list[Frame] = []
    for line in text.split("\n"):
        found = _FRAME.match(line[:_MAX_FRAME])
        if found:
            frames.append(_frame(found["rest"]))
        elif frames:
            break
    return tuple(frames)


def _frame(rest: str) -> Frame:
    rest = _BUILD_ID.sub("", rest).strip()
    module = ""
    if found := _MODULE.search(rest):
        module = PurePath(found["module"]).name
        rest = rest[: found.start()]
    if found := _OFFSET.fullmatch(rest):
        function = found["function"].strip().removeprefix("??")
        return Frame(function, module=PurePath(found["module"]).name, offset=found["offset"])
    if found := _PLACE.fullmatch(rest):
        return Frame(found["function"], found["file"], int(found["line"]), module)
    return Frame(rest.removesuffix("(<unknown module>)").strip(), module=module)


def _is_foreign(frame: Frame) -> bool:
    if not frame.function and not frame.module and not frame.file:
        return True
    if frame.module and _FOREIGN_MODULES.fullmatch(frame.module):
        return True
    if frame.file and _FOREIGN_FILES.fullmatch(frame.file):
        return True
    return bool(_FOREIGN_FUNCTIONS.fullmatch(frame.function))
