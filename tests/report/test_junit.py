# SPDX-License-Identifier: Apache-2.0
"""JUnit XML, as a consumer's parser reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from junitparser import JUnitXml

from noxkit.diagnostics.model import Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import junit
from noxkit.report._style import Style

from .sample import finding, hostile, outcome, report, sample

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report


def text_of(built: Report) -> str:
    return junit.render(built, sources=Sources(Path()), style=Style())


def results(built: Report) -> dict[str, list[str]]:
    """The tags of the results of each case, by its name."""
    read: Any = JUnitXml.fromstring(text_of(built).encode())
    return {case.name: [type(each).__name__ for each in case.result] for suite in read for case in suite}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"tasks": (outcome("ruff"),)}, {"ruff": []}, id="passed"),
        pytest.param(
            {"tasks": (outcome("ruff", Status.FAILED),), "findings": (finding(),)}, {"ruff": ["Failure"]}, id="failed"
        ),
        pytest.param(
            {"tasks": (outcome("ruff"),), "findings": (finding(severity=Severity.WARNING),)},
            {"ruff": []},
            id="warnings",
        ),
        pytest.param(
            {"tasks": (outcome("ruff", Status.FAILED),), "findings": (finding(severity=Severity.WARNING),)},
            {"ruff": ["Failure"]},
            id="warnings that fail",
        ),
        pytest.param(
            {"tasks": (outcome("ruff"),), "findings": (finding(suppressed="baseline"),)}, {"ruff": []}, id="suppressed"
        ),
        pytest.param(
            {
                "tasks": (outcome("ruff", Status.FAILED),),
                "findings": (finding(package="a"), finding(package="b"), finding(path="noxfile.py")),
            },
            {"ruff": ["Failure"], "ruff[a]": ["Failure"], "ruff[b]": ["Failure"]},
            id="a case a package",
        ),
        pytest.param(
            {
                "tasks": (outcome("ty", Status.FAILED, python="3.10"), outcome("ty", python="3.14")),
                "findings": (finding(task="ty", pythons=("3.10",)),),
            },
            {"ty[3.10]": ["Failure"], "ty[3.14]": []},
            id="a case a Python",
        ),
        pytest.param(
            {"tasks": (outcome("ty", Status.SKIPPED, reason="no"),)}, {"ty": ["Skipped"]}, id="what is not due"
        ),
        pytest.param(
            {"tasks": (outcome("ty", Status.INCONCLUSIVE, reason="no"),)}, {"ty": ["Skipped"]}, id="inconclusive"
        ),
        pytest.param(
            {"tasks": (outcome("ty", Status.INCONCLUSIVE, reason="no"),), "failing": True},
            {"ty": ["Error"]},
            id="inconclusive, and that fails",
        ),
        pytest.param({"tasks": (outcome("ty", Status.CRASHED, reason="no"),)}, {"ty": ["Error"]}, id="crashed"),
        pytest.param({"findings": (finding(task="config"),)}, {"config": ["Failure"]}, id="a finding of no task"),
    ],
)
def test_each_task_is_a_case_with_its_result(changes: dict[str, Any], expected: dict[str, list[str]]) -> None:
    assert results(report(**changes)) == expected


def test_the_failure_lists_the_findings_the_worst_first() -> None:
    findings = (finding(severity=Severity.WARNING, path="a.py"), finding(path="b.py", line=3, column=1))
    text = text_of(report(tasks=(outcome("ruff", Status.FAILED),), findings=findings))
    assert 'message="1 error, 1 warning"' in text
    assert text.index("b.py:3:1: error[ruff:F401]") < text.index("a.py: warning[ruff:F401]")


def test_the_counts_are_those_of_the_cases() -> None:
    read: Any = JUnitXml.fromstring(text_of(sample()).encode())
    before = (read.tests, read.failures, read.errors, read.skipped)
    read.update_statistics()
    assert before == (read.tests, read.failures, read.errors, read.skipped)
    assert before[0] > 10


def test_hostile_text_is_still_xml() -> None:
    built = hostile()
    findings = (*built.findings, finding(message="\ufffe\uffff ]]> <!-- &amp; \x0b"))
    assert JUnitXml.fromstring(text_of(report(tasks=built.tasks, findings=findings)).encode())
