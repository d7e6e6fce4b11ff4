# SPDX-License-Identifier: Apache-2.0
"""The times of lint as bars, for those who would rather look than read."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions._bench_page import Row

__all__ = ["plot"]

_WIDTH, _LEFT, _BAR, _GAP, _TOP = 860, 330, 22, 12, 44
_COLOURS = {"noxkit": "#2f6f9f", "others": "#9a9a9a"}


def plot(rows: Sequence[Row]) -> str | None:
    """An SVG with a bar a way of running lint on the same tree; None where the rows do not hold the group `changed`."""
    times = dict(_times(rows))
    if not times:
        return None
    longest = max(times.values())
    height = _TOP + len(times) * (_BAR + _GAP) + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" role="img"',
        ' aria-label="Seconds of wall time of lint, in several ways">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="26" font-size="16" font-weight="bold">Seconds of lint on 60 packages: less is better</text>',
    ]
    for number, (name, seconds) in enumerate(times.items()):
        top = _TOP + number * (_BAR + _GAP)
        length = max(2.0, (_WIDTH - _LEFT - 90) * seconds / longest)
        colour = _COLOURS["noxkit" if name.startswith("noxkit") else "others"]
        middle = top + _BAR * 0.72
        parts += [
            f'<text x="{_LEFT - 10}" y="{middle:.0f}" font-size="14" text-anchor="end">{html.escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{length:.0f}" height="{_BAR}" rx="3" fill="{colour}"/>',
            f'<text x="{_LEFT + length + 8:.0f}" y="{middle:.0f}" font-size="14">{seconds:.1f} s</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _times(rows: Sequence[Row]) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for row in rows:
        if row.name == "nox -s lint, nothing kept" and row.measured is not None:
            found.append(("noxkit, nothing kept", row.measured))
        elif row.name.startswith("nox -s lint, nothing changed") and row.measured is not None:
            found.append(("noxkit, nothing changed", row.measured))
        elif row.name == "nox -s lint, a file changed in one of 60 packages" and row.measured is not None:
            found.append(("noxkit, a file changed", row.measured))
        elif row.name.startswith("nox -s lint, a file changed, beside ") and row.other is not None:
            found.append((f"the same commands by {row.name.rpartition('beside ')[2]}", row.other))
    return found
