# SPDX-License-Identifier: Apache-2.0
"""What is known of an artifact without running it: its kind, whether it is whole, or triaged."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from groundstop.artifacts import (
    holding,
    is_cut,
    kind_of,
    mark_triaged,
    remove_cut,
    untriaged,
    untriaged_of,
)
from groundstop.campaign._lock import campaign_name
from groundstop.config import Project


def sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    "name, kind",
    [
        ("crash-2f75", "crash"),
        ("timeout-2f75", "timeout"),
        ("oom-2f75", "oom"),
        ("broken-model", "broken"),
        ("broken-model.oracle", None),
        ("slow-unit-2f75", None),
        ("crash-2f75.report", None),
        ("crash-2f75.triaged", None),
        ("crash", None),
        ("notes", None),
    ],
)
def test_the_name_says_whether_it_is_a_finding(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    "name, data, is_it",
    [
        (f"crash-{sha1(b'abc')}", b"abc", False),
        (f"crash-{sha1(b'abc')}", b"ab", True),
        (f"timeout-{sha1(b'abc')}", b"", True),
        (f"crash-{sha1(b'')}", b"", False),
        # FNV-1a of "a" and of nothing, as its authors list them.
        ("crash-af63dc4c8601ec8c", b"a", False),
        ("crash-cbf29ce484222325", b"", False),
        ("crash-af63dc4c8601ec8c", b"", True),
        # Named by nothing that could be compared.
        ("broken-model", b"", False),
        ("crash-by-hand", b"x", False),
    ],
)
def test_an_artifact_that_is_cut_is_not_what_its_name_says(
    tmp_path: Path, name: str, data: bytes, *, is_it: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert is_cut(path) == is_it
    assert remove_cut(tmp_path) == ([name] if is_it else [])
    assert path.exists() != is_it


def test_what_cannot_be_read_is_not_taken_for_cut(tmp_path: Path) -> None:
    (tmp_path / f"crash-{sha1(b'abc')}").mkdir()
    assert remove_cut(tmp_path) == []


def test_nothing_is_removed_while_somebody_may_be_writing(tmp_path: Path) -> None:
    path = tmp_path / f"crash-{sha1(b'abc')}"
    path.write_bytes(b"a")
    with holding(tmp_path), holding(tmp_path):
        assert remove_cut(tmp_path) == []
        assert path.exists()
    assert remove_cut(tmp_path) == [path.name]


def test_what_is_written_again_is_to_be_triaged_again(tmp_path: Path) -> None:
    path = tmp_path / "broken-model"
    path.write_bytes(b"a")
    assert untriaged(tmp_path) == [path]
    mark_triaged(path, ["0" * 16])
    assert untriaged(tmp_path) == []
    os.utime(path, (time.time() + 5, time.time() + 5))
    assert untriaged(tmp_path) == [path]
    assert untriaged(tmp_path / "none") == []


def test_all_folders_of_a_target_and_its_properties_count(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "corpus")
    places = [
        "findings/toy/address/crash-1",
        "findings/toy/7.11@2024-07-undefined/crash-2",
        "properties/toy/test_a.test_b/address/crash-3",
        "findings/other/address/crash-4",
        # No folder of artifacts.
        "findings/toy/0123456789abcdef/crash-5",
    ]
    for place in places:
        (project.state / place).parent.mkdir(parents=True)
        (project.state / place).write_bytes(b"x")
    found = [str(path.relative_to(project.state)) for path in untriaged_of(project, "toy")]
    assert sorted(found) == sorted(places[:3])
    assert len(untriaged_of(project)) == 4
    assert untriaged_of(project, "nobody") == []


def test_two_campaigns_at_once_have_names_of_their_own(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "corpus")
    with campaign_name(project, "toy-address") as first:
        with campaign_name(project, "toy-address") as second:
            assert [first, second] == ["toy-address", "toy-address-2"]
        with campaign_name(project, "toy-undefined") as other:
            assert other == "toy-undefined"
    with campaign_name(project, "toy-address") as again:
        assert again == first
