# SPDX-License-Identifier: Apache-2.0
"""What a setup maps to, as lines that people read."""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING

from noxkit.adopt._mapping import answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.adopt._step import Step

__all__ = ["told"]

_NAME = 24  # columns for names; longer ones move their line to the right
_FEW = 3  # names or commands that are shown of many
_LONG = 40  # characters of a command
_WIDTH = 100


def told(steps: Sequence[Step]) -> Iterator[str]:
    """For each file a line a step that something of noxkit does, and one for all that nothing does."""
    is_left = False
    for path, own in itertools.groupby(steps, key=lambda step: step.path):
        yield f"  {path}"
        left: list[str] = []
        for same in _equal(own):
            does = "; ".join(dict.fromkeys(f"{each.session} ({each.by})" for each in answers(same[0]) if each.session))
            rest = [
                each.by if len(each.by) <= _LONG else f"{each.by[:_LONG]}…"
                for each in answers(same[0])
                if not each.session
            ]
            is_left = is_left or bool(rest)
            if does:
                also = f"; nothing does {_few([f'`{each}`' for each in rest])}" if rest else ""
                yield f"    {_few([step.name for step in same]):<{_NAME}} line {same[0].line}: {does}{also}"
            elif rest:
                left.append(f"{_few([step.name for step in same])} (line {same[0].line})")
        wrapper = textwrap.TextWrapper(
            _WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6, break_on_hyphens=False
        )
        yield from wrapper.wrap(f"nothing does {', '.join(left)}" if left else "")
    if is_left:
        yield "  what nothing does stays where it is, or becomes one of [[tool.noxkit.commands]]"


def _equal(steps: Iterator[Step]) -> list[list[Step]]:
    """The steps that run the same together, in the order of the first of each."""
    grouped: dict[object, list[Step]] = {}
    for step in steps:
        grouped.setdefault(step.commands, []).append(step)
    return list(grouped.values())


def _few(texts: Sequence[str]) -> str:
    more = len(texts) - _FEW
    return ", ".join(texts) if more <= 1 else f"{', '.join(texts[:_FEW])} and {more} more"
