# SPDX-License-Identifier: Apache-2.0
"""Tests find the programs of their environment by name, as in an activated one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.events import CommandStarted
from noxkit.engine._tests import plan_tests
from tests._trees import PYTHON

if TYPE_CHECKING:
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task
    from tests._trees import Repo


def _planned(context: Context, scope: Scope) -> list[Task]:
    return plan_tests(context, scope, PYTHON)


def test_the_environments_programs_come_first(repo: Repo) -> None:
    """attrs: 86 tests start `mypy`, which is in its environment and nowhere else."""
    repo.write(
        {"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n', "tests/test_a.py": "def test_a(): ...\n"}
    )
    repo.run(planner=_planned, session="tests", UV_OFFLINE="0")
    (started,) = (
        event for event in repo.events if isinstance(event, CommandStarted) and event.task == f"tests[{PYTHON}]"
    )
    home = repo.root / ".nox" / "noxkit" / "environments" / PYTHON
    assert started.environment["VIRTUAL_ENV"] == str(home)
    assert str(started.environment["PATH"]).split(":")[0] == str(home / "bin")
