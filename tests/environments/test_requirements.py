# SPDX-License-Identifier: Apache-2.0
"""Requirement files of projects whose metadata do not say what their tests need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.environments.requirements import requirement_files
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from pathlib import Path

_BARE = '[project]\nname = "demo"\nversion = "1"\n'
_GROUP = f'{_BARE}[dependency-groups]\ntest = ["pytest"]\n'
_EXTRA = f'{_BARE}[project.optional-dependencies]\ntest = ["pytest"]\n'
_FILES = ("requirements/tests.txt", "requirements/dev.txt", "requirements/typing.txt", "requirements.txt")


@pytest.mark.parametrize(
    ("pyproject", "files", "expected"),
    [
        pytest.param(_BARE, _FILES, ("requirements/tests.txt", "requirements/typing.txt"), id="itsdangerous"),
        pytest.param(_BARE, ("requirements.txt",), ("requirements.txt",), id="an-application"),
        pytest.param(_BARE, ("dev-requirements.txt",), ("dev-requirements.txt",), id="one-for-everything"),
        pytest.param(_BARE, ("docs/requirements.txt",), (), id="not-those-of-the-documentation"),
        pytest.param(_GROUP, _FILES, (), id="a-group-says-it"),
        pytest.param(_EXTRA, _FILES, (), id="an-extra-says-it"),
    ],
)
def test_files_stand_for_groups_that_are_not_there(
    tmp_path: Path, pyproject: str, files: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject)
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("freezegun==1.5.1\n")
    assert requirement_files(discover(tmp_path)) == expected
