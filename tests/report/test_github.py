# SPDX-License-Identifier: Apache-2.0
"""Workflow commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from noxkit.diagnostics.model import Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import github
from noxkit.report._style import Style

from .sample import finding, outcome, report


def lines(built: Report) -> list[str]:
    return github.render(built, sources=Sources(Path()), style=Style()).splitlines()


@pytest.mark.parametrize(
    ("changes", "properties"),
    [
        pytest.param({"path": "a.py", "line": 3}, "file=py/a.py,line=3,", id="line"),
        pytest.param({"path": "a.py"}, "file=py/a.py,", id="file"),
        pytest.param(
            {"path": "a.py", "line": 3, "end_line": 3, "column": 1, "end_column": 9},
            "file=py/a.py,line=3,endLine=3,col=1,endColumn=9,",
            id="span",
        ),
        pytest.param(
            {"path": "a.py", "line": 3, "end_line": 5, "column": 1, "end_column": 9},
            "file=py/a.py,line=3,endLine=5,",
            id="several lines have no columns",
        ),
        pytest.param({"path": "../.github/x.yml"}, "file=.github/x.yml,", id="above the root"),
        pytest.param({"path": "../../x"}, "", id="above the repository"),
        pytest.param({"path": "/etc/x"}, "", id="absolute"),
        pytest.param({}, "", id="no place"),
        pytest.param({"path": "a,b:c%\n.py"}, "file=py/a%2Cb%3Ac%25 .py,", id="escaped"),
    ],
)
def test_places_count_from_the_top_of_the_repository(changes: dict[str, Any], properties: str) -> None:
    (line,) = lines(report(root="py", findings=(finding(**changes),)))
    assert line.startswith(f"::error {properties}title=ruff%3AF401::")


def test_messages_are_escaped_as_the_toolkit_does() -> None:
    (line,) = lines(report(findings=(finding(message="100%: a,\r\nb", hint="h"),)))
    assert line == "::error title=ruff%3AF401::100%25: a,%0Ab%0Ahint: h"


def test_severities_become_commands() -> None:
    findings = tuple(finding(severity=severity) for severity in Severity)
    assert [line.split()[0] for line in lines(report(findings=findings))] == [
        "::error",
        "::warning",
        "::notice",
    ]


@pytest.mark.parametrize(
    ("status", "failing", "kind"),
    [
        (Status.CRASHED, False, "error"),
        (Status.INCONCLUSIVE, True, "error"),
        (Status.INCONCLUSIVE, False, "warning"),
    ],
)
def test_tasks_without_a_result_are_shown(status: Status, *, failing: bool, kind: str) -> None:
    built = report(failing=failing, tasks=(outcome("ty", status, reason="no end", hint="wait"), outcome("ruff")))
    assert lines(built) == [f"::{kind} title=ty {status.value}::no end%0Ahint: wait"]


def test_what_github_would_drop_is_counted() -> None:
    findings = [finding(path="a", line=line) for line in range(1, 31)]
    findings += [finding(path="a", line=line, severity=Severity.WARNING) for line in range(1, 13)]
    findings += [finding(path="a", line=line, severity=Severity.INFO) for line in range(1, 13)]
    shown = lines(report(findings=tuple(findings)))
    assert [sum(line.startswith(f"::{kind} ") for line in shown) for kind in ("error", "warning", "notice")] == [
        10,
        10,
        10,
    ]
    assert "::20 errors, 2 warnings, 3 notices more than GitHub shows" in shown[-1]


def test_findings_of_chosen_tasks_come_first() -> None:
    findings = tuple(finding(path="a", task=task, code=task, severity=Severity.WARNING) for task in ("aa", "bb"))
    built = report(tasks=(outcome("aa", advisory=True), outcome("bb")), findings=findings)
    assert [line.split("title=")[1][:2] for line in lines(built)] == ["bb", "aa"]


def test_suppressed_findings_are_no_annotation() -> None:
    assert lines(report(findings=(finding(suppressed="baseline"),))) == []
