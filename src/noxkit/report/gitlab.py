# SPDX-License-Identifier: Apache-2.0
"""A report for the code quality of GitLab's merge requests (docs.gitlab.com, "Code Quality report format")."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from noxkit.diagnostics.model import Severity, Status
from noxkit.report._escape import one_line, visible
from noxkit.report._fold import fold
from noxkit.report._places import from_top
from noxkit.report._records import encoded
from noxkit.report._verdict import label, open_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.diagnostics.model import Finding, Outcome, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._fold import Folded
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "gitlab"

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}
_UNFINISHED = {Status.CRASHED: "blocker", Status.INCONCLUSIVE: "critical"}
_NOWHERE = "pyproject.toml"  # GitLab drops an entry without a place


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """An array of issues: tasks without a result, then findings; no two have the same fingerprint."""
    issues = [*_unfinished(report), *(_issue(folded, report) for folded in fold(open_findings(report)))]
    lines = ",\n  ".join(encoded(issue) for issue in _told_apart(issues))
    return f"[\n  {lines}\n]\n" if issues else "[]\n"


def _unfinished(report: Report) -> Iterator[dict[str, object]]:
    for outcome in sorted(report.tasks, key=lambda outcome: outcome.status.rank):
        if outcome.status in _UNFINISHED:
            yield {
                "description": f"{label(outcome)} {outcome.status.value}: {_why(outcome)}",
                "check_name": f"noxkit:{outcome.status.value}",
                "fingerprint": _digest(report.session, label(outcome), outcome.status.value),
                "severity": _UNFINISHED[outcome.status],
                "location": {"path": from_top(_NOWHERE, report.root) or _NOWHERE, "lines": {"begin": 1}},
            }


def _why(outcome: Outcome) -> str:
    reason = one_line(outcome.reason or "no reason was given")
    return f"{reason}; hint: {one_line(outcome.hint)}" if outcome.hint else reason


def _issue(folded: Folded, report: Report) -> dict[str, object]:
    lead = folded.lead
    also = [one_line(finding.code) for finding in folded.others]
    path = from_top(lead.path, report.root)
    place = "" if path is not None or lead.path is None else f"{one_line(lead.path)}: "
    return {
        "description": visible(f"{place}{lead.message} ({lead.hint})" + (f", also {', '.join(also)}" if also else "")),
        "check_name": one_line(lead.code),
        "fingerprint": lead.fingerprint or _digest(lead.code, lead.path or "", str(lead.line), lead.message),
        "severity": _SEVERITIES[lead.severity],
        "location": {
            "path": path or from_top(_NOWHERE, report.root) or _NOWHERE,
            "lines": _lines(lead) if path is not None else {"begin": 1},
        },
    }


def _lines(finding: Finding) -> dict[str, int]:
    begin = finding.line or 1
    return {"begin": begin} | ({"end": finding.end_line} if finding.end_line and finding.end_line > begin else {})


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _told_apart(issues: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """GitLab keeps one of several issues with one fingerprint: equal ones are numbered."""
    seen: dict[object, int] = {}
    for issue in issues:
        fingerprint = issue["fingerprint"]
        count = seen[fingerprint] = seen.get(fingerprint, 0) + 1
        yield issue if count == 1 else {**issue, "fingerprint": _digest(str(fingerprint), str(count))}
