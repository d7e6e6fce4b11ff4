# SPDX-License-Identifier: Apache-2.0
"""What to do next after a run: the few commands that bring the most."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import BARE, FixSafety, Severity, Status
from noxkit.report._escape import one_line
from noxkit.report._verdict import counts, number, open_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Report

__all__ = ["next_steps"]

_MOST = 3
_UNREAD = frozenset({"syntax", "unreadable"})  # groups of findings
_NO_TASKS = frozenset({"environment", "sources"})  # rows about what tasks need: `--only` does not know them


def next_steps(report: Report) -> list[str]:
    """At most three lines, the most useful first; none where there is nothing to do."""
    if report.session == BARE:
        return []
    if report.interrupted:
        return [f"`nox -s {one_line(report.session)}` runs it again"]
    findings = open_findings(report)
    return [*_formatting(findings), *_unfinished(report), *_narrowed(report, findings)][:_MOST]


def _formatting(findings: Sequence[Finding]) -> Iterator[str]:
    paths = {finding.path for finding in findings if _is_format(finding)}
    if None in paths:  # the one finding about all files of a repository without a formatter
        yield "`nox -s fmt` formats what is not"
    elif paths:
        yield f"`nox -s fmt` formats {number(len(paths), 'file')}"


def _is_format(finding: Finding) -> bool:
    """Whether a formatter mends it: not one that it could not read."""
    return "format" in finding.task and finding.group not in _UNREAD and finding.fix is not FixSafety.DISPLAY


def _unfinished(report: Report) -> Iterator[str]:
    unfinished = (Status.CRASHED, Status.INCONCLUSIVE)
    names = dict.fromkeys(one_line(outcome.name) for outcome in report.tasks if outcome.status in unfinished)
    names = [name for name in names if name not in _NO_TASKS]
    others = [outcome for outcome in report.tasks if outcome.status not in (*unfinished, Status.SKIPPED)]
    if names:
        only = f" -- --only {','.join(names)}" if others or len(names) == 1 else ""
        command = f"nox -s {one_line(report.session)}{only}"
        yield f"`{command}` runs what did not conclude, once it is mended"


def _narrowed(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    worst = min((finding.severity.rank for finding in findings), default=Severity.INFO.rank)
    if report.status is not Status.FAILED or len(report.tasks) < 2:
        return
    named = [finding for finding in findings if finding.severity.rank == worst and not _is_format(finding)]
    for task, _ in collections.Counter(finding.task for finding in named).most_common(_MOST):
        found = counts(finding for finding in findings if finding.task == task)
        yield f"`nox -s {one_line(report.session)} -- --only {one_line(task)}` looks again at its {found}"
