# SPDX-License-Identifier: Apache-2.0
"""The floors of the package, and what keeps it findable: who imports what, licenses."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "harness" / "groundstop"

FLOORS = [
    {"deadline", "errors", "excerpt", "model", "words"},
    {"archive", "config", "console", "extras", "files", "interrupt", "links", "terminal"},
    {"artifacts", "format", "toolchain", "native"},
    {"target"},
    {"oracles", "corpus"},
    {"replay"},
    {"campaign", "findings"},
    {"properties"},
    {"report"},
    {"gate", "ossfuzz", "bench", "doctor", "scaffold"},
    {"cli", "__main__"},
]
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names}
# A target uses what a user's target may: public packages up to its floor, never their insides.
PUBLIC = {f"groundstop.{name}" for floor in FLOORS[:5] for name in floor}

# Baselines are programs of their own that the bench starts; nothing imports them.
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "baselines" not in p.parts)
SOURCES = [
    path
    for folder in ("harness", "native", "tests", "fuzz", "tools")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".c", ".h"} and "__pycache__" not in path.parts
]


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that `path` imports, wherever in the file, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            for alias in node.names:
                inner = PACKAGE.parent.joinpath(*module.split("."), alias.name)
                is_module = inner.is_dir() or inner.with_suffix(".py").is_file()
                yield f"{module}.{alias.name}" if is_module else module


def part_of(module: str) -> str:
    names = module.split(".")
    return names[1] if len(names) > 1 else ""


def wrong_imports(path: Path) -> list[str]:
    me = dotted(path)
    mine = part_of(me)
    wrong = []
    for module in imports(path):
        if not module.startswith("groundstop."):
            continue
        part = part_of(module)
        if part == "targets":
            allowed = mine == "targets" and module.split(".")[:3] == me.split(".")[:3]
        elif mine == "targets":
            allowed = module in PUBLIC
        elif mine == "":
            allowed = True
        else:
            allowed = part == mine or FLOOR[part] < FLOOR[mine]
        if not allowed:
            wrong.append(f"{me} imports {module}")
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_only_downward(path: Path) -> None:
    assert wrong_imports(path) == []


def test_the_floors_test_sees_an_upward_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "groundstop" / "format" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("def f():\n    from groundstop.campaign import run\n")
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "groundstop")
    assert wrong_imports(planted) == ["groundstop.format.planted imports groundstop.campaign"]


@pytest.mark.parametrize(
    "library, allowed",
    [
        ("cffi", "native"),
        ("atheris", "campaign"),
        ("hypothesis", "format"),
    ],
)
def test_heavy_libraries_stay_where_they_belong(library: str, allowed: str) -> None:
    users = [p for p in MODULES if library in {m.split(".")[0] for m in imports(p)}]
    assert {part_of(dotted(p)) for p in users} <= {allowed}
    if library == "atheris":
        assert len(users) == 1


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_only_what_makes_text_fit_prints(path: Path) -> None:
    """`click.echo`, `print` and rich's own console would let through what is hostile."""
    text = path.read_text(encoding="utf-8")
    allowed = {"groundstop.console", "groundstop.terminal"}
    wrong = re.findall(
        r"\bclick\.s?echo\(|(?<![.\w])print\(|(?<!_)\bConsole\(|std(?:out|err)\.write\(", text
    )
    assert wrong == [] or dotted(path) in allowed


def test_every_part_of_the_package_has_a_floor() -> None:
    parts = {part_of(dotted(path)) for path in MODULES} - {"", "targets"}
    assert parts <= FLOOR.keys()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_source_names_its_license(path: Path) -> None:
    head = path.read_text(encoding="utf-8").splitlines()[:2]
    assert any("SPDX-License-Identifier: Apache-2.0" in line for line in head)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, groundstop.cli\n"
        "heavy = {'rich', 'cffi', 'atheris', 'hypothesis', 'tree_sitter', 'groundstop.target'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
