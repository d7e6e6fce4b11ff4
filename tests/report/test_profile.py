# SPDX-License-Identifier: Apache-2.0
"""Where a run's time went, as lines."""

from __future__ import annotations

import pytest

from noxkit.report._profile import profile
from noxkit.report._style import Style

from .sample import outcome, report

STYLE = Style(width=72)


def lines(*tasks: tuple[str, float, float, int], seconds: float = 10.0, style: Style = STYLE) -> list[str]:
    made = tuple(outcome(name, began=began, seconds=took, worker=worker) for name, began, took, worker in tasks)
    return profile(report(tasks=made, seconds=seconds), style).splitlines()


def test_a_bar_stands_where_its_task_ran() -> None:
    shown = lines(("a", 0, 5, 0), ("b", 5, 5, 0))
    assert shown[2:4] == [
        "a                                5.0 s  ███████████████",
        "b                                5.0 s  ···············███████████████",
    ]


def test_the_head_says_how_busy_the_workers_were() -> None:
    assert lines(("a", 0, 10, 0), ("b", 0, 5, 1))[0].endswith(": 10.0 s, 2 workers, 75 % of the time busy")


def test_what_the_run_waited_for_is_named_and_what_decides() -> None:
    shown = "\n".join(lines(("a", 0, 2, 0), ("b", 2, 8, 0), ("c", 0, 1, 1)))
    assert "the run waited for: a 2.0 s → b 8.0 s (100 % of it)" in shown
    assert "b decides: less to read (`paths` in" in shown


def test_no_task_decides_where_none_is_most_of_it() -> None:
    assert "decides" not in "\n".join(lines(("a", 0, 5, 0), ("b", 5, 5, 0)))


def test_many_tasks_and_short_ones_are_summed_up() -> None:
    many = [(f"t{number}", number * 0.4, 0.4, 0) for number in range(25)]
    shown = lines(*many, ("short", 0.1, 0.05, 1))
    assert [line for line in shown if "other task" in line] == ["11 other tasks                   4.0 s"]


def test_what_was_kept_is_counted() -> None:
    made = (outcome("a", began=0.0, seconds=0.1, cached=True), outcome("b", began=0.0, seconds=1.0))
    shown = profile(report(tasks=made, seconds=1.0), STYLE)
    assert "not run again: 1 task of 2" in shown
    assert "kept" in shown


@pytest.mark.parametrize(("seconds", "began", "took"), [(0.0, 0.0, 0.0), (1.0, 5.0, 9.0), (-3.0, 0.0, 1.0)])
def test_odd_clocks_do_no_harm(seconds: float, began: float, took: float) -> None:
    assert lines(("a", began, took, 0), seconds=seconds)


def test_without_unicode_it_is_ascii() -> None:
    assert "\n".join(lines(("a", 0, 5, 0), ("b", 5, 5, 0), style=Style(width=72, unicode=False))).isascii()


def test_no_line_is_wider_than_the_terminal() -> None:
    shown = lines(("a-long-name-of-a-task-that-goes-on-and-on", 0, 5, 0), ("b", 5, 5, 0), style=Style(width=60))
    assert max(map(len, shown[1:])) <= 60


def test_hostile_names_stay_text() -> None:
    shown = profile(report(tasks=(outcome("::error::\x1b[31m", began=0.0, seconds=1.0),), seconds=1.0), STYLE)
    assert ("\x1b" in shown, "\n::error" in shown) == (False, False)


def test_a_report_without_times_says_so() -> None:
    assert "no task of this report says when it ran" in profile(report(tasks=(outcome("a"),)), STYLE)
