# SPDX-License-Identifier: Apache-2.0
"""`consistency` and `security`: the parts of `lint` that are asked for alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo

JSON = "json=report.json"


@pytest.mark.parametrize(
    ("session", "shown"),
    [
        pytest.param("consistency", {"consistency", "uv_lock", "uv_pip_check"}, id="consistency"),
        pytest.param("security", {"zizmor", "ruff_security"}, id="security"),
    ],
)
def test_a_part_of_lint_is_a_session_with_a_report_of_its_own(repo: NoxRepo, session: str, shown: set[str]) -> None:
    _, said = repo.nox("-s", session, "--", "--report", JSON)
    report = repo.report()
    assert report["session"] == session, said
    assert shown <= {str(task["name"]) for task in report["tasks"]}
    assert {"ruff", "typos", "ty", "good", "bad"}.isdisjoint(str(task["name"]) for task in report["tasks"])


def test_security_that_is_off_says_what_turns_it_on(repo: NoxRepo) -> None:
    repo.nox("-s", "security", "--", "--report", JSON)
    reasons = {str(task["name"]): task["reason"] for task in repo.report()["tasks"]}
    assert reasons["zizmor"].startswith("0 workflows and actions")
    repo.write({"a.py": "x = 1\n"})
    repo.nox("-s", "security", "--", "--report", JSON)
    reasons = {str(task["name"]): task["reason"] for task in repo.report()["tasks"]}
    assert reasons["ruff_security"] == 'off in this profile: `profile = "strict"` in [tool.noxkit] turns it on'


@pytest.mark.parametrize("session", ["consistency", "security"])
def test_a_command_of_the_repository_can_belong_to_it(repo: NoxRepo, session: str) -> None:
    text = (repo.root / "pyproject.toml").read_text()
    repo.write({"pyproject.toml": text.replace('name = "good"', f'name = "good"\nsessions = ["{session}"]')})
    _, said = repo.nox("-s", session, "--", "--only", "good", "--report", JSON)
    assert {str(task["name"]): task["status"] for task in repo.report()["tasks"]} == {"good": "passed"}, said
