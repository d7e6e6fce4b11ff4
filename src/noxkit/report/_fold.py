# SPDX-License-Identifier: Apache-2.0
"""Which findings are shown: what checkers say about one place is one, what is left out is counted."""

from __future__ import annotations

import collections
import dataclasses
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.report._escape import one_line
from noxkit.report._verdict import number, open_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Report

__all__ = ["Folded", "Selection", "advisory_tasks", "fold", "partial_pythons", "remainder", "select"]

_ADVISORY_SHOWN = 3  # findings of a task that the repository has not chosen
_CODES = 3  # codes that a line about left out findings names


@dataclasses.dataclass(frozen=True, slots=True)
class Folded:
    """Findings of one group at one place; `lead` is the worst of them, and the first among equals."""

    lead: Finding
    others: tuple[Finding, ...] = ()

    @property
    def all(self) -> tuple[Finding, ...]:
        """Every finding of the fold, the lead first."""
        return (self.lead, *self.others)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is shown of a report: `chosen` tasks' findings and all errors, then the rest of each advisory task.

    `left_out` holds what the limit cut off; an advisory task's second list is what its fold hides.
    """

    chosen: tuple[Folded, ...]
    left_out: tuple[Finding, ...]
    advisory: tuple[tuple[str, tuple[Folded, ...], tuple[Finding, ...]], ...]


def fold(findings: Iterable[Finding]) -> list[Folded]:
    """The findings by severity and place; those of one group, at one place, of different tasks as one."""
    folds: list[list[Finding]] = []
    places: dict[tuple[str, str | None, int | None], list[list[Finding]]] = {}
    for finding in sorted(findings, key=lambda finding: (finding.severity.rank, finding.sort_key)):
        if finding.group is None:
            folds.append([finding])
            continue
        candidates = places.setdefault((finding.group, finding.path, finding.line), [])
        home = next((members for members in candidates if _belongs(finding, members)), None)
        if home is None:
            candidates.append([finding])
            folds.append(candidates[-1])
        else:
            home.append(finding)
    return [Folded(members[0], tuple(members[1:])) for members in folds]


def _belongs(finding: Finding, members: Sequence[Finding]) -> bool:
    if any(member.task == finding.task for member in members):
        return False
    start, end = _columns(finding)
    others = [_columns(member) for member in members]
    return any(start < other_end and other_start < end for other_start, other_end in others)


def _columns(finding: Finding) -> tuple[float, float]:
    if finding.column is None:
        return 0, float("inf")
    if finding.end_line is not None and finding.end_line != finding.line:
        return finding.column, float("inf")
    return finding.column, max(finding.end_column or 0, finding.column + 1)


def advisory_tasks(report: Report) -> set[str]:
    """The names of tasks that the repository has not chosen."""
    chosen = {outcome.name for outcome in report.tasks if not outcome.advisory}
    return {outcome.name for outcome in report.tasks} - chosen


def partial_pythons(finding: Finding, report: Report) -> tuple[str, ...]:
    """The Pythons of a finding that is not on all of those that its task ran for; else nothing."""
    asked = {outcome.python for outcome in report.tasks if outcome.name == finding.task and outcome.python}
    return finding.pythons if asked - set(finding.pythons) else ()


def select(report: Report, *, limit: int | None) -> Selection:
    """What to show: at most `limit` folds of chosen tasks, and few of each advisory one; None shows all.

    What fails a run is shown as that of a chosen task, whoever finds it.
    """
    unasked = advisory_tasks(report)
    chosen: list[Folded] = []
    advisory: dict[str, list[Folded]] = {}
    for folded in fold(open_findings(report)):
        if folded.lead.severity is not Severity.ERROR and all(finding.task in unasked for finding in folded.all):
            advisory.setdefault(folded.lead.task, []).append(folded)
        else:
            chosen.append(folded)
    few = None if limit is None else min(limit, _ADVISORY_SHOWN)
    return Selection(
        chosen=tuple(chosen[:limit]),
        left_out=tuple(_flat(chosen[limit:])) if limit is not None else (),
        advisory=tuple(
            (task, tuple(folds[:few]), tuple(_flat(folds[few:])) if few is not None else ())
            for task, folds in sorted(advisory.items())
        ),
    )


def _flat(folds: Iterable[Folded]) -> Iterator[Finding]:
    return (finding for folded in folds for finding in folded.all)


def remainder(findings: Sequence[Finding], *, ellipsis: str = "…") -> str:
    """`482 more from ty (unresolved-import 300, invalid-argument 100, …)`, for each task."""
    tasks: dict[str, collections.Counter[str]] = {}
    for finding in findings:
        code = finding.code.removeprefix(f"{finding.task}:")
        tasks.setdefault(finding.task, collections.Counter())[code] += 1
    parts: list[str] = []
    for task, codes in sorted(tasks.items(), key=lambda item: (-item[1].total(), item[0])):
        named = [f"{one_line(code)} {count:,}" for code, count in codes.most_common(_CODES)]
        more = [ellipsis] if len(codes) > _CODES else []
        parts.append(f"{codes.total():,} more from {one_line(task)} ({', '.join([*named, *more])})")
    return ", ".join(parts) or number(0, "finding")
