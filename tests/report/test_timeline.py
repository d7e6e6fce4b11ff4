# SPDX-License-Identifier: Apache-2.0
"""When tasks were done, and what the run waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.report._timeline import lanes_of
from noxkit.report._verdict import label

from .sample import outcome, report

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Outcome


def ran(name: str, began: float, ended: float, *, worker: int = 0, after: tuple[str, ...] = ()) -> Outcome:
    return outcome(name, began=began, seconds=ended - began, worker=worker, after=after)


TABLE = {
    "one worker": ([ran("a", 0, 2), ran("b", 2, 3)], ["a", "b"]),
    "the longest alone": ([ran("a", 0, 5), ran("b", 0, 1, worker=1)], ["a"]),
    "a chain over two workers": (
        [ran("a", 0, 2), ran("b", 0, 3, worker=1), ran("c", 2, 4, worker=1, after=("a",))],
        ["a", "c"],
    ),
    "the later of two that it needs": (
        [ran("a", 0, 1), ran("b", 0, 2, worker=1), ran("c", 2, 9, after=("a", "b"))],
        ["b", "c"],
    ),
    "what waited for a worker": ([ran("a", 0, 3), ran("b", 0, 4, worker=1), ran("c", 3, 9)], ["a", "c"]),
    "a clock that stood still": ([ran("a", 0, 0), ran("b", 0, 0, worker=1)], ["a"]),
}


@pytest.mark.parametrize(("tasks", "critical"), TABLE.values(), ids=TABLE.keys())
def test_what_the_run_waited_for(tasks: list[Outcome], critical: list[str]) -> None:
    bars = [bar for lane in lanes_of(report(tasks=tuple(tasks))) for bar in lane]
    assert sorted(label(bar.outcome) for bar in bars if bar.critical) == critical


def test_a_lane_for_each_worker_in_the_order_of_time() -> None:
    tasks = (ran("late", 3, 4), ran("other", 0, 1, worker=1), ran("early", 0, 3), outcome("untimed"))
    assert [[label(bar.outcome) for bar in lane] for lane in lanes_of(report(tasks=tasks))] == [
        ["early", "late"],
        ["other"],
    ]


def test_an_older_report_has_no_time_line() -> None:
    assert lanes_of(report(tasks=(outcome("ruff"),))) == []
