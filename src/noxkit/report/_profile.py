# SPDX-License-Identifier: Apache-2.0
"""Where a run's time went: when each task ran, how much of the workers was used, and what decided how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.report._escape import guard_lines
from noxkit.report._timeline import lanes_of
from noxkit.report._verdict import label, number, seconds
from noxkit.report._width import cut, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Report
    from noxkit.report._style import Style
    from noxkit.report._timeline import Bar

__all__ = ["profile"]

_NAME = 28
_TIME = 10  # columns for a duration
_ROWS = 15  # tasks that are shown; the shortest are summed up
_SHORT = 0.01  # of the whole run: what is less is not worth a line


def profile(report: Report, style: Style) -> str:
    """The lines: a bar a task on the run's time axis, in the order in which they began, and what follows from them."""
    lanes = lanes_of(report)
    bars = sorted((bar for lane in lanes for bar in lane), key=lambda bar: (bar.start, bar.end))
    if not bars:
        return f"{report.session}: no task of this report says when it ran\n"
    whole = max(report.seconds, bars[-1].end, 0.001)
    lines = [*_head(report, lanes, whole), "", *_axis(bars, whole, style), "", *_ends(bars, whole, style)]
    return style.encodable(guard_lines("\n".join(lines) + "\n"))


def _head(report: Report, lanes: Sequence[Sequence[Bar]], whole: float) -> Iterator[str]:
    used = sum(bar.end - bar.start for lane in lanes for bar in lane)
    share = f"{100 * used / (whole * len(lanes)):.0f} % of the time busy"
    yield f"{report.session}, {report.started}: {seconds(whole)}, {number(len(lanes), 'worker')}, {share}"


def _axis(bars: Sequence[Bar], whole: float, style: Style) -> Iterator[str]:
    long = [bar for bar in bars if bar.critical or bar.end - bar.start >= _SHORT * whole]
    kept = set(map(id, sorted(long, key=lambda bar: (not bar.critical, bar.start - bar.end))[:_ROWS]))
    width = max(10, style.width - _NAME - _TIME - 4)
    full, empty = ("█", "·") if style.unicode else ("#", ".")
    for bar in bars:
        if id(bar) not in kept:
            continue
        begin = min(width - 1, round(width * bar.start / whole))
        filled = max(1, round(width * (bar.end - bar.start) / whole))
        drawn = empty * begin + full * min(filled, width - begin)
        name = pad(cut(label(bar.outcome), _NAME, ellipsis=style.ellipsis), _NAME)
        time = pad("kept" if bar.outcome.cached else seconds(bar.end - bar.start), _TIME, right=True)
        line = f"{name}{time}  {pad(drawn, width).rstrip()}"
        yield style.paint(line, "bold") if bar.critical else line
    rest = [bar for bar in bars if id(bar) not in kept]
    if rest:
        total = sum(bar.end - bar.start for bar in rest)
        name = pad(f"{number(len(rest), 'other task')}", _NAME)
        yield f"{name}{pad(seconds(total), _TIME, right=True)}"


def _ends(bars: Sequence[Bar], whole: float, style: Style) -> Iterator[str]:
    chain = sorted((bar for bar in bars if bar.critical), key=lambda bar: bar.start)
    arrow = " → " if style.unicode else " -> "
    told = arrow.join(f"{label(bar.outcome)} {seconds(bar.end - bar.start)}" for bar in chain)
    held = sum(bar.end - bar.start for bar in chain)
    yield from wrap(f"the run waited for: {told} ({100 * held / whole:.0f} % of it)", style.width, rest="  ")
    kept = [bar for bar in bars if bar.outcome.cached]
    if kept:
        yield f"not run again: {number(len(kept), 'task')} of {len(bars)}, since nothing that they read has changed"
    before = min(bar.start for bar in bars)
    after = whole - max(bar.end for bar in bars)
    yield f"before the first task {seconds(before)}, after the last {seconds(max(0.0, after))}"
    longest = max(bars, key=lambda bar: bar.end - bar.start)
    if longest.critical and longest.end - longest.start > whole / 2 and not longest.outcome.cached:
        advice = (
            f"{label(longest.outcome)} decides: less to read (`paths` in [tool.noxkit]) shortens the run, "
            "more workers do not"
        )
        yield from wrap(advice, style.width, rest="  ")
