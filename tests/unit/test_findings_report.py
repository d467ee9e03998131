# SPDX-License-Identifier: Apache-2.0
"""Reports of every kind are read, and findings are the same exactly when the bug is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundstop.findings import Finding, Frame, headline, parse_report
from groundstop.model import Death, Judgement, Release, Variant, Verdict
from groundstop.oracles import Broken

# As AddressSanitizer of clang 14 writes it in a campaign, symbolized by itself.
IN_A_CAMPAIGN = """\
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000072 at pc 0x7f bp 0x7e
READ of size 8 at 0x602000000072 thread T0
    #0 0x7f3b3af889ee in step /src/native/channel/pattern.c:61:22
    #1 0x7f3b3af889ef in ci_evaluate /src/native/channel/evaluate.c:140:9
    #2 0x7f3b3af889f0 in fuzz_one(unsigned char const*, unsigned long) driver.cc:3
    #3 0x564c66b053f4 in fuzzer::Fuzzer::RunOne(unsigned char const*) (/x/asan_with_fuzzer.so+0x1)
    #4 0x564c66b050e8 in _PyEval_EvalFrameDefault (/usr/bin/python3.11+0x53)
    #5 0x7f3b3b4a9249 in __libc_start_call_main csu/../sysdeps/nptl/libc_start_call_main.h:58:16

0x602000000072 is located 0 bytes to the right of 2-byte region
allocated by thread T0 here:
    #0 0x564c66aca1ee in __interceptor_malloc (/x/asan_with_fuzzer.so+0xa51ee)

SUMMARY: AddressSanitizer: heap-buffer-overflow /src/native/channel/pattern.c:61:22 in step
"""

UNSYMBOLIZED = """\
==9==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000010 (pc 0x7eff bp 0x7f sp 0x7f T0)
==9==The signal is caused by a WRITE memory access.
    #0 0x7eff63fbd6e1  (/state/build/x/libtoy.so+0x26e1) (BuildId: 58df897b2a72af92ced5c86af603f12f)
    #1 0x55f6e407c3f4  (/state/build/y/runner+0xe03f4) (BuildId: 36887d4ec28d08e1e40cc13660e7fa34)
    #2 0x7eff643cf249  (/lib/x86_64-linux-gnu/libc.so.6+0x27249)

SUMMARY: AddressSanitizer: SEGV (/state/build/x/libtoy.so+0x26e1)
"""

UNDEFINED = """\
toy.c:5:46: runtime error: index 117 out of bounds for type 'int[4]'
    #0 0x7f6936a3637a in g /src/toy.c:5:46 [libtoy.so]
    #1 0x7f6936a3637a in f /src/toy.c:7:26 [libtoy.so]
    #2 0x55ed880a01c6 in call_core /work/native/driver/runner.c:71:9 [runner]

SUMMARY: UndefinedBehaviorSanitizer: out-of-bounds-index /src/toy.c:5:46 in g
"""

GUARD_PAGE = """\
==groundstop== ERROR: Groundstop: guard-page-overflow on address 0x7fe9, 0 bytes behind the end
READ of unknown size
SUMMARY: Groundstop: guard-page-overflow
    #0 0x7fe9c039f2c4 in f /src/a folder/toy.c:6:22 [libtoy.so]
    #1 0x55a6d56751c6 in run_one /work/native/driver/runner.c:83:13 [runner]
"""

ORACLE = """\
 === Uncaught Python exception: ===
OracleFinding: model: instance 7 matches here and not there
Traceback (most recent call last):
  File "/x/judge.py", line 50, in __call__
    raise OracleFinding(f"{oracle.name}: {judgement.message}")
"""

TIMEOUT = """\
ALARM: working on the last Unit for 11 seconds
==31==ERROR: libFuzzer: timeout after 11 seconds
    #0 0x564c in __sanitizer_print_stack_trace (/x/asan_with_fuzzer.so+0x8)
    #1 0x7f3b in spin /src/toy.c:9:5
    #2 0x7f3c in toy_entry /src/toy.c:20:1
