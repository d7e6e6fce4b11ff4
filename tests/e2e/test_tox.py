# SPDX-License-Identifier: Apache-2.0
"""tox runs noxkit's sessions, from the same noxfile and configuration."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests._trees import Repo
from tests.e2e._nox import RUFFED, shared_environ

if TYPE_CHECKING:
    from pathlib import Path

NOXFILE = "import noxkit\n\nnoxkit.pipeline()\n"
CODES = {"a clean tree": ("x = 1\n", 0), "a finding": ("import os\nx = 1\n", 1)}


@pytest.fixture
def repo(tmp_path: Path, tool_cache: Path) -> Repo:
    """A package with ruff, and no tox configuration."""
    repo = Repo(tmp_path / "repo", shared_environ(tool_cache))
    repo.write({"pyproject.toml": RUFFED, "noxfile.py": NOXFILE, "a.py": "x = 1\n", ".gitignore": ".nox/\n.tox/\n"})
    repo.commit()
    return repo


def _tox(repo: Repo, *arguments: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tox", *arguments]
    where = repo.root / folder
    return subprocess.run(command, cwd=where, env=repo.environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("text", "code"), CODES.values(), ids=CODES.keys())
def test_lint_runs_and_its_exit_code_is_toxs(repo: Repo, text: str, code: int) -> None:
    repo.write({"a.py": text})
    done = _tox(repo, "-e", "lint", "--", "--only", "ruff")
    assert (done.returncode, "error[ruff:F401]" in done.stdout) == (code, bool(code)), done.stdout + done.stderr


def test_typecheck_and_release_check_run_from_the_same_configuration(repo: Repo) -> None:
    wrong = "def number() -> int:\n    return 'x'\n"
    repo.write({"a.py": wrong})
    done = _tox(repo, "-e", "typecheck,release_check", "--", "--only", "ty")
    assert "ty:invalid-explicit-return" in done.stdout, done.stdout + done.stderr
    assert ("typecheck: " in done.stdout, "release_check: " in done.stdout) == (True, True), done.stdout + done.stderr


def test_the_sessions_are_listed_with_what_they_do_and_none_runs_by_default(repo: Repo) -> None:
    said = _tox(repo, "list").stdout
    default, _, additional = said.partition("additional environments:")
    assert ("lint " in default, "lint " in additional) == (False, True), said
    assert "-> Everything static at once: linters, formatters, type checkers, lock; writes nothing." in additional


def test_an_environment_of_the_repository_wins(repo: Repo) -> None:
    repo.write({"tox.ini": "[testenv:lint]\nskip_install = true\ncommands = python -c \"print('mine')\"\n"})
    done = _tox(repo, "-e", "lint")
    assert (done.returncode, "mine" in done.stdout, "noxkit" in done.stdout) == (0, True, False), done.stdout


def test_what_the_repository_says_of_all_environments_does_not_reach_noxkits(repo: Repo) -> None:
    repo.write({"tox.ini": "[testenv]\ndeps = no-such-distribution\ncommands_pre = false\n"})
    done = _tox(repo, "-e", "lint", "--", "--only", "ruff")
    assert done.returncode == 0, done.stdout + done.stderr


NOT_NOXKITS = {
    "no noxfile": None,
    "a noxfile without noxkit": "import nox\n\n\n@nox.session\ndef lint(session): ...\n",
    "a noxfile that is not Python": "def (\n",
}


@pytest.mark.parametrize("noxfile", NOT_NOXKITS.values(), ids=NOT_NOXKITS.keys())
def test_a_repository_that_does_not_use_noxkit_is_as_it_was(repo: Repo, noxfile: str | None) -> None:
    (repo.root / "noxfile.py").unlink()
    repo.write({"noxfile.py": noxfile} if noxfile is not None else {})
    said = _tox(repo, "list")
    assert (said.returncode, "lint" in said.stdout) == (0, False), said.stdout + said.stderr


def test_factories_that_are_called_alone_are_the_environments(repo: Repo) -> None:
    repo.write({"noxfile.py": "import nox\nfrom noxkit.sessions import lint\n\nlint()\n"})
    said = _tox(repo, "list").stdout
    assert ("lint " in said, "typecheck " in said) == (True, False), said
