# SPDX-License-Identifier: Apache-2.0
"""A report as workflow commands of GitHub Actions, which become annotations beside the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from noxkit.diagnostics.model import Severity, Status
from noxkit.report._escape import one_line, visible
from noxkit.report._fold import advisory_tasks, fold, partial_pythons
from noxkit.report._places import from_top
from noxkit.report._verdict import label, number, open_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.diagnostics.model import Finding, Outcome, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._fold import Folded
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "github"

# GitHub shows so many annotations of each type for a step and drops the rest in silence
# (docs.github.com, "Workflow commands", "Limits for annotations").
_SHOWN = 10
_TITLE = 200
_MESSAGE = 4000
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_UNFINISHED = {Status.CRASHED: "error", Status.INCONCLUSIVE: "warning"}


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """A command a line: tasks without a result, then findings, the worst first, within GitHub's limits."""
    unasked = advisory_tasks(report)
    folds = sorted(fold(open_findings(report)), key=lambda folded: _importance(folded, unasked))
    commands = [*_unfinished(report), *((_COMMANDS[folded.lead.severity], folded) for folded in folds)]
    room = {"error": _SHOWN, "warning": _SHOWN, "notice": _SHOWN - 1}  # the last one says what was left out
    lines: list[str] = []
    left_out = dict.fromkeys(room, 0)
    for kind, said in commands:
        if room[kind]:
            room[kind] -= 1
            lines.append(said if isinstance(said, str) else _annotation(kind, said, report))
        else:
            left_out[kind] += 1
    if any(left_out.values()):
        lines.append(_rest(report, left_out))
    return "".join(f"{line}\n" for line in lines)


def _importance(folded: Folded, unasked: set[str]) -> tuple[int, bool]:
    return folded.lead.severity.rank, folded.lead.task in unasked


def _unfinished(report: Report) -> Iterator[tuple[str, str]]:
    for outcome in sorted(report.tasks, key=lambda outcome: outcome.status.rank):
        if outcome.status in _UNFINISHED:
            kind = "error" if report.failing else _UNFINISHED[outcome.status]
            yield kind, _command(kind, {"title": f"{label(outcome)} {outcome.status.value}"}, _why(outcome))


def _why(outcome: Outcome) -> str:
    reason = outcome.reason or "no reason was given"
    return f"{reason}\nhint: {outcome.hint}" if outcome.hint else reason


def _annotation(kind: str, folded: Folded, report: Report) -> str:
    lead = folded.lead
    also = [finding.code for finding in folded.others]
    lines = [lead.message, f"hint: {lead.hint}"]
    lines += [f"also: {', '.join(also)}"] if also else []
    pythons = partial_pythons(lead, report)
    lines += [f"python {', '.join(pythons)}"] if pythons else []
    properties = {**_place(lead, report.root), "title": lead.code[:_TITLE]}
    if "file" not in properties and lead.path is not None:
        lines.insert(0, f"{lead.path}:")  # outside of the repository, where no annotation can stand
    return _command(kind, properties, "\n".join(lines))


def _place(finding: Finding, root: str) -> dict[str, str]:
    """The properties of a place, from the top of the repository; none where it lies outside of it."""
    path = from_top(finding.path, root)
    if path is None:
        return {}
    numbers = {"line": finding.line, "endLine": finding.end_line}
    if finding.end_line in {None, finding.line}:  # columns are refused for a span of several lines
        numbers |= {"col": finding.column, "endColumn": finding.end_column}
    if not finding.line:
        numbers = {}
    return {"file": path, **{name: str(value) for name, value in numbers.items() if value}}


def _rest(report: Report, left_out: dict[str, int]) -> str:
    said = ", ".join(number(count, kind) for kind, count in left_out.items() if count)
    message = f"{said} more than GitHub shows for a step: the log and the JSON report have them"
    return _command("notice", {"title": f"noxkit {report.session}"}, message)


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = visible(message)
    text = text if len(text) <= _MESSAGE else text[:_MESSAGE] + "…"
    return f"::{kind}{' ' if said else ''}{said}::{_data(text)}"


def _data(text: str) -> str:
    """As `escapeData` in actions/toolkit."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As `escapeProperty` in actions/toolkit, on one line."""
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
