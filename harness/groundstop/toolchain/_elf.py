# SPDX-License-Identifier: Apache-2.0
"""What an ELF file says of itself: kind, machine, libraries, symbols.  Nothing is loaded or run."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstop.errors import CoreError, GroundstopError, ToolError

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import Section

__all__ = ["Elf", "Symbol", "opened_elf", "read_elf"]

# Elf64_Sym: name, info, other, section, value, size.  Parsed here, since a library has
# hundreds of thousands of them, and elftools takes its time for each.
_SYMBOL = struct.Struct("<IBBHQQ")
_KINDS = {0: "NOTYPE", 1: "OBJECT", 2: "FUNC", 6: "TLS", 10: "IFUNC"}
# Default and protected: others can call it.
_SEEN = {0, 3}
_LOCAL = 0


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol: its kind (FUNC, OBJECT, …), whether it is defined here and can be called."""

    name: str
    kind: str
    value: int
    defined: bool
    exported: bool


@dataclass(frozen=True)
class Elf:
    """An ELF file: `kind` is DYN, REL, EXEC; `machine` as people call it; `needed` libraries."""

    kind: str
    machine: str
    needed: tuple[str, ...]
    symbols: tuple[Symbol, ...]

    @property
    def undefined(self) -> set[str]:
        """The names that it leaves to others."""
        return {symbol.name for symbol in self.symbols if not symbol.defined}

    @property
    def exported(self) -> dict[str, Symbol]:
        """What others can call or read, by name."""
        return {symbol.name: symbol for symbol in self.symbols if symbol.exported}


def read_elf(path: Path) -> Elf:
    """Return what a shared object or an object file says; raise CoreError if it is neither."""
    with opened_elf(path) as elf:
        from elftools.elf.descriptions import describe_e_machine

        machine = f"{describe_e_machine(elf['e_machine'])}, {elf.elfclass} bits"
        if (elf["e_machine"], elf.elfclass, elf.little_endian) != ("EM_X86_64", 64, True):
            return Elf(_kind(elf), machine, (), ())
        dynamic: Any = elf.get_section_by_name(".dynamic")
        tags = dynamic.iter_tags() if dynamic else ()
        needed = tuple(tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED")
        table = elf.get_section_by_name(".symtab" if _kind(elf) == "REL" else ".dynsym")
        return Elf(_kind(elf), "", needed, tuple(_symbols(elf, table)) if table else ())


@contextmanager
def opened_elf(path: Path) -> Iterator[ELFFile]:
    """Open a file for elftools; raise CoreError for whatever it cannot make of it."""
    try:
        from elftools.elf.elffile import ELFFile
    except ImportError as error:
        raise ToolError("pyelftools is not installed: pip install pyelftools") from error
    try:
        with path.open("rb") as file:
            yield ELFFile(file)
    except OSError as error:
        raise CoreError(f"{path}: cannot be read: {error.strerror}") from error
    except GroundstopError:
        raise
    except Exception as error:
        # The file may be cut or broken anywhere, and elftools says so in many ways.
        words = str(error) or type(error).__name__
        raise CoreError(f"{path} is no shared library of this kind of system: {words}") from error


def _kind(elf: ELFFile) -> str:
    return str(elf["e_type"]).removeprefix("ET_")


def _symbols(elf: ELFFile, table: Section) -> Iterator[Symbol]:
    names = elf.get_section(table["sh_link"]).data()
    for name, info, other, section, value, _ in _SYMBOL.iter_unpack(table.data()):
        if not name:
            continue
        text = names[name : names.index(b"\0", name)].decode(errors="replace")
        defined = section != 0
        exported = defined and info >> 4 != _LOCAL and other & 3 in _SEEN
        yield Symbol(text, _KINDS.get(info & 15, "other"), value, defined, exported)
