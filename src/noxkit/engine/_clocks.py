# SPDX-License-Identifier: Apache-2.0
"""The times of several runs as one: each task's start counts from the first run's, on a worker of its own run."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Outcome, Report

__all__ = ["aligned"]

_ROUNDED = 1.0  # seconds: a report says to the second when its run started


def aligned(reports: Sequence[Report]) -> list[tuple[Outcome, ...]]:
    """The tasks of each report, timed from the start of the first; runs at the same time have workers of their own.

    Where a report does not say when it started, its tasks have no time.
    """
    starts = [_start(report) for report in reports]
    first = min((start for start in starts if start is not None), default=0.0)
    busy: list[float] = []  # until when each worker has had something to do
    placed: dict[int, tuple[Outcome, ...]] = {}
    for number in sorted(range(len(reports)), key=lambda number: starts[number] or first):
        start = starts[number]
        placed[number] = _placed(reports[number].tasks, None if start is None else start - first, busy)
    return [placed[number] for number in range(len(reports))]


def _start(report: Report) -> float | None:
    try:
        return dt.datetime.fromisoformat(report.started.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def _placed(tasks: tuple[Outcome, ...], shift: float | None, busy: list[float]) -> tuple[Outcome, ...]:
    """`tasks` later by `shift`, on workers that are free from its first to its last; `busy` is brought up to date."""
    timed = [task for task in tasks if task.began is not None]
    if shift is None or not timed:
        return tuple(msgspec.structs.replace(task, began=None, worker=None) for task in tasks)
    begins = shift + min(task.began or 0.0 for task in timed)
    workers = {
        worker: number
        for number, worker in enumerate(sorted({task.worker or 0 for task in timed}), _free(busy, begins))
    }
    result: list[Outcome] = []
    for task in tasks:
        if task.began is None:
            result.append(task)
            continue
        began, worker = shift + task.began, workers[task.worker or 0]
        busy.extend([0.0] * (worker + 1 - len(busy)))
        busy[worker] = max(busy[worker], began + task.seconds)
        result.append(msgspec.structs.replace(task, began=began, worker=worker))
    return tuple(result)


def _free(busy: Sequence[float], begins: float) -> int:
    """The first worker from which on none is busy at `begins`."""
    return max((number + 1 for number, until in enumerate(busy) if until > begins + _ROUNDED), default=0)
