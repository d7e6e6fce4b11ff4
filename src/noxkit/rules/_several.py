# SPDX-License-Identifier: Apache-2.0
"""Many names in one sentence: a file with ten thousand faults of one kind is one finding, or a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LIMIT", "several"]

LIMIT = 20
"""How many findings of one kind a rule yields for one file before it counts the rest."""


def several(names: Sequence[str], *, shown: int = 3) -> str:
    """The names in backquotes, the first `shown` of them and how many more there are."""
    quoted = [f"`{_short(name)}`" for name in names[:shown]]
    more = len(names) - len(quoted)
    if more:
        return f"{', '.join(quoted)} and {more} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _short(name: str) -> str:
    return name if len(name) <= 200 else f"{name[:200]}…"
