# SPDX-License-Identifier: Apache-2.0
"""A report for people: findings in the Rust compiler's form, the grid, and a summary that fits one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from noxkit.diagnostics.model import BARE, Status
from noxkit.report._accept import acceptance
from noxkit.report._escape import guard_lines, one_line
from noxkit.report._fold import Folded, partial_pythons, remainder, select
from noxkit.report._grid import LEGEND, grid_of
from noxkit.report._snippet import Block, render_block
from noxkit.report._summary import summary
from noxkit.report._width import cut, display_width, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._grid import Cell
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "text"

_LIMIT = 50  # findings shown unless all are asked for
_NAME, _PYTHON = 28, 12  # columns of the grid


def render(report: Report, *, sources: Sources, style: Style) -> str:
    """The findings that are shown, what was left out, the grid, and the summary; ends with the verdict."""
    sources = sources.masked(report.findings)
    ends = ("\n".join(_grid_lines(report, style)), "\n".join(summary(report, style)))
    text = "\n\n".join(part for part in (*_findings(report, sources, style), *ends) if part) + "\n"
    return style.encodable(guard_lines(text))


def _findings(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    selection = select(report, limit=None if style.verbose else _LIMIT)
    for folded in selection.chosen:
        yield render_block(_block(folded, report, style), sources, style)
    if selection.left_out:
        yield _left_out(selection.left_out, "`--verbose` shows all", style)
    for _, folds, hidden in selection.advisory:
        for folded in folds:
            yield render_block(_block(folded, report, style), sources, style)
        if hidden:
            yield _left_out(hidden, "`--verbose` shows all", style)


def _left_out(findings: Sequence[Finding], how: str, style: Style) -> str:
    text = f"{style.ellipsis} and {remainder(findings, ellipsis=style.ellipsis)}; {how}"
    return "\n".join(wrap(text, style.width, rest="  "))


def _block(folded: Folded, report: Report, style: Style) -> Block:
    lead = folded.lead
    return Block(
        kind=lead.severity.value,
        code=lead.code,
        message=lead.message,
        path=lead.path,
        line=lead.line,
        column=lead.column,
        end_line=lead.end_line,
        end_column=lead.end_column,
        details=tuple(_details(folded, report, style)),
        url=lead.url,
    )


def _details(folded: Folded, report: Report, style: Style) -> Iterator[tuple[str, str]]:
    lead = folded.lead
    yield "hint", lead.hint
    pythons = partial_pythons(lead, report)
    if pythons:
        yield "note", f"python {', '.join(pythons)}"
    if style.verbose:
        for other in folded.others:
            yield "also", f"{_also(other, report)}: {one_line(other.message)}"
    elif folded.others:
        yield "also", ", ".join(_also(other, report) for other in folded.others)
    if style.verbose and lead.url:
        yield "see", lead.url
    accepted = acceptance(folded.all, bare=report.session == BARE)
    if accepted is not None:
        yield "accept", accepted


def _also(finding: Finding, report: Report) -> str:
    pythons = partial_pythons(finding, report)
    return one_line(f"{finding.code} (python {', '.join(pythons)})" if pythons else finding.code)


def _grid_lines(report: Report, style: Style) -> Iterator[str]:
    grid = grid_of(report)
    if grid is None:
        return
    rows = [(cut(name, _NAME, ellipsis=style.ellipsis), cells) for name, cells in grid.rows]
    pythons = [cut(python, _PYTHON, ellipsis=style.ellipsis) for python in grid.pythons]
    names = max(display_width(name) for name, _ in rows)
    texts = [[cell.text for cell in cells] for _, cells in rows]
    widths = [max(map(len, column)) for column in zip(pythons, *texts, strict=True)]
    columns = zip(pythons, widths, strict=True)
    heads = "  ".join(pad(python, width, right=True) for python, width in columns)
    yield style.paint(f"{' ' * names}  {heads}", "bold")
    for name, cells in rows:
        shown = "  ".join(_cell(cell, width, style) for cell, width in zip(cells, widths, strict=True))
        yield f"{pad(name, names)}  {shown}"
    yield style.paint(LEGEND, "faint")


def _cell(cell: Cell, width: int, style: Style) -> str:
    role = "warning" if cell.status is Status.PASSED and cell.text != "ok" else cell.status.value
    return " " * (width - len(cell.text)) + style.paint(cell.text, role)
