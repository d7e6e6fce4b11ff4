# SPDX-License-Identifier: Apache-2.0
"""A finding or error in the Rust compiler's form: header, place, source line with carets, hints."""

from __future__ import annotations

import bisect
import dataclasses
import textwrap
from typing import TYPE_CHECKING

from noxkit.report._escape import guard_lines, one_line, visible, visible_character
from noxkit.report._width import cut, display_width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.diagnostics.sources import Sources
    from noxkit.errors import ErrorRecord
    from noxkit.report._style import Style

__all__ = ["Block", "render_block", "render_error_records"]

_TAB = 4
_REACH = 2000  # characters on each side of a span that are ever looked at
_LONGEST = 1000  # characters of a message that are shown unless all is asked for
_LINES = 8  # lines of a message


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one block says; `kind` is a severity's value, `details` are pairs such as `("hint", "…")`.

    Lines and columns are 1-based and count characters; the end column is exclusive.
    """

    kind: str
    code: str
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    details: tuple[tuple[str, str], ...] = ()
    url: str | None = None


def render_error_records(records: Iterable[ErrorRecord], sources: Sources, style: Style) -> str:
    """All records of a NoxkitError, one block each with an empty line between them; ends with a newline."""
    blocks = (
        Block(
            kind="error",
            code=record.code,
            message=record.message,
            path=record.path,
            line=record.line,
            column=record.column,
            end_line=record.line,
            end_column=record.end_column,
            details=(("hint", record.hint),),
        )
        for record in records
    )
    return "\n\n".join(render_block(block, sources, style) for block in blocks) + "\n"


def render_block(block: Block, sources: Sources, style: Style) -> str:
    """The block without a newline at its end. No line of it can steer a terminal or a CI runner."""
    first, *more = _message_lines(block.message, style)
    code = style.link(one_line(block.code), block.url)
    head = style.paint(f"{block.kind}[{code}]", block.kind) + style.paint(f": {first}", "bold")
    gutter = len(str(block.line)) if block.line else 1
    lines = [head]
    if block.path is not None:
        lines.append(" " * gutter + style.paint("-->", "frame") + " " + _place(block))
        lines += _source_lines(block, sources, style)
    rest = (("note", textwrap.dedent("\n".join(more))),) if more else ()
    lines += _detail_lines((*rest, *block.details), gutter, style)
    return style.encodable(guard_lines("\n".join(lines)))


def _message_lines(message: str, style: Style) -> list[str]:
    text = visible(message)
    lines = [line.rstrip() for line in text.split("\n") if line.strip()] or ["(no message)"]
    if style.verbose:
        return lines
    kept = [cut(line, _LONGEST, ellipsis=style.ellipsis) for line in lines[:_LINES]]
    if sum(map(len, kept)) < sum(map(len, lines)):
        kept.append(f"(cut from {len(message):,} characters; `--verbose` shows all)")
    return kept


def _place(block: Block) -> str:
    numbers = (block.line, block.column) if block.line else ()
    return ":".join([one_line(block.path or ""), *(str(number) for number in numbers if number)])


def _source_lines(block: Block, sources: Sources, style: Style) -> Iterator[str]:
    line = sources.shown(block.path, block.line)
    if line is None:
        return
    number = str(block.line)
    bar = style.paint("|", "frame")
    empty = " " * len(number) + " " + bar
    span = _span(block, line)
    snippet = _Snippet(line, span[0] if span else 0, style)
    shown, before, carets = snippet.window(span, style.width - len(number) - 3)
    yield empty
    yield f"{style.paint(number, 'frame')} {bar} {shown}".rstrip()
    if carets:
        yield f"{empty} {' ' * before}{style.paint('^' * carets, block.kind)}"


def _span(block: Block, line: str) -> tuple[int, int] | None:
    """The 0-based part of the line to underline; the rest of the line where the span goes on below."""
    if not block.column:
        return None
    start = min(max(block.column - 1, 0), len(line))
    if block.end_line is not None and block.line is not None and block.end_line > block.line:
        return start, max(len(line.rstrip()), start + 1)
    return start, max(block.end_column - 1 if block.end_column else 0, start + 1)


class _Snippet:
    """A source line as it is shown: its characters as printable text, and the column where each begins."""

    def __init__(self, line: str, start: int, style: Style) -> None:
        # A minified file has lines of megabytes: only what can be near the span is looked at.
        self._skipped = max(0, start - _REACH) if len(line) > 2 * _REACH else 0
        near = line[self._skipped : self._skipped + 2 * _REACH]
        self._clipped = len(near) + self._skipped < len(line)
        self._ellipsis = style.ellipsis
        self._cells: list[str] = []
        self._offsets = [0]
        for index, character in enumerate(near):
            cell = self._cell(character, near[max(0, index - 2) : index], style)
            self._cells.append(cell)
            self._offsets.append(self._offsets[-1] + display_width(cell))

    def _cell(self, character: str, before: str, style: Style) -> str:
        if character == "\t":
            return " " * (_TAB - self._offsets[-1] % _TAB)
        if character == "[" and before == "##":
            return "\\["  # what `guard_lines` would do later, done here so that carets stay in their place
        return style.encodable(visible_character(character))

    def window(self, span: tuple[int, int] | None, room: int) -> tuple[str, int, int]:
        """The part of the line around `span` in at most `room` columns, where its carets begin, how many.

        There are none where there is no span.
        """
        start, end = (min(index - self._skipped, len(self._cells)) for index in span or (0, 0))
        left, right = self._offsets[max(0, start)], self._offsets[max(0, end)]
        first, last = self._limits(left, right, room)
        before = self._ellipsis if first or self._skipped else ""
        after = self._ellipsis if last < len(self._cells) or self._clipped else ""
        shown = before + "".join(self._cells[first:last]) + after
        carets = max(1, min(right, self._offsets[last]) - left) if span else 0
        return shown, left + len(before) - self._offsets[first], carets

    def _limits(self, left: int, right: int, room: int) -> tuple[int, int]:
        """The first character that is shown and the one behind the last, with the span in the middle."""
        total = self._offsets[-1]
        if total <= room and not self._skipped and not self._clipped:
            return 0, len(self._cells)
        room -= 2 * len(self._ellipsis)
        context = max(room - (right - left), room // 4) // 2  # a span that is too long keeps its beginning
        begin = max(0, min(left - context, total - room))
        first = bisect.bisect_left(self._offsets, begin)
        last = bisect.bisect_right(self._offsets, self._offsets[first] + room) - 1
        return first, last


def _detail_lines(details: Iterable[tuple[str, str]], gutter: int, style: Style) -> Iterator[str]:
    for name, text in details:
        margin = " " * (gutter + 5 + len(name))
        lines: list[str] = []
        for paragraph in visible(text).strip("\n").split("\n"):
            lines += wrap(paragraph, style.width, first=margin, rest=margin)
        lead = f"{' ' * (gutter + 1)}{style.paint('=', 'frame')} {style.paint(f'{name}:', 'bold')} "
        yield lead + lines[0][len(margin) :]
        yield from (line.rstrip() for line in lines[1:])
