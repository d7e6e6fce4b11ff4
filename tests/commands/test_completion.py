# SPDX-License-Identifier: Apache-2.0
"""`noxkit completion`: the scripts, and what can stand behind a session's `--`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests._trees import command, manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

ROOT = '[tool.uv.workspace]\nmembers = ["p/*"]\n'
MEMBER = '[project]\nname = "acme-core"\nversion = "1"\n'

TYPED: dict[str, tuple[list[str], list[str]]] = {
    "the beginning of a flag": (["--onl"], ["--only"]),
    "another flag after a value": (["--only", "ruff", "--no-c"], ["--no-cache"]),
    "a task": (["--only", "ruff_f"], ["ruff_format"]),
    "a task behind a comma": (["--skip", "ty,twi"], ["ty,twine"]),
    "a program of the repository's own": (["--only", "fin"], ["finder"]),
    "a package": (["--package", "a"], ["acme-core"]),
    "a format": (["--format", "js"], ["json", "jsonl"]),
    "a report": (["--report", "ht"], ["html="]),
    "a rule": (["--rule", "NK-SECRET-F"], ["NK-SECRET-FILE"]),
    "a choice": (["--rehearse", ""], ["all", "ends"]),
    "a severity": (["--fail-on", "w"], ["warning"]),
    "a flag without a value, then a flag": (["--no-cache", "--dry"], ["--dry-run"]),
    "a file": (["--output", ""], []),
    "nothing that fits": (["--nothing"], []),
    "no word": ([], []),
}


@pytest.mark.parametrize(("words", "expected"), TYPED.values(), ids=TYPED.keys())
def test_what_can_stand_next(repo: Repo, noxkit: Run, words: list[str], expected: list[str]) -> None:
    files = manifest(command("finder", "finder"))
    repo.write(
        {
            "pyproject.toml": files["pyproject.toml"].replace("[project]", f"{ROOT}[project]"),
            "p/a/pyproject.toml": MEMBER,
        }
    )
    code, said, error = noxkit("completion", "bash", "--after", *words)
    assert (code, said.split(), error) == (0, expected, "")


def test_a_repository_that_cannot_be_read_completes_nothing_and_says_nothing(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": "["})
    assert noxkit("completion", "bash", "--after", "--on") == (0, "", "")


BASH = """
source <(noxkit completion bash)
COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
_noxkit_nox nox
echo "${COMPREPLY[@]}"
"""
LINES = {"nox -s lint -- --onl": "--only", "nox -s lin": "lint", "nox -s lint -- --only ruff,twi": "ruff,twine"}


@pytest.mark.parametrize(("line", "expected"), LINES.items())
def test_bash_completes_nox_before_the_dashes_and_noxkit_behind_them(repo: Repo, line: str, expected: str) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    repo.write({**manifest(), "noxfile.py": "import noxkit\nnoxkit.pipeline()\n"})
    environ = {**repo.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{repo.environ['PATH']}"}
    done = subprocess.run(
        [bash, "-c", BASH % line], cwd=repo.root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [expected], done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_one_for_its_shell(noxkit: Run, tmp_path: Path, shell: str) -> None:
    code, said, _ = noxkit("completion", shell)
    program = shutil.which(shell)
    assert (code, "completion" in said) == (0, True)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    (tmp_path / "script").write_text(said)
    assert subprocess.run([program, "-n", str(tmp_path / "script")], check=False).returncode == 0
