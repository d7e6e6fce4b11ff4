# SPDX-License-Identifier: Apache-2.0
"""The findings as the page shows them: folded, with their source lines, and every text made visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.report._escape import one_line, visible
from noxkit.report._fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.diagnostics.model import Finding, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._fold import Folded

__all__ = ["cards_of"]

_AROUND = 120  # characters of a line before and after the span
_SPAN = 200
_LINE = 240  # characters of a line above or below


def cards_of(report: Report, sources: Sources) -> list[dict[str, object]]:
    """The open findings folded, then the suppressed ones; the worst first."""
    masked = sources.masked(report.findings)
    opened = fold(finding for finding in report.findings if finding.suppressed is None)
    closed = fold(finding for finding in report.findings if finding.suppressed is not None)
    return [_card(folded, masked) for folded in (*opened, *closed)]


def _card(folded: Folded, sources: Sources) -> dict[str, object]:
    lead = folded.lead
    pythons = dict.fromkeys(one_line(python) for finding in folded.all for python in finding.pythons)
    return {
        "id": lead.fingerprint,
        "severity": lead.severity.value,
        "codes": list(dict.fromkeys(one_line(finding.code) for finding in folded.all)),
        "tasks": list(dict.fromkeys(one_line(finding.task) for finding in folded.all)),
        "message": visible(lead.message),
        "hint": visible(lead.hint),
        "place": _place(lead),
        "package": one_line(lead.package or ""),
        "pythons": sorted(pythons, key=_version),
        "fix": None if lead.fix is None else lead.fix.value,
        "url": lead.url
        if lead.url and lead.url.startswith(("https://", "http://")) and lead.url.isprintable()
        else None,
        "suppressed": None if lead.suppressed is None else visible(lead.suppressed),
        "source": list(_source(lead, sources)),
    }


def _version(python: str) -> tuple[list[int], str]:
    return [int(part) for part in python.split(".") if part.isdecimal()], python


def _place(finding: Finding) -> str:
    numbers = (finding.line, finding.column) if finding.line else ()
    return ":".join([one_line(finding.path or ""), *(str(value) for value in numbers if value)])


def _source(finding: Finding, sources: Sources) -> Iterator[list[object]]:
    """The line with the one above and below: its number, its text, and around the span what is marked and the rest."""
    number = finding.line
    line = sources.shown(finding.path, number)
    if number is None or line is None:
        return
    above, below = sources.shown(finding.path, number - 1), sources.shown(finding.path, number + 1)
    if above is not None:
        yield [number - 1, _cut(above)]
    yield [number, *(visible(part) for part in _parts(finding, line))]
    if below is not None:
        yield [number + 1, _cut(below)]


def _cut(line: str) -> str:
    return visible(line if len(line) <= _LINE else line[:_LINE] + "…")


def _parts(finding: Finding, line: str) -> tuple[str, str, str]:
    """What stands before the span, in it, and after it; all of the line is before it where there is no column."""
    if finding.column is None or finding.column - 1 > len(line):
        return (line if len(line) <= _LINE else line[:_LINE] + "…"), "", ""
    start = finding.column - 1
    is_short = finding.end_line in {None, finding.line} and finding.end_column is not None
    end = max(start, (finding.end_column or 0) - 1) if is_short else len(line) if finding.end_line else start
    before, marked, after = line[:start], line[start:end], line[end:]
    before = before if len(before) <= _AROUND else "…" + before[-_AROUND:]
    marked = marked if len(marked) <= _SPAN else marked[:_SPAN] + "…"
    return before, marked, after if len(after) <= _AROUND else after[:_AROUND] + "…"
