# SPDX-License-Identifier: Apache-2.0
"""What the engine's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.engine import EngineProject


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build cache for all projects of these tests."""
    return tmp_path_factory.mktemp("builds")


@pytest.fixture
def project(tmp_path: Path, builds: Path) -> EngineProject:
    """A fresh project, nothing run in it yet."""
    return EngineProject.make(tmp_path / "project", builds)
