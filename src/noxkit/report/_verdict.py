# SPDX-License-Identifier: Apache-2.0
"""What a report amounts to: counts, the findings of one task, and the last line of a run."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity, Status
from noxkit.report._escape import guard_lines, one_line
from noxkit.report._releases import release_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report

__all__ = [
    "by_task",
    "counts",
    "findings_of",
    "label",
    "last_line",
    "number",
    "open_findings",
    "seconds",
    "shared_reason",
]

_NAMED = 3  # tasks that the last line names


def number(count: int, noun: str) -> str:
    """`1 error`, `2 errors`, `12,345 files`; an `info` has no plural."""
    return f"{count:,} {noun}" + ("" if count == 1 or noun == "info" else "s")


def counts(findings: Iterable[Finding]) -> str:
    """`3 errors, 1 warning`, or nothing where there are none."""
    found = collections.Counter(finding.severity for finding in findings)
    return ", ".join(number(found[severity], severity.value) for severity in Severity if found[severity])


def seconds(value: float) -> str:
    """`0.4 s`, `12.3 s`, `2 min 5 s`."""
    if value < 99.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def label(outcome: Outcome) -> str:
    """The task's name with its Python and package behind it: `ty[3.10]`."""
    facets = ", ".join(facet for facet in (outcome.python, outcome.package) if facet)
    return one_line(f"{outcome.name}[{facets}]" if facets else outcome.name)


def open_findings(report: Report) -> list[Finding]:
    """The findings that are not suppressed."""
    return [finding for finding in report.findings if finding.suppressed is None]


def by_task(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each task, in their order."""
    tasks: dict[str, list[Finding]] = {}
    for finding in findings:
        tasks.setdefault(finding.task, []).append(finding)
    return tasks


def findings_of(outcome: Outcome, tasks: Mapping[str, Sequence[Finding]]) -> list[Finding]:
    """Those of the merged findings that this task has made, on its Python and in its package."""
    return [
        finding
        for finding in tasks.get(outcome.name, ())
        if (not outcome.python or not finding.pythons or outcome.python in finding.pythons)
        and (not outcome.package or not finding.package or outcome.package == finding.package)
    ]


def shared_reason(due: Sequence[Outcome]) -> str | None:
    """For which one reason none of several tasks has concluded; None where at least one has, or it is another."""
    reasons = {outcome.reason if outcome.status is Status.INCONCLUSIVE else None for outcome in due}
    return one_line(reasons.pop() or "") or None if len(due) > 1 and len(reasons) == 1 else None


def last_line(report: Report) -> str:
    """The verdict in one line, such as `lint failed: 3 errors, 1 warning in 2 of 7 tasks (12.3 s)`.

    That of a release check is `ready to release acme 1.0`, or what blocks.
    """
    if report.releases and not report.interrupted:
        return guard_lines(release_line(report))
    due = [outcome for outcome in report.tasks if outcome.status is not Status.SKIPPED]
    shared = shared_reason(due)
    troubles = f"nothing was looked at, since {shared}" if shared else _troubles(due)
    parts = [part for part in (_nothing(report), troubles, _found(report, due)) if part]
    if report.status is Status.INCONCLUSIVE and not due:
        parts.insert(0, "no task was due")
    elif not parts:
        parts.append(number(len(due), "task") if due else _idle(report))
    if report.status is Status.INCONCLUSIVE and not report.failing:
        parts.append("this fails where CI is set")
    word = "interrupted" if report.interrupted else report.status.value
    return guard_lines(f"{one_line(report.session)} {word}: {'; '.join(parts)} ({seconds(report.seconds)})")


def _nothing(report: Report) -> str:
    """Why a release check was about no release."""
    builds = [outcome for outcome in report.tasks if outcome.name == "build"]
    if report.session != "release_check" or any(outcome.status is not Status.SKIPPED for outcome in builds):
        return ""
    reason = one_line(builds[0].reason or "") if builds else ""
    return f"nothing to release, since {reason}" if reason else ""


def _idle(report: Report) -> str:
    """Why nothing was due; loudly where the names that were given are those of other sessions."""
    for flag in ("--only", "--skip"):
        if report.tasks and all((task.reason or "").endswith(f"named by {flag}") for task in report.tasks):
            return f"{flag} leaves none of its {number(len(report.tasks), 'task')}"
    return "no task was due"


def _found(report: Report, due: Sequence[Outcome]) -> str:
    findings = open_findings(report)
    if not findings:
        return ""
    tasks = by_task(findings)
    holders = sum(1 for outcome in due if findings_of(outcome, tasks))
    return f"{counts(findings)} in {holders} of {number(len(due), 'task')}" if holders else counts(findings)


def _troubles(due: Sequence[Outcome]) -> str:
    return "; ".join(
        f"{_names([label(outcome) for outcome in due if outcome.status is status])} {word}"
        for status, word in ((Status.CRASHED, "crashed"), (Status.INCONCLUSIVE, "inconclusive"))
        if any(outcome.status is status for outcome in due)
    )


def _names(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} more tasks"
