# SPDX-License-Identifier: Apache-2.0
"""A harness as OSS-Fuzz has them: in one line, with its words, seeds, options, and a library."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from groundstop.config import folder_project
from groundstop.errors import InputError
from groundstop.target import Harness, beside, harnesses, keep_harness, load_target, take_seeds
from support.command import groundstop
from support.libraries import share_builds

FILES = {
    "include/parser.hpp": """\
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
namespace parser { int parse(const std::string &text); }
""",
    "src/parser.cpp": """\
#include "parser.hpp"
#include "tables.inc"
extern "C" int table_of(const char *text, unsigned long size);
#if !defined(FROM_CMAKE) || __cplusplus < 201703L
#error the flags of the project are needed
#endif
int parser::parse(const std::string &text)
{
	std::string copy(text);
	if (copy.compare(0, sizeof(word) - 1, word) == 0)
		return table_of(copy.data(), copy.size());
	return 0;
}
""",
    "src/tables.inc": 'static const char word[] = "\\x7fPARSE-ME\\x01";\n',
    "src/table.c": """\
#ifdef __cplusplus
#error this is C
#endif
int helper(int x);
int table_of(const char *text, unsigned long size);
int table_of(const char *text, unsigned long size)
{
	char *last = __builtin_malloc(size);
	int sum = helper(0);

	for (unsigned long i = 0; i < size; i++)
		last[i] = text[i];
	sum += last[size];
	__builtin_free(last);
	return sum == 12345;
}
""",
    "src/other_fuzzer.cpp": """\
extern "C" int LLVMFuzzerTestOneInput(const char *, unsigned long) { return 0; }
""",
    "fuzz/parse_fuzzer.cc": """\
