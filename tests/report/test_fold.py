# SPDX-License-Identifier: Apache-2.0
"""What several checkers say about one place is shown once."""

from __future__ import annotations

from typing import Any

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.report._fold import fold, partial_pythons

from .sample import finding, outcome, report


def one(task: str, column: int | None = 1, end: int | None = None, **changes: Any) -> Any:
    values = {
        "group": "g",
        "path": "a.py",
        "line": 1,
        "column": column,
        "end_column": end,
        "code": f"{task}:{column}",
    }
    return finding(**{"task": task, **values, **changes})


@pytest.mark.parametrize(
    ("findings", "folds"),
    [
        pytest.param([one("ty"), one("pyright")], [["pyright:1", "ty:1"]], id="same place"),
        pytest.param([one("ty", 1, 9), one("pyright", 5, 7)], [["ty:1", "pyright:5"]], id="overlap"),
        pytest.param([one("ty", 1, 5), one("pyright", 5, 7)], [["ty:1"], ["pyright:5"]], id="beside"),
        pytest.param([one("ty"), one("pyright", group="h")], [["pyright:1"], ["ty:1"]], id="other group"),
        pytest.param([one("ty", group=None), one("pyright", group=None)], [["pyright:1"], ["ty:1"]], id="no group"),
        pytest.param([one("ty"), one("pyright", path="b.py")], [["ty:1"], ["pyright:1"]], id="other file"),
        pytest.param([one("ty"), one("pyright", line=2)], [["ty:1"], ["pyright:1"]], id="other line"),
        pytest.param([one("ty", 1, 9), one("ty", 2, 9)], [["ty:1"], ["ty:2"]], id="same task"),
        pytest.param([one("ty"), one("pyright", None)], [["pyright:None", "ty:1"]], id="no column"),
        pytest.param(
            [one("ty", 8, 9), one("ty", 11, 12), one("mypy", 8, 9), one("mypy", 11, 12)],
            [["mypy:8", "ty:8"], ["mypy:11", "ty:11"]],
            id="two on one line",
        ),
        pytest.param(
            [one("pyright", severity=Severity.WARNING), one("ty")],
            [["ty:1", "pyright:1"]],
            id="the worst leads",
        ),
        pytest.param(
            [one("ty", 1, 2, end_line=3), one("pyright", 40)],
            [["ty:1", "pyright:40"]],
            id="over several lines",
        ),
    ],
)
def test_findings_of_a_group_fold_at_one_place(findings: list[Any], folds: list[list[str]]) -> None:
    assert [[member.code for member in folded.all] for folded in fold(findings)] == folds


@pytest.mark.parametrize(
    ("asked", "found", "shown"),
    [
        pytest.param(("3.10", "3.11"), ("3.10",), ("3.10",), id="on one of two"),
        pytest.param(("3.10", "3.11"), ("3.10", "3.11"), (), id="on all"),
        pytest.param(("3.10",), ("3.10",), (), id="on the only one"),
        pytest.param((None,), (), (), id="no Python"),
    ],
)
def test_only_a_part_of_the_pythons_is_named(
    asked: tuple[str | None, ...], found: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    built = report(tasks=tuple(outcome("ruff", python=python) for python in asked))
    assert partial_pythons(finding(pythons=found), built) == shown
