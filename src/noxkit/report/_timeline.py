# SPDX-License-Identifier: Apache-2.0
"""When each task of a run was done, and which of them decided how long it took."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from noxkit.report._verdict import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Outcome, Report

__all__ = ["Bar", "lanes_of"]


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """One task on the time line, in seconds after the run's start; `critical` where the run waited for it."""

    outcome: Outcome
    start: float
    end: float
    critical: bool


def lanes_of(report: Report) -> list[list[Bar]]:
    """The bars of each worker, in the order of time; none where no task says when it began."""
    timed = [outcome for outcome in report.tasks if outcome.began is not None]
    critical = {id(outcome) for outcome in _critical(timed)}
    lanes: dict[int, list[Bar]] = {}
    for outcome in sorted(timed, key=_began):
        bar = Bar(outcome, _began(outcome), _ended(outcome), id(outcome) in critical)
        lanes.setdefault(outcome.worker or 0, []).append(bar)
    return [lanes[number] for number in sorted(lanes)]


def _began(outcome: Outcome) -> float:
    return outcome.began or 0.0


def _ended(outcome: Outcome) -> float:
    return _began(outcome) + outcome.seconds


def _critical(timed: Sequence[Outcome]) -> list[Outcome]:
    """The way back from the task that ended last: to what it waited for last, a task or its worker."""
    way: list[Outcome] = []
    at = max(timed, key=_ended, default=None)
    while at is not None:
        way.append(at)
        before = [other for other in timed if _held(at, other)]
        at = max(before, key=_ended, default=None)
    return way


def _held(outcome: Outcome, other: Outcome) -> bool:
    """Whether `outcome` could not begin before `other` had ended."""
    if other is outcome or _began(other) >= _began(outcome):
        return False
    return label(other) in outcome.after or (other.worker == outcome.worker and _ended(other) <= _began(outcome) + 0.01)
