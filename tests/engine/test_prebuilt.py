# SPDX-License-Identifier: Apache-2.0
"""A core that is a library already: fuzzed as it was built, or one message why it cannot be."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from groundstop.campaign._mutator import own_hooks
from groundstop.errors import TargetError
from groundstop.model import Release, Sanitizer
from groundstop.target import Core, check_signature
from support.command import groundstop
from support.libraries import SOURCE, library_project, shared_object

COUNTED = "-fsanitize=fuzzer-no-link"


def found(folder: Path, *arguments: str) -> tuple[int, list[str], str]:
    """Fuzz until something is found; return status, kinds of findings, and the sanitizer."""
    run = groundstop("fuzz", "vm", "--seconds", "300", "--stop", "--json", *arguments, cwd=folder)
    findings = json.loads(run.stdout)["findings"] if run.stdout else []
    kinds = [finding["kind"] for finding in findings]
    assert all("vm_fuzz" in json.dumps(finding) for finding in findings)
    return run.status, kinds, findings[0]["sanitizer"] if findings else run.output


@pytest.mark.parametrize(
    "flags, sanitizer, kind",
    [
        (["-fsanitize=address,fuzzer-no-link"], "address", "heap-buffer-overflow"),
        ([COUNTED], "plain", "guard-page-overflow"),
        ([], "plain", "guard-page-overflow"),
        # Only an empty input shows it.
        (["-DONLY_SIZE=0"], "plain", "guard-page-overflow"),
    ],
)
def test_a_read_behind_the_input_is_found(
    tmp_path: Path, flags: list[str], sanitizer: str, kind: str
) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"EABC"})
    shared_object(folder / "libvm.so", *flags)
    assert found(folder) == (1, [kind], sanitizer)
    (stored,) = (folder / ".groundstop" / "findings" / "vm").glob("*/input")
    again = groundstop("repro", stored, cwd=folder)
    assert again.status == 1, again.output
    assert kind in again.output
    assert not list((folder / ".groundstop" / "build").glob("vm-*"))


def test_an_undefined_library_runs_under_its_runtime(tmp_path: Path) -> None:
    source = "int vm_fuzz(const char *d, unsigned long n) { return 1 << (n + 30) ? 0 : 0; }"
    folder = library_project(tmp_path / "p", {"seed": b"EABC"})
    flags = ("-fsanitize=undefined,fuzzer-no-link", "-fno-sanitize-recover=all", "-O0")
    shared_object(folder / "libvm.so", *flags, source=source)
    status, kinds, sanitizer = found(folder)
    assert (status, len(kinds), sanitizer) == (1, 1, "undefined")


WRITES = """\
int vm_fuzz(const unsigned char *data, unsigned long size);
int vm_fuzz(const unsigned char *data, unsigned long size)
{
	if (size > 1)
		*(volatile unsigned char *)(unsigned long)data ^= 1;
	return 0;
}
"""


def test_a_write_to_the_input_is_found_without_instrumentation(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"EABC"})
    shared_object(folder / "libvm.so", source=WRITES)
    run = groundstop("fuzz", "vm", "--seconds", "300", "--stop", "--json", cwd=folder)
    (finding,) = json.loads(run.stdout)["findings"]
    assert finding["kind"] == "overwrites-const-input"


# Says how many inputs begin as the seed does: without it, next to none.
COUNTING = """\
#include <stdio.h>
int vm_fuzz(const unsigned char *data, unsigned long size);
int vm_fuzz(const unsigned char *data, unsigned long size)
{
	static int runs, alike;

	alike += size > 1 && data[0] == 'Q' && data[1] == 'Z';
	if (++runs == 20000)
		fprintf(stderr, "alike: %d\\n", alike);
	return 0;
}
"""


@pytest.mark.slow
def test_a_blind_campaign_says_so_once_and_keeps_its_seeds(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"QZABCDEFGH"})
    shared_object(folder / "libvm.so", source=COUNTING)
    run = groundstop("fuzz", "vm", "--seconds", "3", cwd=folder)
    assert run.status == 0, run.output
    assert run.output.count("blind") == 1
    assert "compile it with -fsanitize=address,fuzzer-no-link" in run.stdout
    (path,) = (folder / ".groundstop" / "logs").glob("*.log")
    log = path.read_text()
    assert int(log.partition("alike: ")[2].split()[0]) > 1000
    shared_object(folder / "libvm.so", COUNTED, source=COUNTING)
    covered = groundstop("fuzz", "vm", "--seconds", "2", cwd=folder)
    assert "blind" not in covered.output


def test_what_needs_another_build_says_so(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"E"})
    shared_object(folder / "libvm.so")
    built = groundstop("build", "vm", cwd=folder)
    assert built.stdout.split() == ["plain", "libvm.so"]
    assert groundstop("repro", "corpus/vm/seeds/seed", cwd=folder).status == 0
    for arguments, words in {
        ("fuzz", "vm", "--sanitizer", "undefined"): "a campaign runs with plain",
        ("fuzz", "vm", "--release", "7"): "has no releases",
        ("repro", "corpus/vm/seeds/seed", "--sanitizer", "address"): "no build of it for address",
        ("coverage", "vm"): "no build of it for line coverage",
    }.items():
        run = groundstop(*arguments, cwd=folder)
        assert run.status == 2, run.output
        assert words in run.output
    with pytest.raises(TargetError, match="prebuilt library"):
        Core(library=folder / "libvm.so", entry="vm_fuzz").recipe("vm", Release())


# Source and flags of libraries that compile, and are none to be fuzzed.
UNFIT = {
    "symbol": (SOURCE, "-Dvm_fuzz=something_else"),
    "variable": ("int vm_fuzz = 1;",),
    "c++": ("int vm_fuzz(char *) { return 0; }",),
    "thread": (SOURCE, "-fsanitize=thread"),
    "signature": ("void vm_fuzz(const char *data, long size) { }",),
    "unresolved": ("int g(); int vm_fuzz(char *data, long size) { return g(); }",),
}


def broken(folder: Path, kind: str) -> None:
    library = folder / "libvm.so"
    if kind in UNFIT:
        source, *flags = UNFIT[kind]
        language = "c++" if kind == "c++" else "c"
        shared_object(library, *flags, source=source, language=language)
    elif kind == "text":
        library.write_text("no library at all\n")
    elif kind == "truncated":
        library.write_bytes(shared_object(library).read_bytes()[:2000])
    elif kind == "machine":
        content = bytearray(shared_object(library).read_bytes())
        content[18:20] = (183).to_bytes(2, "little")  # e_machine: AArch64
        library.write_bytes(content)
    elif kind == "dependency":
        needed = shared_object(folder / "libneeded.so", source="int needed;")
        shared_object(library, "-Wl,--no-as-needed", f"-L{folder}", "-lneeded")
        needed.unlink()


@pytest.mark.parametrize(
    "kind, words",
    [
        ("none", "libvm.so: cannot be read"),
        ("text", "is no shared library of this kind of system"),
        ("truncated", "is no shared library of this kind of system"),
        ("machine", "is for another kind of machine (AArch64"),
        ("symbol", "exports no function vm_fuzz"),
        ("variable", "vm_fuzz is no function"),
        ("c++", 'declare it extern "C"'),
        ("thread", "is built with ThreadSanitizer"),
        ("dependency", "needs libneeded.so, which is not found"),
        ("signature", "vm_fuzz is `void (const char *, long)`, which is no entry point"),
        ("unresolved", "no library that it is linked with has what it calls"),
    ],
)
def test_a_library_that_cannot_be_fuzzed_says_why(tmp_path: Path, kind: str, words: str) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"E"})
    broken(folder, kind)
    run = groundstop("fuzz", "vm", "--seconds", "5", cwd=folder)
    assert run.status == 2, run.output
    assert words in run.output
    assert run.output.count("groundstop: ") == 1


def test_words_without_a_format_are_a_dictionary(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"E"})
    shared_object(folder / "libvm.so", COUNTED)
    declared = (folder / "vm_target.py").read_text()
    words = ', words=lambda: {"name": b"a\\x00b", "other": b"cd"})'
    (folder / "vm_target.py").write_text(
        declared.replace('entry="vm_fuzz"))', f'entry="vm_fuzz"){words}')
    )
    run = groundstop("fuzz", "vm", "--seconds", "1", cwd=folder)
    assert run.status in {0, 1}, run.output
    (log,) = (folder / ".groundstop" / "logs").glob("*.log")
    assert "Dictionary: 2 entries" in log.read_text()


def test_a_library_that_changes_is_examined_again(tmp_path: Path) -> None:
    library = shared_object(tmp_path / "libvm.so")
    core = Core(library=library, entry="vm_fuzz")
    assert core.sanitizers == (Sanitizer.PLAIN,)
    before = library.stat()
    shared_object(library, "-fsanitize=address,fuzzer-no-link")
    os.utime(library, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert core.sanitizers == (Sanitizer.ADDRESS,)


def test_a_library_is_examined_without_tools_of_llvm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = shared_object(tmp_path / "libvm.so", "-fsanitize=address,fuzzer-no-link")
    monkeypatch.setenv("PATH", "/nowhere")
    core = Core(library=library, entry="vm_fuzz")
    assert core.sanitizers == (Sanitizer.ADDRESS,)
    check_signature(library, "vm_fuzz")
    assert own_hooks(library) == []


def test_a_library_of_gccs_address_sanitizer_is_refused(tmp_path: Path) -> None:
    folder = library_project(tmp_path / "p", {"seed": b"E"})
    try:
        shared_object(folder / "libvm.so", "-fsanitize=address", compiler="gcc")
    except (OSError, ValueError) as error:
        pytest.skip(f"gcc does not run here: {error}")
    except Exception as error:  # noqa: BLE001  (whatever it lacks)
        pytest.skip(f"gcc's AddressSanitizer is not installed here: {error}")
    run = groundstop("fuzz", "vm", "--seconds", "5", cwd=folder)
    assert run.status == 2
    assert "gcc's AddressSanitizer: build it with clang" in run.output


def test_a_core_is_compiled_or_there(tmp_path: Path) -> None:
    library = tmp_path / "libvm.so"
    with pytest.raises(TargetError, match=r"Core\(sources=.*Core\(library="):
        Core(root=tmp_path)
    with pytest.raises(TargetError, match="name one of them"):
        Core(root=tmp_path, sources=("vm.c",), library=library)
    with pytest.raises(TargetError, match="leave cflags out"):
        Core(library=library, cflags=("-O2",))
    with pytest.raises(TargetError, match=r"write library=Path\('libvm.so'\)"):
        Core(library="libvm.so")  # type: ignore[arg-type]
