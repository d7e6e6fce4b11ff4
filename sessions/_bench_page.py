# SPDX-License-Identifier: Apache-2.0
"""The rows of the benchmark's table, and the table as text and as the page `docs/benchmarks.md`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Row", "page", "table"]

_HEADER = ("what", "measured", "compared with", "ratio", "allowed", "")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement beside what it is compared with, in the same unit.

    `allowed` is the smallest and the largest ratio of a budget; None where it is a comparison only.
    """

    name: str
    measured: float | None
    other: float | None
    against: str
    unit: str = "s"
    allowed: tuple[float, float] | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Measured over compared."""
        return self.measured / self.other if self.measured is not None and self.other else None

    @property
    def over(self) -> bool:
        """Whether a budget is not kept, or could not be looked at."""
        if self.allowed is None:
            return False
        low, high = self.allowed
        return self.ratio is None or not low <= self.ratio <= high

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        allowed = "" if self.allowed is None else _allowed(*self.allowed)
        verdict = "" if self.allowed is None else "**over**" if self.over else "kept"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        against = f"{self._amount(self.other)} {self.against}".strip()
        notes = ". ".join(part for part in (verdict, self.note) if part)
        return self.name, self._amount(self.measured) or "not measured", against, ratio, allowed, notes

    def _amount(self, value: float | None) -> str:
        if value is None:
            return ""
        digits = 2 if abs(value) < 10 else 1
        return f"{value:.{digits}f} {self.unit}"


def _allowed(low: float, high: float) -> str:
    return f"≤ {high:.2f}" if low <= 0 else f"{low:.2f}–{high:.2f}"  # noqa: RUF001 -- a range of numbers has an en dash


def table(rows: Sequence[Row]) -> str:
    """The rows for a terminal."""
    cells = [_HEADER, *(tuple(cell.replace("**", "") for cell in row.cells()) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + "  " + line[5]
        for line in cells
    )


def page(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    """The page, from the rows and the facts of the run (machine, versions, command)."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `uv run nox -s bench`. Every ratio compares two things measured in the same run, the median of",
        "several; a ratio of a budget is allowed to be as large as its column says, and a smaller ratio is better.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {_escaped(name)} | {_escaped(value)} |" for name, value in facts.items()),
        "",
        "![Seconds of lint in several ways](images/bench.svg)",
        "",
        f"| {' | '.join(_HEADER)} |",
        "|---|--:|---|--:|--:|---|",
        *("| " + " | ".join(_escaped(cell) for cell in row.cells()) + " |" for row in rows),
        "",
    ]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
