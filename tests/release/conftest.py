# SPDX-License-Identifier: Apache-2.0
"""Repositories with a history of releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests._trees import Repo, clean_environ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Change = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty folder in an environment without network, CI or credentials."""
    environ = clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never")
    return Repo(tmp_path / "repo", environ)


@pytest.fixture
def change(repo: Repo) -> Change:
    """Commits a message together with a change of each of the files named; returns the commit's id."""
    count = 0

    def make(message: str, *paths: str) -> str:
        nonlocal count
        for path in paths:
            count += 1
            repo.write({path: f"# {count}\n"})
        return repo.commit(message)

    return make
