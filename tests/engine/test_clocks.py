# SPDX-License-Identifier: Apache-2.0
"""The times of several runs on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._clocks import aligned
from tests.report.sample import outcome, report

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report

START = "2026-11-22T14:00:{:02d}Z"


def run(second: int, *, workers: int = 1, seconds: float = 10) -> Report:
    """A run with a task on each worker, all from its start on."""
    tasks = tuple(outcome(f"t{number}", began=0.5, worker=number, seconds=seconds) for number in range(workers))
    return report(started=START.format(second), tasks=tasks)


def placed(*reports: Report) -> list[list[tuple[float | None, int | None]]]:
    return [[(task.began, task.worker) for task in tasks] for tasks in aligned(reports)]


def test_a_run_alone_is_as_it_was() -> None:
    assert placed(run(7, workers=2)) == [[(0.5, 0), (0.5, 1)]]


def test_one_after_another_share_their_workers() -> None:
    assert placed(run(0, workers=2), run(20, workers=2)) == [[(0.5, 0), (0.5, 1)], [(20.5, 0), (20.5, 1)]]


def test_at_the_same_time_each_has_its_own() -> None:
    assert placed(run(0, workers=2), run(5), run(5)) == [[(0.5, 0), (0.5, 1)], [(5.5, 2)], [(5.5, 3)]]


def test_the_order_of_the_files_says_nothing_of_the_time() -> None:
    assert placed(run(20), run(0)) == [[(20.5, 0)], [(0.5, 0)]]


def test_a_run_that_does_not_say_when_it_started_has_no_times() -> None:
    unknown = report(started="yesterday", tasks=run(0).tasks)
    assert placed(run(3), unknown) == [[(0.5, 0)], [(None, None)]]


def test_tasks_without_times_stay_so() -> None:
    assert placed(report(tasks=(outcome("old", worker=3),)), run(0)) == [[(None, None)], [(0.5, 0)]]
