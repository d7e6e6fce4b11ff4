# SPDX-License-Identifier: Apache-2.0
"""The grid of tasks and Pythons."""

from __future__ import annotations

from typing import Any

import pytest

from noxkit.diagnostics.model import Status
from noxkit.report._grid import grid_of

from .sample import finding, outcome, report

NOTHING: list[dict[str, Any]] = []
TWO = [{"line": 1}, {"line": 2}]


@pytest.mark.parametrize(
    ("outcomes", "findings", "text"),
    [
        pytest.param([outcome("ty", python="3.9")], NOTHING, "ok", id="clean"),
        pytest.param([outcome("ty", Status.FAILED, python="3.9")], TWO, "2", id="findings"),
        pytest.param([outcome("ty", python="3.9")], [{"pythons": ("3.10",)}], "ok", id="on another Python"),
        pytest.param([outcome("ty", python="3.9")], [{"suppressed": "baseline"}], "ok", id="suppressed"),
        pytest.param([outcome("ty", Status.INCONCLUSIVE, python="3.9")], NOTHING, "?", id="inconclusive"),
        pytest.param(
            [outcome("ty", Status.INCONCLUSIVE, python="3.9")],
            [{"line": 1}],
            "1 ?",
            id="inconclusive with findings",
        ),
        pytest.param([outcome("ty", Status.CRASHED, python="3.9")], NOTHING, "!", id="crashed"),
        pytest.param([outcome("ty", Status.SKIPPED, python="3.9")], NOTHING, "-", id="skipped"),
        pytest.param([outcome("ty", Status.FAILED, python="3.9")], NOTHING, "x", id="failed without a finding"),
        pytest.param(
            [
                outcome("ty", python="3.9", package="a"),
                outcome("ty", Status.CRASHED, python="3.9", package="b"),
            ],
            NOTHING,
            "!",
            id="the worst of two packages",
        ),
        pytest.param([outcome("mypy", python="3.9")], NOTHING, "-", id="not run"),
    ],
)
def test_a_cell_says_how_its_task_ended(outcomes: list[Any], findings: list[dict[str, Any]], text: str) -> None:
    found = tuple(finding(task="ty", **changes) for changes in findings)
    grid = grid_of(report(tasks=(*outcomes, outcome("ty", python="3.10")), findings=found))
    assert grid is not None
    assert dict(grid.rows)["ty"][0].text == text


def test_columns_are_in_the_order_of_versions() -> None:
    grid = grid_of(report(tasks=tuple(outcome("ty", python=python) for python in ("3.14", "3.9", "pypy3.10", "3.10"))))
    assert grid is not None
    assert grid.pythons == ("3.9", "3.10", "3.14", "pypy3.10")


@pytest.mark.parametrize("pythons", [(), (None,), ("3.10",), ("3.10", None)])
def test_fewer_than_two_pythons_make_no_grid(pythons: tuple[str | None, ...]) -> None:
    assert grid_of(report(tasks=tuple(outcome("ty", python=python) for python in pythons))) is None
