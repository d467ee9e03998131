# SPDX-License-Identifier: Apache-2.0
"""Run compiler and linker, and ask them what they read and where they looked.

What they say themselves cannot be forgotten: which header a folder on the command line gave,
which library `-l` found, what the linker added.  What they do not say makes an answer that is
not complete (`Seen.complete`), and what is made then is made again each time.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from groundstop.errors import BuildError, ToolError
from groundstop.toolchain._compiler import Compiler
from groundstop.toolchain._flags import CPLUSPLUS
from groundstop.toolchain._ledger import Seen

__all__ = ["Tools", "keyed_environment"]

# Of the environment the tools get this, and nothing that names folders, files or flags (CPATH,
# LIBRARY_PATH, CCC_OVERRIDE_OPTIONS, SOURCE_DATE_EPOCH, …): what is built must not depend on
# who built it first.
_PASSED = re.compile(r"HOME|PATH|USER|LOGNAME|TMP|TEMP|TMPDIR|TERM|LANG|LC_\w+|CCACHE_\w+|XDG_\w+")
# These change what the tools do, and they may need them to run at all.
_KEYED = re.compile(r"LD_LIBRARY_PATH|NIX_\w+")

_INCLUDED = re.compile(
    rb"^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*[<\"]([^>\"\n]+)[>\"]"
    rb"|\b__has_include(?:_next)?[ \t]*\([ \t]*[<\"]([^>\"\n]+)[>\"]",
    re.MULTILINE,
)
# A name that only the compiler can make out, and files that it does not tell.
_OPEN = re.compile(
    rb"\b__has_include(?:_next)?[ \t]*\([ \t]*[^<\"\s)]|^[ \t]*#[ \t]*embed\b", re.MULTILINE
)
_ASSEMBLED = re.compile(rb"\.incbin\b|\"[^\"\n]*\.include[ \t]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
# Of a word of the command line, whatever may be a path: behind a flag, `=`, `,` or `@`.
_PARTS = re.compile(r"[=,]")
_GLUED = re.compile(r"-(?:I|L|B|F|isystem|iquote|idirafter|include|imacros|T)(.+)")
_TRIPLES = ("x86_64-pc-linux-gnu", "x86_64-unknown-linux-gnu")
_LIBRARY_FOLDERS = ("/usr/local/lib", "/usr/local/lib/x86_64-linux-gnu", "/usr/local/lib64")
_WORDS_OF_A_FULL_DISK = re.compile(r"No space left on device|Disk quota exceeded|File too large")
# Response files that name response files.
_MOST_NESTED = 8
_STATUS_OF_SIGNALS = 128
_FAILED = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def keyed_environment() -> list[str]:
    """Return what of the environment goes into a build."""
    return sorted(f"{name}={value}" for name, value in os.environ.items() if _KEYED.fullmatch(name))


class Tools:
    """A compiler and its linker, at work on a recipe called `name` in a folder.

    `shown` replaces the folder in messages: where people edit what is in it.
    """

    def __init__(self, name: str, compiler: Compiler, folder: Path, shown: Path) -> None:
        self._name = name
        self._command = compiler.command
        self._folder = folder
        self._shown = shown
        self._answers: dict[tuple[str, ...], str] = {}

    def compile(self, source: Path, flags: Sequence[str], product: Path) -> Seen:
        """Compile one file and return what was read; raise BuildError or ToolError."""
        rules = product.with_suffix(".d")
        told = ("-MD", "-MF", str(rules), "-MT", "x")
        self._run([*self._command, *flags, *told, "-c", str(source), "-o", str(product)])
        read, is_all = self._rule_files(rules)
        seen = Seen({str(source), *read}, complete=is_all and "-fmodules" not in flags)
        seen.add(self._of_words(flags))
        language = "c++" if source.suffix in CPLUSPLUS else "c"
        command = (*self._command, *flags, "-x", language, "-v", "-E", os.devnull)
        text = self._asked((*command, "-o", os.devnull))
        self._look_into(seen, self._searched(text))
        seen.files |= _program_files(self._command, _program(text), _configured(text))
        return seen

    def link(self, objects: Sequence[Path], words: Sequence[str], product: Path) -> Seen:
        """Link and return what was read beside the objects; raise BuildError or ToolError."""
        listing = product.with_name(f"{product.name}.d")
        compiled = [str(path) for path in objects]
        command = [*self._command, *compiled, *words, "-o", str(product)]
        try:
            self._run([*command, f"-Wl,--dependency-file={listing}"])
        except BuildError as error:
            if "dependency-file" not in error.output:
                raise
            # A linker that is too old to tell: what it makes is made again each time.
            self._run(command)
        seen = self._of_words(words)
        seen.complete = listing.is_file()
        if not seen.complete:
            return seen
        for name in _linked(listing.read_text(errors="surrogateescape")):
            path = next((p for p in (name, _unescaped(name)) if self._exists(p)), None)
            if path is None:
                seen.complete = False
            else:
                seen.files.add(self._absolute(path))
        seen.files.difference_update(compiled)
        linker, folders = self._linker([*self._command, *words])
        seen.folders.update(folders, _LIBRARY_FOLDERS)
        seen.files |= _program_files(self._command, linker, frozenset())
        for path in seen.files:
            stem = os.path.basename(path).partition(".")[0]
            seen.names |= {os.path.basename(path), f"{stem}.so", f"{stem}.a"}
        for library in (word[2:] for word in self._all_words(words) if word.startswith("-l")):
            seen.names |= {library.removeprefix(":"), f"lib{library}.so", f"lib{library}.a"}
        return seen

    def _asked(self, command: tuple[str, ...]) -> str:
        if command not in self._answers:
            # Paths are read out of it, of any bytes.
            self._answers[command] = self._ended(command, "surrogateescape").stderr
        return self._answers[command]

    def _ended(self, command: Sequence[str], errors: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                command,
                cwd=self._folder,
                env=_environment(),
                capture_output=True,
                text=True,
                errors=errors,
                check=False,
            )
        except OSError as error:
            raise ToolError(f"{command[0]} does not run: {error.strerror}") from error

    def _run(self, command: list[str]) -> None:
        run = self._ended(command, "replace")
        if run.returncode == 0:
            return
        output = run.stderr.replace(str(self._folder), str(self._shown))
        shown = shlex.join(command).replace(str(self._folder), str(self._shown))
        if _WORDS_OF_A_FULL_DISK.search(output):
            raise ToolError(
                f"{self._name} did not build: the compiler cannot write: make room on the disk "
                f"of the builds, and of TMPDIR\n$ {shown}\n{output.rstrip()}"
            )
        if killed := _killed_by(run.returncode, output):
            raise ToolError(
                f"{self._name} did not build: the compiler was killed ({killed}): nothing is known "
                f"to be wrong with the sources; try again, with more memory\n$ {shown}"
            )
        raise BuildError(self._name, shown, output)

    def _rule_files(self, rules: Path) -> tuple[set[str], bool]:
        text = rules.read_text(errors="surrogateescape").replace("\\\n", " ")
        words = [_unescaped(word) for word in re.split(r"(?<!\\)\s+", text.strip())[1:]]
        return {self._absolute(word) for word in words}, all(map(self._exists, words))

    def _look_into(self, seen: Seen, searched: Iterable[str]) -> None:
        """Add each name that the files read for this include anywhere, and where it may be."""
        for path in list(seen.files):
            names, is_all = _included(path)
            seen.names |= names
            seen.complete = seen.complete and is_all
            seen.names.add(os.path.basename(path))
        seen.files |= {name for name in seen.names if name.startswith("/")}
        searched = {*searched, *(os.path.dirname(path) for path in seen.files)}
        seen.folders |= searched
        seen.names |= {part for name in seen.names for part in name.split("/")}
        for parent in {name.rpartition("/")[0] for name in seen.names} - {""}:
            # From each folder, down to the first that is not there: it may come.
            for folder in searched:
                below = folder
                for part in parent.split("/"):
                    below = os.path.join(below, part)
                    if not os.path.isdir(below):
                        break
                    seen.folders.add(below)

    def _of_words(self, words: Sequence[str]) -> Seen:
        """Return the files and folders that words of the command line name themselves."""
        seen = Seen()
        for word in self._all_words(words):
            glued = _GLUED.fullmatch(word)
            for part in {word, *_PARTS.split(word), *(glued.groups() if glued else ())}:
                path = self._absolute(part.removeprefix("@"))
                if os.path.isfile(path):
                    seen.files.add(path)
                elif os.path.isdir(path):
                    seen.folders.add(path)
        return seen

    def _all_words(self, words: Iterable[str], depth: int = 0) -> Iterator[str]:
        """Yield the words, and those in response files that they name."""
        for word in words:
            yield word
            if word.startswith("@") and depth < _MOST_NESTED and self._exists(word[1:]):
                text = Path(self._absolute(word[1:])).read_text(errors="surrogateescape")
                try:
                    inner = shlex.split(text)
                except ValueError:
                    inner = text.split()
                yield from self._all_words(inner, depth + 1)

    def _searched(self, text: str) -> set[str]:
        listed = text.partition("search starts here:")[2].partition("End of search list")[0]
        folders = {line.strip() for line in listed.splitlines() if line.startswith(" ")}
        folders |= set(re.findall(r'^ignoring nonexistent directory "(.+)"$', text, re.MULTILINE))
        # Another version of its headers for C++ would be beside it.
        found = re.search(r"^Selected GCC installation: (.+)$", text, re.MULTILINE)
        if found:
            folders.add(os.path.dirname(found[1]))
        return set(map(self._absolute, folders))

    def _linker(self, command: Sequence[str]) -> tuple[str, set[str]]:
        # Any file will do: nothing is read.
        command = (*command, os.devnull)
        text = self._asked((*command, "-###"))
        line = text.rstrip().rpartition("\n")[2]
        words = [re.sub(r"\\(.)", r"\1", word) for word in _QUOTED.findall(line)]
        folders = {self._absolute(word[2:]) for word in words if word.startswith("-L")}
        return words[0] if words else "", folders

    def _absolute(self, path: str) -> str:
        return os.path.join(self._folder, path)

    def _exists(self, path: str) -> bool:
        try:
            return os.path.exists(self._absolute(path))
        except ValueError:
            return False


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if _PASSED.fullmatch(name) or _KEYED.fullmatch(name)
    }


def _program(text: str) -> str:
    """Return the program that compiles, behind links and scripts: the first word of its line."""
    found = re.search(r'^ "((?:[^"\\]|\\.)+)" -cc1 ', text, re.MULTILINE)
    return found[1] if found else ""


def _configured(text: str) -> frozenset[str]:
    """Return configuration files of the compiler, and folders where it looks for them."""
    return frozenset(
        re.findall(
            r"^(?:Configuration file|(?:System|User) configuration file directory): (.+)$",
            text,
            re.MULTILINE,
        )
    )


@functools.cache
def _program_files(
    command: tuple[str, ...], program: str, configured: frozenset[str]
) -> frozenset[str]:
    """Return the files of a program: itself, the libraries that it loads, its configuration."""
    files = {found for word in (*command, program) if (found := _found_program(word))}
    names = {"clang", "clang++", *map(os.path.basename, command[:1])}
    names |= {f"{triple}-{name}" for triple in _TRIPLES for name in names} | set(_TRIPLES)
    folders = {path for path in configured if os.path.isdir(path)}
    for path in list(files):
        files |= set(_libraries(path))
        folders |= {os.path.dirname(path), os.path.dirname(os.path.realpath(path))}
    # Also those that are not there: they may come.
    files |= {os.path.join(folder, f"{name}.cfg") for folder in folders for name in names}
    return frozenset(files | (configured - folders))


def _found_program(word: str) -> str | None:
    return shutil.which(word) if word and not word.startswith("-") else None


def _libraries(path: str) -> list[str]:
    try:
        run = subprocess.run(
            ["ldd", path],  # noqa: S607  (the C library's own, wherever it is)
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except OSError:
        return []
    return re.findall(r"^\s+(?:\S+ => )?(/.+) \(0x[0-9a-f]+\)$", run.stdout, re.MULTILINE)


@functools.cache
def _read_once(path: str, _stamp: tuple[int, int]) -> tuple[frozenset[str], bool]:
    try:
        text = Path(path).read_bytes()
    except OSError:
        return frozenset(), True
    # Compiled code, which a profile or a precompiled header is, includes nothing.
    if b"\0" in text[:4096]:
        return frozenset(), True
    names = {os.fsdecode(a or b) for a, b in _INCLUDED.findall(text)}
    is_assembled = path.endswith((".s", ".S"))
    has_open = _ASSEMBLED.search(text) or (is_assembled and b".include" in text)
    return frozenset(names), not (has_open or (_OPEN.search(text) and not path.startswith("/usr/")))


def _included(path: str) -> tuple[frozenset[str], bool]:
    """Return the names that a file includes anywhere, and whether that is all it can reach."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return frozenset(), True
    return _read_once(path, (seen.st_mtime_ns, seen.st_size))


def _linked(text: str) -> Iterator[str]:
    """Yield the files of a linker's rule: each on a line, or (gold) all on one."""
    rule = text.partition("\n\n")[0].partition(":")[2]
    if "\n" in rule.rstrip():
        yield from (line.strip().removesuffix("\\").rstrip() for line in rule.split("\n")[1:])
    else:
        yield from re.split(r"(?<!\\)\s+", rule.strip())


def _unescaped(word: str) -> str:
    return re.sub(r"\\([ #])", r"\1", word).replace("$$", "$")


def _killed_by(status: int, output: str) -> str:
    """Return the signal that ended a tool from outside, empty for a failure of its own."""
    number = -status if status < 0 else status - _STATUS_OF_SIGNALS
    if number > 0:
        with_name = signal.Signals(number) if number in set(signal.Signals) else None
        if with_name and with_name not in _FAILED:
            return with_name.name
    # Of a process of its own, as the linker is, the driver tells it.
    found = re.search(r"unable to execute command: (Killed|Terminated|Hangup)", output)
    return found[1] if found else ""
