# SPDX-License-Identifier: Apache-2.0
"""GitLab's code quality report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import gitlab
from noxkit.report._style import Style

from .sample import finding, hostile, outcome, report, sample

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report


def issues(built: Report) -> list[dict[str, Any]]:
    return json.loads(gitlab.render(built, sources=Sources(Path()), style=Style()))


@pytest.mark.parametrize("built", [sample(), hostile()], ids=["sample", "hostile"])
def test_each_issue_has_what_gitlab_requires(built: Report) -> None:
    found = issues(built)
    assert found
    for issue in found:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert isinstance(issue["location"]["lines"]["begin"], int)
        assert not issue["location"]["path"].startswith(("/", "./", "../"))
    assert len({issue["fingerprint"] for issue in found}) == len(found)


@pytest.mark.parametrize(
    ("changes", "path", "lines"),
    [
        pytest.param({"path": "a.py", "line": 3}, "py/a.py", {"begin": 3}, id="line"),
        pytest.param({"path": "a.py", "line": 3, "end_line": 3}, "py/a.py", {"begin": 3}, id="one line"),
        pytest.param({"path": "a.py", "line": 3, "end_line": 5}, "py/a.py", {"begin": 3, "end": 5}, id="lines"),
        pytest.param({"path": "a.py"}, "py/a.py", {"begin": 1}, id="file"),
        pytest.param({}, "py/pyproject.toml", {"begin": 1}, id="no place"),
        pytest.param({"path": "/etc/x", "line": 7}, "py/pyproject.toml", {"begin": 1}, id="outside"),
    ],
)
def test_places(changes: dict[str, Any], path: str, lines: dict[str, int]) -> None:
    (issue,) = issues(report(root="py", findings=(finding(**changes),)))
    assert issue["location"] == {"path": path, "lines": lines}


def test_severities() -> None:
    built = report(findings=tuple(finding(severity=severity, message=severity.value) for severity in Severity))
    assert [issue["severity"] for issue in issues(built)] == ["major", "minor", "info"]


def test_a_task_without_a_result_is_an_issue() -> None:
    tasks = (outcome("ty", Status.INCONCLUSIVE, reason="no uv", hint="get it"), outcome("x", Status.CRASHED))
    crashed, open_ = issues(report(tasks=tasks))
    assert (crashed["severity"], open_["severity"]) == ("blocker", "critical")
    assert open_["description"] == "ty inconclusive: no uv; hint: get it"


def test_suppressed_findings_are_left_out() -> None:
    assert issues(report(findings=(finding(suppressed="baseline"),))) == []


def test_equal_fingerprints_are_told_apart() -> None:
    built = report(findings=(finding(fingerprint="a"), finding(fingerprint="a", message="other")))
    first, second = issues(built)
    assert first["fingerprint"] == "a" != second["fingerprint"]
