#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The usual way: Atheris calls Python for every input, and Python calls the core through cffi.

A program of its own that the bench starts and nothing imports.
usage: plain_atheris.py LIBRARY ENTRY [libFuzzer's flags]
"""

import sys

import atheris
import cffi

library, entry = sys.argv[1:3]
ffi = cffi.FFI()
ffi.cdef(f"int {entry}(const uint8_t *data, size_t size);")
call = getattr(ffi.dlopen(library), entry)


def test_one_input(data: bytes) -> None:
    """Run one input."""
    call(data, len(data))


atheris.Setup([sys.argv[0], *sys.argv[3:]], test_one_input)
atheris.Fuzz()
