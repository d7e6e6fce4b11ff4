# SPDX-License-Identifier: Apache-2.0
"""The report for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import text
from noxkit.report._style import Style

from .sample import finding, outcome, report

if TYPE_CHECKING:
    from pathlib import Path


def render(tmp_path: Path, built: Report, **style: Any) -> str:
    """The text without colour in 80 columns, unless asked otherwise."""
    return text.render(built, sources=Sources(tmp_path), style=Style(**style))


def many(count: int, **changes: Any) -> tuple[Any, ...]:
    """Findings that differ in their line."""
    return tuple(finding(path="a.py", line=line + 1, **changes) for line in range(count))


def test_more_than_fifty_findings_are_counted_not_shown(tmp_path: Path) -> None:
    shown = render(tmp_path, report(tasks=(outcome("ruff", Status.FAILED),), findings=many(172)))
    assert shown.count("error[ruff:F401]") == 50
    assert "… and 122 more from ruff (F401 122); `--verbose` shows all" in shown


def test_errors_are_shown_before_warnings(tmp_path: Path) -> None:
    findings = (*many(50, severity=Severity.WARNING), *many(10, code="ruff:E1", task="ruff"))
    shown = render(tmp_path, report(tasks=(outcome("ruff"),), findings=findings))
    assert (shown.count("error[ruff:E1]"), shown.count("warning[ruff:F401]")) == (10, 40)


def test_verbose_shows_every_finding(tmp_path: Path) -> None:
    built = report(tasks=(outcome("ruff", advisory=True),), findings=many(172))
    assert render(tmp_path, built, verbose=True).count("error[ruff:F401]") == 172


def test_a_task_that_was_not_chosen_shows_three_findings(tmp_path: Path) -> None:
    codes = ("ty:unresolved-import", "ty:invalid-type", "ty:a", "ty:b")
    findings = tuple(found for code in codes for found in many(5, code=code, task="ty", severity=Severity.WARNING))
    shown = render(tmp_path, report(tasks=(outcome("ty", advisory=True),), findings=findings))
    assert shown.count("warning[ty:") == 3
    assert "… and 17 more from ty (unresolved-import 5, a 4, b 4, …);" in shown


def test_what_fails_is_shown_though_its_task_was_not_chosen(tmp_path: Path) -> None:
    findings = (*many(16, code="NK-SECRET", task="source"), *many(5, task="source", severity=Severity.WARNING))
    shown = render(tmp_path, report(tasks=(outcome("source", Status.FAILED, advisory=True),), findings=findings))
    assert (shown.count("error[NK-SECRET]"), shown.count("warning[ruff:F401]")) == (16, 3)
    assert "… and 2 more from source (ruff:F401 2); `--verbose` shows all" in shown


def test_a_task_chosen_for_one_python_is_not_folded(tmp_path: Path) -> None:
    tasks = (outcome("ty", advisory=True, python="3.10"), outcome("ty", python="3.11"))
    assert render(tmp_path, report(tasks=tasks, findings=many(5, code="ty:x", task="ty"))).count("error[ty:x]") == 5


def test_a_finding_on_all_pythons_names_none(tmp_path: Path) -> None:
    tasks = tuple(outcome("ty", python=python) for python in ("3.10", "3.11"))
    shown = render(tmp_path, report(tasks=tasks, findings=many(1, task="ty", pythons=("3.10", "3.11"))))
    assert "= note: python" not in shown


def test_tasks_that_one_reason_stopped_are_one_line(tmp_path: Path) -> None:
    tasks = [outcome(f"t{number}", Status.INCONCLUSIVE, reason="no base", hint="fetch it") for number in range(9)]
    shown = render(tmp_path, report(status=Status.INCONCLUSIVE, tasks=tuple(tasks)))
    assert shown.splitlines()[0].startswith("? 9 tasks  inconclusive")
    assert "\ninconclusive: every task: no base\n" in shown
    assert "t3" not in shown


def test_suppressed_findings_are_only_counted(tmp_path: Path) -> None:
    shown = render(tmp_path, report(tasks=(outcome("ruff"),), findings=many(2, suppressed="baseline")))
    assert "error[" not in shown
    assert "(2 findings suppressed; `--report json=FILE` has them with the reason)" in shown


GRID = tuple(
    outcome(name, Status.FAILED if name == "ty" else Status.PASSED, python=f"3.{minor}", evidence={"files": 3})
    for name in ("ty", "pyright", "pyrefly")
    for minor in range(10, 15)
)


def test_a_grid_is_folded_to_a_row_a_checker(tmp_path: Path) -> None:
    findings = many(3, task="ty", pythons=("3.10", "3.14"))
    lines = render(tmp_path, report(status=Status.FAILED, tasks=GRID, findings=findings)).splitlines()
    assert "         3.10  3.11  3.12  3.13  3.14" in lines
    assert "ty          3     x     x     x     3" in lines
    assert "✗ ty[5 Pythons]       failed  2.5 s  3 errors" in lines


def test_the_summary_of_hundred_packages_fits_one_screen(tmp_path: Path) -> None:
    tasks = [outcome("deptry", package=f"p{number}") for number in range(100)]
    tasks += [
        outcome("tests", Status.INCONCLUSIVE, package=f"p{number}", reason=f"no {number}", hint="h")
        for number in range(50)
    ]
    tasks += [outcome("x", Status.SKIPPED, package=f"p{number}", reason=f"r{number}") for number in range(50)]
    lines = render(tmp_path, report(status=Status.INCONCLUSIVE, tasks=tuple(tasks))).splitlines()
    assert len(lines) <= 30
    assert "… and 44 more reasons; `--verbose` shows all" in lines
    assert "- skipped: 47 more tasks; `--verbose` says why" in lines


def test_lines_of_the_summary_fit_eighty_columns(tmp_path: Path) -> None:
    built = report(
        tasks=(
            outcome(
                "a-command-with-a-name-that-is-long",
                python="3.10",
                evidence={"version": "1" * 30, "files": 9},
            ),
            outcome("ruff", Status.SKIPPED, reason="nothing affected since " + "3f2a1c " * 30),
        ),
        findings=many(1, severity=Severity.WARNING),
        notes=("word " * 60,),
    )
    assert max(map(len, render(tmp_path, built).splitlines())) <= 80


@pytest.mark.parametrize(
    ("style", "mark"),
    [
        pytest.param({}, "✓ ruff", id="unicode"),
        pytest.param({"unicode": False}, "+ ruff", id="ascii"),
        pytest.param({"color": True}, "\x1b[32m✓\x1b[0m ruff", id="color"),
    ],
)
def test_marks_follow_the_style(tmp_path: Path, style: dict[str, Any], mark: str) -> None:
    assert mark in render(tmp_path, report(tasks=(outcome("ruff"),)), **style)


def test_ascii_output_holds_nothing_else(tmp_path: Path) -> None:
    built = report(tasks=(outcome("größe"),), findings=many(200, message="界"))
    assert render(tmp_path, built, unicode=False).isascii()


def test_the_last_line_is_the_verdict(tmp_path: Path) -> None:
    assert render(tmp_path, report(tasks=(outcome("ruff"),))).endswith("\n\nlint passed: 1 task (12.3 s)\n")
