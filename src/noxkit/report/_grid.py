# SPDX-License-Identifier: Apache-2.0
"""The grid of a run over several Pythons: tasks down, Pythons across."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.report._escape import one_line
from noxkit.report._verdict import by_task, findings_of, open_findings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report

__all__ = ["LEGEND", "Cell", "Grid", "grid_of"]

LEGEND = "numbers are findings; ? inconclusive, ! crashed, - not due"
_WORDS = {
    Status.CRASHED: "!",
    Status.FAILED: "x",
    Status.INCONCLUSIVE: "?",
    Status.PASSED: "ok",
    Status.SKIPPED: "-",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What one task said on one Python: `ok`, a number of findings, or the sign of how it ended."""

    text: str
    status: Status


@dataclasses.dataclass(frozen=True, slots=True)
class Grid:
    """`pythons` are the columns, in order; each row is a task's name and its cells."""

    pythons: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def grid_of(report: Report) -> Grid | None:
    """The grid of the tasks that ran for a Python; None where there are fewer than two Pythons."""
    pythons = sorted({outcome.python for outcome in report.tasks if outcome.python}, key=_order)
    if len(pythons) < 2:
        return None
    cells: dict[str, dict[str, list[Outcome]]] = {}
    for outcome in report.tasks:
        if outcome.python:
            cells.setdefault(outcome.name, {}).setdefault(outcome.python, []).append(outcome)
    findings = by_task(open_findings(report))
    rows = tuple(
        (one_line(name), tuple(_cell(columns.get(python, ()), findings) for python in pythons))
        for name, columns in cells.items()
    )
    return Grid(tuple(map(one_line, pythons)), rows)


def _cell(outcomes: Sequence[Outcome], findings: Mapping[str, Sequence[Finding]]) -> Cell:
    if not outcomes:
        return Cell(_WORDS[Status.SKIPPED], Status.SKIPPED)
    worst = min((outcome.status for outcome in outcomes), key=lambda status: status.rank)
    count = len({id(finding) for outcome in outcomes for finding in findings_of(outcome, findings)})
    if worst in {Status.CRASHED, Status.INCONCLUSIVE}:
        return Cell(f"{count} {_WORDS[worst]}" if count else _WORDS[worst], worst)
    return Cell(f"{count:,}" if count else _WORDS[worst], worst)


def _order(python: str) -> tuple[list[int], str]:
    parts = python.split(".")
    return ([int(part) for part in parts] if all(part.isdecimal() for part in parts) else [10**6], python)
