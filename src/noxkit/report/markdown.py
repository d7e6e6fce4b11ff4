# SPDX-License-Identifier: Apache-2.0
"""A report as Markdown, for the summary of a CI job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from noxkit.diagnostics.model import Severity, Status
from noxkit.report._escape import visible
from noxkit.report._evidence import evidence_words
from noxkit.report._fold import Folded, partial_pythons, remainder, select
from noxkit.report._grid import LEGEND, grid_of
from noxkit.report._next import next_steps
from noxkit.report._releases import release_rows
from noxkit.report._verdict import by_task, counts, findings_of, label, last_line, open_findings, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "markdown"

_BYTES = 1_000_000  # GitHub refuses a job summary of more than 1 MiB
_FINDINGS = 100
_MESSAGE = 500
_SIGNS = {
    Status.CRASHED: "💥",
    Status.FAILED: "❌",
    Status.INCONCLUSIVE: "❓",
    Status.PASSED: "✅",
    Status.SKIPPED: "⏭️",
}
_SEVERITIES = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.INFO: "ℹ️"}  # noqa: RUF001 -- the emoji is meant
# A numeric character reference is text, never markup (CommonMark §2.5).
_MARKUP = re.compile(r"[&<>|`*_~\[\](){}\\$#!\"']|:(?=//)|(?<=www)\.", re.IGNORECASE)
# GitHub looks for mentions in the finished HTML, where a reference no longer helps.
_MENTION = "&#64;&#8203;"


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """A heading, a table of the tasks, the grid, the worst findings and the notes, in less than 1 MiB."""
    parts = [
        [f"## {_SIGNS[report.status]} noxkit {_escaped(report.session)}"],
        [f"**{_escaped(last_line(report))}**"],
        list(_release_table(report)),
        list(_task_table(report)),
        list(_grid_table(report)),
        list(_finding_table(report)),
        list(_reasons(report)),
        [f"- next: {_escaped(step)}" for step in next_steps(report)],
        [f"- note: {_escaped(note)}" for note in report.notes],
    ]
    return _bounded("\n\n".join("\n".join(part) for part in parts if part) + "\n")


def _escaped(text: str, *, limit: int = _MESSAGE) -> str:
    """`text` as Markdown that shows it as it is, on one line, and in a cell of a table too."""
    shown = visible(text).strip()
    shown = shown if len(shown) <= limit else shown[:limit] + "…"
    shown = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", shown)
    return shown.replace("@", _MENTION).replace("\n", "<br>")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _release_table(report: Report) -> Iterator[str]:
    if report.releases:
        yield _row("", "package", "verdict")
        yield _row("---", "---", "---")
    for status, name, said in release_rows(report):
        yield _row(_SIGNS[status], _escaped(name), _escaped(said))


def _task_table(report: Report) -> Iterator[str]:
    if not report.tasks:
        return
    tasks = by_task(open_findings(report))
    yield _row("", "task", "status", "time", "findings", "evidence")
    yield _row("---", "---", "---", "--:", "---", "---")
    for outcome in sorted(report.tasks, key=lambda outcome: outcome.status.rank):
        yield _row(
            _SIGNS[outcome.status],
            _escaped(label(outcome)),
            outcome.status.value,
            "" if outcome.status is Status.SKIPPED else seconds(outcome.seconds),
            counts(findings_of(outcome, tasks)),
            _escaped(_facts(outcome), limit=200),
        )


def _facts(outcome: Outcome) -> str:
    if outcome.status is Status.SKIPPED:
        return outcome.reason or "not due"
    return ", ".join(evidence_words(outcome))


def _grid_table(report: Report) -> Iterator[str]:
    grid = grid_of(report)
    if grid is None:
        return
    yield _row("", *(_escaped(python) for python in grid.pythons))
    yield _row("---", *("--:" for _ in grid.pythons))
    for name, cells in grid.rows:
        yield _row(_escaped(name), *(cell.text for cell in cells))
    yield ""
    yield f"<sub>{LEGEND}</sub>"


def _finding_table(report: Report) -> Iterator[str]:
    selection = select(report, limit=_FINDINGS)
    folds = [*selection.chosen, *(folded for _, few, _ in selection.advisory for folded in few)]
    if not folds:
        return
    yield _row("", "place", "code", "finding")
    yield _row("---", "---", "---", "---")
    for folded in folds:
        yield _finding_row(folded, report)
    hidden = [*selection.left_out, *(finding for _, _, rest in selection.advisory for finding in rest)]
    if hidden:
        yield ""
        yield f"… and {_escaped(remainder(hidden), limit=2000)}: all are in the JSON report."


def _finding_row(folded: Folded, report: Report) -> str:
    lead = folded.lead
    pythons = partial_pythons(lead, report)
    note = f" (python {', '.join(pythons)})" if pythons else ""
    codes = "<br>".join(_escaped(finding.code, limit=100) for finding in folded.all)
    message = f"{_escaped(lead.message + note)}<br><sub>{_escaped(lead.hint)}</sub>"
    return _row(_SEVERITIES[lead.severity], _escaped(_place(lead)), codes, message)


def _place(finding: Finding) -> str:
    numbers = (finding.line, finding.column) if finding.line else ()
    return ":".join([finding.path or "", *(str(value) for value in numbers if value)])


def _reasons(report: Report) -> Iterator[str]:
    unfinished = (Status.CRASHED, Status.INCONCLUSIVE)
    for outcome in sorted(report.tasks, key=lambda outcome: outcome.status.rank):
        if outcome.status in unfinished:
            hint = f"<br><sub>{_escaped(outcome.hint)}</sub>" if outcome.hint else ""
            why = _escaped(outcome.reason or "no reason was given")
            yield f"- **{_escaped(label(outcome))} {outcome.status.value}**: {why}{hint}"


def _bounded(text: str) -> str:
    if len(text.encode("utf-8", "replace")) <= _BYTES:
        return text
    lines = text.split("\n")
    return "\n".join([*_fitting(lines), "", "… the rest is left out: a job summary holds 1 MiB.", ""])


def _fitting(lines: Sequence[str]) -> Iterator[str]:
    room = _BYTES - 1000
    for line in lines:
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            return
        yield line
