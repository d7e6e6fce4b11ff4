# SPDX-License-Identifier: Apache-2.0
"""Repositories in which the real nox runs; the tools' environments are made once for all tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.e2e._nox import Sandbox, shared_environ

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tool_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache folder for all workers of pytest-xdist: noxkit itself sees to it that each tool is made once."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return shared / "cache"


@pytest.fixture
def sandbox(tmp_path: Path, tool_cache: Path) -> Sandbox:
    """A small healthy repository of its own."""
    return Sandbox(tmp_path / "repo", shared_environ(tool_cache))
