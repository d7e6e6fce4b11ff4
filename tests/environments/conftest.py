# SPDX-License-Identifier: Apache-2.0
"""An index of tiny wheels on disk, and repositories whose uv knows no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests._trees import Repo, clean_environ, wheel

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Wheels of `looker` (1.0, 2.0, which need `helper`), of pytest and of coverage."""
    folder = tmp_path / "wheels"
    for version in ("1.0", "2.0"):
        wheel(folder, "looker", version, requires=["helper"])
        wheel(folder, "helper", version)
    wheel(folder, "pytest", "7.0")
    wheel(folder, "coverage", "7.0")
    return folder


@pytest.fixture
def repo(tmp_path: Path, index: Path) -> Repo:
    """An empty folder in an environment whose only index is `index`."""
    offline = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(index), "UV_PYTHON_DOWNLOADS": "never"}
    return Repo(tmp_path / "repo", clean_environ(tmp_path / "home", **offline))
