# SPDX-License-Identifier: Apache-2.0
"""Faults as they are met, so many of one kind that they can be read."""

from __future__ import annotations

import collections

from noxkit.artifacts.model import Fault, FaultKind

__all__ = ["Faults", "shown"]

_MOST = 25
_LONGEST = 200


def shown(name: str) -> str:
    """A name as it can be shown: printable, and not endless."""
    safe = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name[:_LONGEST])
    return safe if len(name) <= _LONGEST else f"{safe}… ({len(name)} characters)"


class Faults:
    """The faults of one file in the order in which they were met."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._counts: collections.Counter[FaultKind] = collections.Counter()

    def add(self, kind: FaultKind, message: str, member: str | None = None) -> None:
        """Note a fault; beyond a number of one kind they are only counted."""
        self._counts[kind] += 1
        if self._counts[kind] <= _MOST:
            self._faults.append(Fault(kind=kind, message=message, member=member))

    def of(self, member: str, kind: FaultKind, says: str) -> None:
        """Note a fault of a member, of which the message says something behind its name."""
        self.add(kind, f"`{shown(member)}` {says}", member)

    def has(self, kind: FaultKind) -> bool:
        """Whether there is one of this kind."""
        return kind in self._counts

    @property
    def all(self) -> tuple[Fault, ...]:
        """The faults; the last of a kind says how many more of it there are."""
        more = {kind: count - _MOST for kind, count in self._counts.items() if count > _MOST}
        rest = [Fault(kind=kind, message=f"the same {count} times more") for kind, count in more.items()]
        return (*self._faults, *rest)
