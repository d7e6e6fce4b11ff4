# SPDX-License-Identifier: Apache-2.0
"""Repositories for the tests of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from tests._trees import Repo, clean_environ

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty folder in an environment without network, CI or credentials."""
    environ = clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never")
    return Repo(tmp_path / "repo", environ)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Enumerations by their value."""
    return str(val.value) if isinstance(val, (Severity, Status)) else None
