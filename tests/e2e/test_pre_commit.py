# SPDX-License-Identifier: Apache-2.0
"""The hooks for pre-commit, run by the real one from a copy of this checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests._trees import Repo
from tests.e2e._nox import RUFFED, copy_checkout, shared_environ

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """\
default_install_hook_types: [pre-commit, commit-msg]
repos:
  - repo: {checkout}
    rev: {revision}
    hooks:
      - id: noxkit-lint
        args: [--, --only, "ruff,consistency"]
      - id: noxkit-commits
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """This checkout as it is now, as a repository that pre-commit can clone."""
    repo = Repo(tmp_path_factory.mktemp("checkout"), shared_environ(tmp_path_factory.mktemp("unused")))
    copy_checkout(repo.root)
    repo.commit()
    return repo


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment of the hooks: it takes a while to make."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repo(tmp_path: Path, tool_cache: Path, checkout: Repo, home: Path) -> Repo:
    """A package with ruff whose commits pre-commit guards."""
    environ = {**shared_environ(tool_cache), "PRE_COMMIT_HOME": str(home)}
    repo = Repo(tmp_path / "repo", environ)
    configuration = CONFIGURATION.format(checkout=checkout.root, revision=checkout.git("rev-parse", "HEAD"))
    noxfile = "import noxkit\n\nnoxkit.pipeline()\n"
    repo.write(
        {
            "pyproject.toml": f'{RUFFED}select = ["NK-COMMIT-FORMAT"]\n',
            "noxfile.py": noxfile,
            "a.py": "x = 1\n",
            ".gitignore": ".nox/\n",
        }
    )
    repo.write({".pre-commit-config.yaml": configuration}).commit()
    done = _run(repo, sys.executable, "-m", "pre_commit", "install")
    assert done.returncode == 0, done.stdout + done.stderr
    return repo


def _run(repo: Repo, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=repo.root, env=repo.environ, capture_output=True, text=True, check=False)


def _commit(repo: Repo, message: str) -> subprocess.CompletedProcess[str]:
    repo.git("add", "--all")
    git = shutil.which("git") or "git"
    return _run(repo, git, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-m", message)


def test_a_commit_with_a_finding_is_stopped_and_says_which_and_one_without_is_not(repo: Repo) -> None:
    repo.write({"a.py": "import os\nx = 1\n"})
    stopped = _commit(repo, "feat: more")
    assert (stopped.returncode != 0, "error[ruff:F401]" in stopped.stdout + stopped.stderr) == (True, True), stopped
    repo.write({"a.py": "x = 2\n"})
    passed = _commit(repo, "feat: more")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "noxkit lint" in passed.stdout + passed.stderr


def test_a_message_that_breaks_the_convention_is_stopped(repo: Repo) -> None:
    repo.write({"a.py": "x = 2\n"})
    stopped = _commit(repo, "More of it")
    assert (stopped.returncode != 0, "NK-COMMIT-FORMAT" in stopped.stdout + stopped.stderr) == (True, True), stopped