SUMMARY: libFuzzer: timeout
"""

OUT_OF_MEMORY = """\
==3==ERROR: libFuzzer: out-of-memory (used: 2103Mb; limit: 2048Mb)
SUMMARY: libFuzzer: out-of-memory
"""


@pytest.mark.parametrize(
    "text, core, kind, detail, frames",
    [
        (
            IN_A_CAMPAIGN,
            "",
            "heap-buffer-overflow",
            "READ of size 8",
            [
                ("step", "/src/native/channel/pattern.c:61"),
                ("ci_evaluate", "/src/native/channel/evaluate.c:140"),
                ("fuzz_one(unsigned char const*, unsigned long)", "driver.cc:3"),
            ],
        ),
        (UNSYMBOLIZED, "libtoy.so", "SEGV", "WRITE of unknown size", [("", "libtoy.so+0x26e1")]),
        (UNSYMBOLIZED, "", "SEGV", "WRITE of unknown size", [("", "libtoy.so+0x26e1")]),
        (
            UNDEFINED,
            "libtoy.so",
            "out-of-bounds-index",
            "index 117 out of bounds for type 'int[4]'",
            [("g", "/src/toy.c:5"), ("f", "/src/toy.c:7")],
        ),
        (
            GUARD_PAGE,
            "libtoy.so",
            "guard-page-overflow",
            "READ of unknown size",
            [("f", "/src/a folder/toy.c:6")],
        ),
        (ORACLE, "", "oracle", "model: instance 7 matches here and not there", []),
        (TIMEOUT, "", "timeout", "", [("spin", "/src/toy.c:9"), ("toy_entry", "/src/toy.c:20")]),
        (OUT_OF_MEMORY, "", "out-of-memory", "", []),
        ("", "", "unknown", "", []),
    ],
)
def test_a_report_is_read(
    text: str, core: str, kind: str, detail: str, frames: list[tuple[str, str]]
) -> None:
    report = parse_report(text)
    own = [(frame.function, frame.place) for frame in report.own_frames(core)]
    assert (report.kind, report.detail, own) == (kind, detail, frames)


@pytest.mark.parametrize("garbage", ["\0" * 50, "    #0 0x12\n", "#0 0x1 in (", "SUMMARY: \n" * 3])
def test_any_text_is_read_without_an_error(garbage: str) -> None:
    assert parse_report(garbage).kind == "unknown"


def test_a_headline_says_what_and_where() -> None:
    death = Death("heap-buffer-overflow", IN_A_CAMPAIGN)
    assert headline(death) == (
        "heap-buffer-overflow: READ of size 8 in step at /src/native/channel/pattern.c:61"
    )
    assert headline(Death("exit", "The process exited with status 3")) == "exit"


def finding(*frames: Frame, kind: str = "SEGV", detail: str = "") -> Finding:
    return Finding("toy", Variant(), kind, detail, frames)


TOP = Frame("step", "/src/a.c", 10, "libtoy.so")
CALLER = Frame("run", "/src/b.c", 20, "libtoy.so")
ENTRY = Frame("entry", "/src/c.c", 30, "libtoy.so")


def test_the_same_bug_has_the_same_id_wherever_it_is_built_and_called() -> None:
    here = finding(TOP, CALLER, ENTRY, detail="READ of size 8")
    elsewhere = finding(
        replace(TOP, file="/home/x/a.c"), replace(CALLER, line=21), ENTRY, detail="READ of size 1"
    )
    older = replace(here, variant=Variant(Release("7.10")))
    assert {here.id, elsewhere.id, older.id} == {here.id}


@pytest.mark.parametrize(
    "other",
    [
        finding(replace(TOP, line=11), CALLER, ENTRY),
        finding(replace(TOP, function="step2"), CALLER, ENTRY),
        finding(TOP, replace(CALLER, function="other"), ENTRY),
        finding(TOP, CALLER, ENTRY, kind="BUS"),
        finding(CALLER, ENTRY),
        finding(),
    ],
)
def test_another_bug_has_another_id(other: Finding) -> None:
    assert other.id != finding(TOP, CALLER, ENTRY).id


def test_a_hang_is_one_finding_wherever_it_was_sampled() -> None:
    deeper = replace(TOP, function="memcpy_of_ours")
    hang = finding(TOP, CALLER, CALLER, ENTRY, kind="timeout")
    sampled_elsewhere = finding(deeper, TOP, CALLER, CALLER, ENTRY, kind="timeout")
    assert hang.id == sampled_elsewhere.id
    assert hang.id != finding(TOP, replace(CALLER, function="x"), ENTRY, kind="timeout").id


def test_a_recursion_is_one_finding_wherever_the_stack_ended() -> None:
    odd = finding(TOP, CALLER, TOP, CALLER, ENTRY, kind="stack-overflow")
    even = finding(CALLER, TOP, CALLER, TOP, CALLER, ENTRY, kind="stack-overflow")
    assert odd.id == even.id


def test_unsymbolized_findings_differ_by_module_and_offset() -> None:
    first = finding(Frame(module="libtoy.so", offset="0x26e1"))
    second = finding(Frame(module="libtoy.so", offset="0x26f0"))
    assert first.id != second.id


def test_oracles_differ_by_what_they_say_not_by_its_values() -> None:
    one = finding(kind="oracle model", detail="instance 7 matches 'abc' at 0x12")
    same = finding(kind="oracle model", detail="instance 12 matches 'x' at 0x99")
    other = finding(kind="oracle model", detail="instance 7 does not match 'abc' at 0x12")
    assert one.id == same.id != other.id


def test_a_list_of_values_is_one_value_however_long() -> None:
    heads = [f"matched by {ids}; the model: no match" for ids in ("1", "12, 7", "1, 2, 3")]
    assert len({finding(kind="oracle model", detail=head).id for head in heads}) == 1


def test_a_broken_oracle_is_a_finding_of_its_own() -> None:
    said = "KeyError: 7\nTraceback (most recent call last):\n"
    broken = Finding.of_oracle("model", Broken(Verdict.FINDING, said), "toy", Variant())
    found = Finding.of_oracle("model", Judgement(Verdict.FINDING, said), "toy", Variant())
    assert broken.headline == "broken oracle model: KeyError: 7"
    assert found.headline == "oracle model: KeyError: 7"
    assert broken.id != found.id


def test_a_finding_survives_its_document() -> None:
    whole = finding(TOP, Frame(module="m", offset="0x1"), detail="é")
    whole = replace(whole, variant=Variant(Release("7.11", "2024-07")), reproduced=False)
    assert Finding.from_document(whole.document()) == whole
