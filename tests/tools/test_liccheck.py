# SPDX-License-Identifier: Apache-2.0
"""liccheck: its report row by row, and what ends it before it has written one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["liccheck"]


def test_each_row_that_is_not_ok_is_told_with_its_answer(recorded: Callable[[str], Recorded]) -> None:
    outcome = recorded("liccheck/findings").outcome
    assert [(found.code, found.message.split(":")[0]) for found in outcome.findings] == [
        ("liccheck:unknown", "packaging 26.4")
    ]
    assert outcome.evidence["distributions"] == 3


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("clean", Status.PASSED),
        ("absent", Status.CRASHED),
        ("empty", Status.CRASHED),
        ("no_policy", Status.CRASHED),
    ],
)
def test_without_a_report_it_has_not_passed(recorded: Callable[[str], Recorded], case: str, status: Status) -> None:
    assert recorded(f"liccheck/{case}").outcome.status is status


@pytest.mark.parametrize(("table", "reason"), [("[tool.liccheck]\n", None), ("", "no [tool.liccheck]")])
def test_it_is_asked_where_the_policy_is_its_own(
    repository: Callable[[dict[str, Any]], Repository], table: str, reason: str | None
) -> None:
    assert TOOL.not_due(repository({"pyproject.toml": table}), (".",)) == reason
