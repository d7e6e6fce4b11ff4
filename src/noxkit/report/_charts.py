# SPDX-License-Identifier: Apache-2.0
"""The pictures of the page: the grid as a heat map, coverage as bars, the run as a time line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.report._elements import element
from noxkit.report._grid import LEGEND, grid_of
from noxkit.report._timeline import lanes_of
from noxkit.report._verdict import label, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.diagnostics.model import EvidenceValue, Report
    from noxkit.report._elements import Element
    from noxkit.report._grid import Cell
    from noxkit.report._timeline import Bar

__all__ = ["coverage_table", "grid_table", "time_line"]

_GROUP = re.compile(
    r"(?P<name>.+) (?P<percent>\d+\.\d+) % of (?P<files>\d+) files"
    r"(, floor (?P<floor>[\d.]+) %)?(, ratchet (?P<ratchet>[\d.]+) %)?"
)
_TICKS = 5


def grid_table(report: Report) -> Element | None:
    """Tasks down, Pythons across; a cell with findings is the button that shows them."""
    grid = grid_of(report)
    if grid is None:
        return None
    most = max((_count(cell) for _, cells in grid.rows for cell in cells), default=0)
    rows = [
        element(
            "tr",
            element("th", name, scope="row", class_="code"),
            *(
                element("td", _grid_cell(name, python, cell, most))
                for python, cell in zip(grid.pythons, cells, strict=True)
            ),
        )
        for name, cells in grid.rows
    ]
    head = element("tr", element("td"), *(element("th", python, scope="col") for python in grid.pythons))
    table = element("table", element("thead", head), element("tbody", *rows), class_="grid")
    return element("div", element("div", table, class_="scroll"), element("p", LEGEND, class_="hint"))


def _count(cell: Cell) -> int:
    digits = cell.text.partition(" ")[0].replace(",", "")
    return int(digits) if digits.isdecimal() else 0


def _grid_cell(name: str, python: str, cell: Cell, most: int) -> Element:
    count = _count(cell)
    if not count:
        return element("span", cell.text, class_=f"cell {cell.status.value}", title=cell.status.value)
    heat = f" heat-{min(4, 1 + 4 * count // (most + 1))}"
    status = cell.status.value if cell.status is not Status.PASSED else "warning"
    said = f"{name} on {python}: {cell.text} findings"
    return element(
        "button",
        cell.text,
        type="button",
        class_=status + heat,
        title=said,
        aria_label=said,
        aria_pressed="false",
        data_task=name,
        data_python=python,
    )


def coverage_table(report: Report) -> Element | None:
    """Each group's bar with its floor and its ratchet, as the task `coverage` has them in its evidence."""
    rows = [row for outcome in report.tasks if outcome.name == "coverage" for row in _coverage_rows(outcome.evidence)]
    if not rows:
        return None
    head = element(
        "tr", *(element("th", text, scope="col") for text in ("group", "", "covered", "floor", "ratchet", "files"))
    )
    return element("div", element("table", element("thead", head), element("tbody", *rows)), class_="scroll")


def _coverage_rows(evidence: Mapping[str, EvidenceValue]) -> Iterator[Element]:
    groups, percent = evidence.get("groups"), evidence.get("percent")
    lines = list(groups) if isinstance(groups, list) else []
    if not lines and isinstance(percent, str):
        lines = [f"all {percent} % of {evidence.get('files')} files"]
    for line in lines:
        found = _GROUP.fullmatch(line)
        if found is not None:
            yield _coverage_row(found)


def _coverage_row(found: re.Match[str]) -> Element:
    floor, ratchet, percent = found["floor"], found["ratchet"], float(found["percent"])
    needed = max([float(value) for value in (floor, ratchet) if value], default=0.0)
    marks = [
        element("b", class_=kind, style=f"left:{min(float(value), 99.7):.2f}%", title=f"{kind} {value} %")
        for kind, value in (("floor", floor), ("ratchet", ratchet))
        if value
    ]
    colour = "passed" if percent >= needed else "failed"
    bar = element("div", element("i", style=f"width:{percent:.2f}%"), *marks, class_=f"bar {colour}")
    return element(
        "tr",
        element("th", found["name"], scope="row"),
        element("td", bar),
        *(
            element("td", text, class_="number")
            for text in (
                f"{found['percent']} %",
                f"{floor} %" if floor else "",
                f"{ratchet} %" if ratchet else "",
                found["files"],
            )
        ),
    )


def time_line(report: Report) -> Element | None:
    """A lane for each worker, with the tasks that it did; those that the run waited for are outlined."""
    lanes = lanes_of(report)
    if not lanes:
        return None
    whole = max((bar.end for lane in lanes for bar in lane), default=0.0) or 1.0
    ticks = [element("span", seconds(whole * number / _TICKS)) for number in range(_TICKS + 1)]
    drawn = [element("div", *(_bar(bar, whole) for bar in lane), class_="lane") for lane in lanes]
    critical = [
        label(bar.outcome)
        for bar in sorted((bar for lane in lanes for bar in lane if bar.critical), key=lambda bar: bar.start)
    ]
    said = f"Outlined: what the run waited for ({' → '.join(critical)}). Striped: from a cache."
    return element(
        "div",
        element("div", *drawn, class_="lanes"),
        element("div", *ticks, class_="axis", aria_hidden="true"),
        element("p", said, class_="hint"),
    )


def _bar(bar: Bar, whole: float) -> Element:
    outcome = bar.outcome
    words = [outcome.status.value, *(["critical"] if bar.critical else []), *(["cached"] if outcome.cached else [])]
    said = f"{label(outcome)}: {outcome.status.value} in {seconds(outcome.seconds)}, from {seconds(bar.start)}"
    width = max(100 * (bar.end - bar.start) / whole, 0.15)
    return element(
        "button",
        label(outcome),
        type="button",
        class_=" ".join(words),
        style=f"left:{min(100 * bar.start / whole, 99.8):.3f}%;width:{width:.3f}%",
        title=said,
        aria_label=said,
        data_task=outcome.name,
    )
