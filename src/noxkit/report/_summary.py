# SPDX-License-Identifier: Apache-2.0
"""The end of a run on one screen: a line a task, why some did not conclude, what to do next, the verdict."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.report._escape import one_line
from noxkit.report._evidence import evidence_words
from noxkit.report._next import next_steps
from noxkit.report._releases import release_rows
from noxkit.report._verdict import (
    by_task,
    counts,
    findings_of,
    label,
    last_line,
    number,
    open_findings,
    seconds,
    shared_reason,
)
from noxkit.report._width import cut, display_width, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report
    from noxkit.report._style import Style

__all__ = ["summary"]

_ROWS = 14  # with the lines below it, what fits a terminal of 24 lines and a little scrolling
_NAME = 28
_PAINT = re.compile(r"\x1b\[[0-9;]*m")
_SKIP_LINES = 4
_REASONS = 6
_REASON = 400
_OUTPUT = 4  # lines of a crashed tool's output


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    status: Status
    name: str
    seconds: float
    found: str
    evidence: str


def summary(report: Report, style: Style) -> list[str]:
    """The lines of the summary; the last one is the verdict."""
    due = [outcome for outcome in report.tasks if outcome.status is not Status.SKIPPED]
    skipped = [outcome for outcome in report.tasks if outcome.status is Status.SKIPPED]
    parts = [
        [*_table(_rows(report, due, style), style), *_skipped(skipped, style), *_suppressed(report)],
        list(_reasons(due, style)),
        list(_listed("next", next_steps(report), style)),
        list(_listed("note", report.notes, style)),
        list(_releases(report, style)),
        [style.paint(last_line(report), report.status.value)],
    ]
    return [line for part in parts if part for line in ("", *part)][1:]


def _rows(report: Report, due: Sequence[Outcome], style: Style) -> list[_Row]:
    tasks = by_task(open_findings(report))
    ordered = sorted(due, key=lambda outcome: outcome.status.rank)
    if shared_reason(due) is not None and not style.verbose:
        return [_row(ordered, number(len(ordered), "task"), tasks)]
    rows = [_row([outcome], label(outcome), tasks) for outcome in ordered]
    if style.verbose or len(rows) <= _ROWS:
        return rows
    groups: dict[tuple[str, Status], list[Outcome]] = {}
    for outcome in ordered:
        groups.setdefault((outcome.name, outcome.status), []).append(outcome)
    return [_row(group, _group_label(group), tasks) for group in groups.values()]


def _group_label(group: Sequence[Outcome]) -> str:
    if len(group) == 1:
        return label(group[0])
    pythons = len({outcome.python for outcome in group if outcome.python})
    packages = len({outcome.package for outcome in group if outcome.package})
    counted = [number(pythons, "Python")] if pythons > 1 else []
    counted += [number(packages, "package")] if packages > 1 else []
    return f"{one_line(group[0].name)}[{', '.join(counted) or len(group)}]"


def _row(group: Sequence[Outcome], name: str, tasks: Mapping[str, Sequence[Finding]]) -> _Row:
    unique = {id(finding): finding for outcome in group for finding in findings_of(outcome, tasks)}
    return _Row(
        status=group[0].status,
        name=name,
        seconds=sum(outcome.seconds for outcome in group),
        found=counts(unique.values()),
        evidence=", ".join(evidence_words(group[0])) if len(group) == 1 else "",
    )


def _table(rows: Sequence[_Row], style: Style) -> Iterator[str]:
    names = min(_NAME, max((display_width(row.name) for row in rows), default=0))
    statuses = max((len(row.status.value) for row in rows), default=0)
    times = max((len(seconds(row.seconds)) for row in rows), default=0)
    found = max((display_width(row.found) for row in rows), default=0)
    for row in rows:
        name = pad(cut(row.name, names, ellipsis=style.ellipsis), names)
        status = style.paint(pad(row.status.value, statuses), row.status.value)
        line = f"{style.mark(row.status)} {name}  {status}  {pad(seconds(row.seconds), times, right=True)}"
        line += f"  {pad(row.found, found)}" if found else ""
        room = style.width - 2 - names - 2 - statuses - 2 - times - (2 + found if found else 0) - 2
        evidence = cut(row.evidence, room, ellipsis=style.ellipsis) if room >= 8 else ""
        yield (line + (f"  {style.paint(evidence, 'faint')}" if evidence else "")).rstrip()


def _releases(report: Report, style: Style) -> Iterator[str]:
    """One line for each package of a release check."""
    rows = release_rows(report)
    width = max((display_width(name) for _, name, _ in rows), default=0)
    for status, name, said in rows:
        lead = f"{style.mark(status)} {pad(name, width)}  "
        yield from _wrapped(lead, said, style, margin=width + 4)


def _skipped(outcomes: Sequence[Outcome], style: Style) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        reasons.setdefault(one_line(outcome.reason or "not due"), []).append(label(outcome))
    ordered = sorted(reasons.items(), key=lambda item: -len(item[1]))
    shown = ordered if style.verbose or len(ordered) <= _SKIP_LINES else ordered[: _SKIP_LINES - 1]
    for reason, names in shown:
        text = cut(f"{_names(names)}: {reason}", 2 * style.width - 16, ellipsis=style.ellipsis)
        yield from _wrapped(f"{style.mark(Status.SKIPPED)} skipped: ", text, style, margin=2)
    rest = sum(len(names) for _, names in ordered[len(shown) :])
    if rest:
        yield f"{style.mark(Status.SKIPPED)} skipped: {number(rest, 'more task')}; `--verbose` says why"


def _names(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return ", ".join(unique) if len(unique) <= 6 else f"{', '.join(unique[:5])} and {len(unique) - 5} more"


def _suppressed(report: Report) -> Iterator[str]:
    count = sum(1 for finding in report.findings if finding.suppressed is not None)
    if count:
        yield f"  ({number(count, 'finding')} suppressed; `--report json=FILE` has them with the reason)"


def _reasons(due: Sequence[Outcome], style: Style) -> Iterator[str]:
    """Why tasks crashed, are inconclusive, or failed without a finding, and what to do; equal reasons are said once."""
    groups: dict[tuple[Status, str, str], list[Outcome]] = {}
    for outcome in sorted(due, key=lambda outcome: outcome.status.rank):
        if outcome.status in {Status.CRASHED, Status.INCONCLUSIVE} or (
            outcome.status is Status.FAILED and outcome.reason
        ):
            reason = one_line(outcome.reason or "no reason was given")
            groups.setdefault((outcome.status, reason, outcome.hint or ""), []).append(outcome)
    shown = list(groups.items()) if style.verbose else list(groups.items())[:_REASONS]
    for (status, reason, hint), outcomes in shown:
        named = _names([label(outcome) for outcome in outcomes]) if len(groups) > 1 or len(due) > len(outcomes) else ""
        head = (
            f"{status.value}: {named or 'every task'}" if len(outcomes) > 1 else f"{status.value}: {label(outcomes[0])}"
        )
        said = reason if style.verbose else cut(reason, _REASON, ellipsis=style.ellipsis)
        yield style.paint(head, status.value) + style.paint(f": {said}", "bold")
        yield from _output(outcomes[0], style)
        if hint:
            yield from _wrapped(f"  {style.paint('=', 'frame')} hint: ", one_line(hint), style, margin=10)
    rest = len(groups) - len(shown)
    if rest:
        yield f"{style.ellipsis} and {number(rest, 'more reason')}; `--verbose` shows all"


def _output(outcome: Outcome, style: Style) -> Iterator[str]:
    said = outcome.evidence.get("output")
    if outcome.status is not Status.CRASHED or not isinstance(said, list):
        return
    for line in said if style.verbose else said[-_OUTPUT:]:
        shown = cut(one_line(line), style.width - 4, ellipsis=style.ellipsis)
        yield f"  {style.paint('|', 'frame')} {shown}".rstrip()


def _listed(word: str, lines: Iterable[str], style: Style) -> Iterator[str]:
    lead = f"{style.paint(f'{word}:', 'bold')} "
    for line in lines:
        yield from _wrapped(lead, one_line(line), style, margin=len(word) + 2)


def _wrapped(lead: str, text: str, style: Style, *, margin: int) -> Iterator[str]:
    """`text` behind `lead`, whose escape codes take no columns; further lines stand `margin` columns in."""
    plain = len(_PAINT.sub("", lead))
    lines = wrap(text, style.width, first=" " * plain, rest=" " * margin)
    yield lead + lines[0][plain:]
    yield from lines[1:]
