# SPDX-License-Identifier: Apache-2.0
"""What of noxkit does the work of a command."""

from __future__ import annotations

import pytest

from noxkit.adopt._mapping import answers, program
from noxkit.adopt._step import Step

PROGRAMS = {
    "pytest -x": "pytest -x",
    "python -m pytest": "pytest",
    "python3.12 -m mypy src": "mypy src",
    "uv run pytest": "pytest",
    "uv run --locked --with x python -m mypy": "mypy",
    "poetry run ruff check": "ruff check",
    "uvx --from a ruff": "ruff",
    "env A=1 B=2 mypy": "mypy",
    "PYTHONPATH=src pytest": "pytest",
    "/usr/bin/ruff check": "ruff check",
    "./scripts/lint.sh": "lint.sh",
    "python setup.py check": "python setup.py check",
    "uv build": "uv build",
    "uv run": "",
    "": "",
}


@pytest.mark.parametrize(("command", "expected"), PROGRAMS.items())
def test_the_program_is_found_behind_what_runs_it(command: str, expected: str) -> None:
    assert " ".join(program(command.split())) == expected


ANSWERS = {
    "ruff check .": [("lint", "ruff")],
    "ruff format --check": [("fmt, lint", "ruff_format")],
    "mypy src": [("lint", "mypy")],
    "basedpyright": [("", "basedpyright")],
    "pytest tests": [("tests", "pytest on each Python")],
    "coverage run -m pytest": [("tests", "pytest on each Python"), ("coverage", "thresholds, new lines, ratchet")],
    "coverage report": [("coverage", "thresholds, new lines, ratchet")],
    "twine check dist/*": [("release_check", "twine")],
    "python -m build": [("build", "sdist, and the wheel from the sdist")],
    "uv build": [("build", "sdist, and the wheel from the sdist")],
    "uv lock --check": [("lint", "uv_lock")],
    "pip-audit": [("security", "pip_audit")],
    "typos": [("lint", "typos")],
    "codespell": [("lint", "typos")],
    "pip install x": [],
    "uv pip list": [],
    "pre-commit run -a": [("lint", "as its hooks map")],
    "pylint src": [("", "pylint src")],
    "…": [],
}


@pytest.mark.parametrize(("command", "expected"), ANSWERS.items())
def test_a_command_is_answered_by_what_does_its_work(command: str, expected: list[tuple[str, str]]) -> None:
    step = Step(name="x", path="tox.ini", line=1, commands=(tuple(command.split()),))
    assert [(answer.session, answer.by) for answer in answers(step)] == expected
