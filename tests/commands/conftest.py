# SPDX-License-Identifier: Apache-2.0
"""Repositories, and the command `noxkit` run on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from noxkit.__main__ import main
from tests._trees import Repo, clean_environ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOXFILE = 'import nox\nimport noxkit\n\nnoxkit.pipeline()\n\nif __name__ == "__main__":\n    nox.main()\n'


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """An empty folder; this process's environment is without network, CI or credentials, too."""
    environ = clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never")
    for name in set(os.environ) - set(environ):
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return Repo(tmp_path / "repo", environ)


@pytest.fixture
def noxkit(repo: Repo, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `noxkit` on the repository: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["--root", str(repo.root), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run
