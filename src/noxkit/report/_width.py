# SPDX-License-Identifier: Apache-2.0
"""How wide text is on a terminal, and cutting, padding and wrapping it by that width."""

from __future__ import annotations

import unicodedata

__all__ = ["character_width", "cut", "display_width", "pad", "wrap"]


def character_width(character: str) -> int:
    """Columns that a printable character takes: 2 for East Asian wide ones, 0 for combining ones."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def display_width(text: str) -> int:
    """Columns that `text` takes."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """`text`, or its beginning and `ellipsis`, in at most `width` columns."""
    if display_width(text) <= width:
        return text
    room = width - display_width(ellipsis)
    kept: list[str] = []
    for character in text:
        room -= character_width(character)
        if room < 0:
            break
        kept.append(character)
    return ("".join(kept).rstrip() + ellipsis) if width > 0 else ""


def pad(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with spaces up to `width` columns, on its left where `right` is true."""
    space = " " * max(0, width - display_width(text))
    return space + text if right else text + space


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, the first behind `first`, the others behind `rest`.

    Lines are broken at spaces only; a longer word, such as a path, stays whole.
    """
    lines: list[str] = []
    line, empty = first, True
    for word in text.split(" "):
        if not empty and display_width(line) + 1 + display_width(word) > width:
            lines.append(line)
            line, empty = rest, True
        line = line + word if empty else f"{line} {word}"
        empty = False
    return [*lines, line]