#include "parser.hpp"
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return parser::parse(std::string(reinterpret_cast<const char *>(data), size));
}
""",
    "fuzz/parse_fuzzer.dict": '"\\x7fPARSE-ME\\x01"\n',
    "fuzz/parse_fuzzer.options": (
        "[libfuzzer]\nmax_len = 64\ntimeout = 20\nlen_control=0\nclose_fd_mask = 3\nfork = 2\n"
    ),
}
LINE = (
    *("--harness", "fuzz/parse_fuzzer.cc", "--sources", "src", "--sources", "li*.a"),
    *("--include", "include", "--compile-commands", "build"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    share_builds(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    helper = "int helper(int x); int helper(int x) { return x; }"
    command = ["clang", "-g", "-fPIC", "-c", "-x", "c", "-", "-o", "helper.o"]
    subprocess.run(command, input=helper, text=True, cwd=tmp_path, check=True)
    subprocess.run(["ar", "rcs", "libhelp.a", "helper.o"], cwd=tmp_path, check=True)
    (tmp_path / "build").mkdir()
    common = ["-O3", "-Werror", "-D", "FROM_CMAKE", "-I../include", "-fsanitize=thread"]
    cplusplus = ["c++", *common, "-std=c++17", "-o", "x.o", "-c"]
    (tmp_path / "build" / "compile_commands.json").write_text(
        json.dumps(
            [
                {
                    "directory": str(tmp_path / "build"),
                    "file": "../src/parser.cpp",
                    "arguments": [*cplusplus, "../src/parser.cpp"],
                },
                {
                    "directory": str(tmp_path / "build"),
                    "file": str(tmp_path / "src/table.c"),
                    "command": f"cc -std=c11 -c {tmp_path}/src/table.c",
                },
            ]
        )
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a/../../evil", b"abc")
        file.writestr("a/seed", b"abc")
        file.writestr("b/seed", b"def")
    (tmp_path / "fuzz" / "parse_fuzzer_seed_corpus.zip").write_bytes(archive.getvalue())
    return tmp_path


def test_one_line_takes_all_that_lies_beside_it(folder: Path) -> None:
    run = groundstop("fuzz", *LINE, "--seconds", "300", "--stop", "--json", cwd=folder)
    assert run.status == 1, run.output
    (finding,) = json.loads(run.stdout)["findings"]
    assert (finding["kind"], finding["target"]) == ("heap-buffer-overflow", "parse_fuzzer")
    assert "table_of at src/table.c:13" in finding["headline"]
    (log,) = (folder / ".groundstop" / "logs").glob("*.log")
    assert "Dictionary: 1 entries" in log.read_text()
    seeds = folder / ".groundstop" / "corpus" / "parse_fuzzer" / "seeds"
    assert sorted(path.read_bytes() for path in seeds.iterdir()) == [b"abc", b"def"]
    assert not (folder.parent / "evil").exists()
    for option in ("close_fd_mask", "fork"):
        assert f"{option} of its .options file is not taken over" in run.stderr
    assert (
        len((seeds.parents[2] / "findings" / "parse_fuzzer" / finding["id"] / "input").read_bytes())
        <= 64
    )


def built(folder: Path, *arguments: str) -> str:
    """Run no longer than shows that it was built; return what was said, or nothing."""
    run = groundstop("fuzz", *arguments, "--seconds", "1", "--", "-runs=1", cwd=folder)
    return "" if run.status in {0, 1} else run.output


@pytest.mark.parametrize(
    "words",
    [
        ("--sources", "src/p*.cpp", "--sources", "src/table.c", "--ldflags", "-L. -lhelp"),
        ("--sources", "src/parser.cpp", "src/table.c", "libhelp.a"),
        ("--sources", "src/*r.cpp", "--sources", "src/t*.c", "--sources", "helper.o"),
        ("--sources", "src", "--ldflags", "libhelp.a"),
        ("--sources", "src", "--ldflags", "-L . -lhelp"),
        ("--sources", "src", "--ldflags", "-Wl,--whole-archive,libhelp.a,--no-whole-archive"),
    ],
)
def test_parts_are_named_as_in_a_shell(folder: Path, words: tuple[str, ...]) -> None:
    flags = ("--cflags", "-std=c11", "--cxxflags", "-std=c++17 -I include -DFROM_CMAKE")
    assert not built(folder, "--harness", "fuzz/parse_fuzzer.cc", *words, *flags)


@pytest.mark.parametrize(
    "words, said",
    [
        (("--sources", "none/*.c"), "there is no such file"),
        (("--sources", "fuzz/parse_fuzzer.dict"), "--sources are C and C++ files"),
        (("--compile-commands", "src"), "compile_commands.json: no such file"),
        (("--compile-commands", "src/table.c"), "no compilation database"),
        (("--seeds", "src/table.c"), "cannot be unpacked"),
        (("vm",), "name a target or a property"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, words: tuple[str, ...], said: str) -> None:
    run = groundstop("fuzz", "--harness", "fuzz/parse_fuzzer.cc", *words, cwd=folder)
    assert run.status == 2
    assert said in run.output
    assert "Traceback" not in run.output


def test_what_lies_beside_a_harness_is_read_with_care(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = folder / "fuzz" / "parse_fuzzer.cc"
    found = beside(harness)
    assert found.dictionary == harness.with_suffix(".dict")
    assert found.options == {
        "max_len": "64",
        "timeout": "20",
        "len_control": "0",
        "close_fd_mask": "3",
        "fork": "2",
    }
    options = harness.with_suffix(".options")
    options.write_text("[libfuzzer]\ndict = other.dict\n")
    with pytest.raises(InputError, match=r"other\.dict: no such file"):
        beside(harness)
    options.write_text("no section\n")
    with pytest.raises(InputError, match="cannot be read"):
        beside(harness)
    monkeypatch.chdir(folder)
    project = folder_project()
    (folder / "more" / ".hidden").mkdir(parents=True)
    (folder / "more" / "one").write_bytes(b"abc")
    (folder / "more" / "two").write_bytes(b"ghi")
    (folder / "more" / ".hidden" / "three").write_bytes(b"jkl")
    assert take_seeds(folder / "fuzz" / "parse_fuzzer_seed_corpus.zip", project, "x") == 2
    assert take_seeds(folder / "more", project, "x") == 1
    assert take_seeds(folder / "more", project, "x") == 0


def test_a_harness_is_found_again_with_all_that_it_was_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    project = folder_project()
    harness = Harness(
        folder / "fuzz" / "parse_fuzzer.cc",
        (folder / "src" / "table.c", folder / "helper.o"),
        cflags=("-DA",),
        cxxflags=("-DB",),
        commands=folder / "build",
    )
    name = keep_harness(project, harness, {})
    assert harnesses(project)[name] == harness
    core = load_target(project, name).core
    assert core.each == {"src/table.c": ("-std=c11",)}
    assert str(folder / "helper.o") in core.ldflags
