# SPDX-License-Identifier: Apache-2.0
"""The compiler and linker flags of each sanitizer, as docs/engine-notes.md found them to work."""

from __future__ import annotations

from groundstop.model import Sanitizer

# By suffix, as clang takes them.
CPLUSPLUS = {".cc", ".cp", ".cpp", ".cxx", ".CPP", ".C", ".c++"}

# -fno-plt: an instrumented core calls the runtime's trace functions thousands of times for
# each input; through a PLT that alone cost a quarter of the inputs per second.
_COMMON = ("-g", "-fPIC", "-fno-omit-frame-pointer", "-fno-plt", "-pthread")

# -O1 keeps stacks readable; undefined findings must stop the process to be findings.
_CFLAGS = {
    Sanitizer.ADDRESS: ("-O1", "-fsanitize=address"),
    Sanitizer.UNDEFINED: ("-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"),
    Sanitizer.PLAIN: ("-O2",),
    Sanitizer.COVERAGE: ("-O1", "-fprofile-instr-generate", "-fcoverage-mapping"),
}


def compile_flags(sanitizer: Sanitizer, *, instrument: bool) -> tuple[str, ...]:
    """Return the flags for compiling one source file."""
    flags = (*_COMMON, *_CFLAGS[sanitizer])
    # The coverage build is replayed by the runner, never fuzzed (docs/engine-notes.md 8).
    if instrument and sanitizer is not Sanitizer.COVERAGE:
        flags += ("-fsanitize=fuzzer-no-link",)
    return flags


def link_flags(sanitizer: Sanitizer, *, shared: bool) -> tuple[str, ...]:
    """Return the flags for linking.

    A shared core leaves the sanitizer's functions undefined: whoever loads it (Atheris'
    preloaded runtime, or the runner) brings them, once.
    """
    flags = tuple(flag for flag in _CFLAGS[sanitizer] if not flag.startswith("-O"))
    if shared:
        # A function of the process that happens to have the same name must not get in.
        return ("-shared", "-Wl,-Bsymbolic-functions", "-pthread", *flags)
    return ("-rdynamic", "-pthread", *flags, "-ldl")
