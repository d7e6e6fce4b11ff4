# SPDX-License-Identifier: Apache-2.0
"""What of uv.lock each member of a workspace depends on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord
from noxkit.workspace._tables import items, normalize, table, text
from noxkit.workspace._toml import parse_toml
from noxkit.workspace.lock_changes import required_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.workspace._tables import Table

__all__ = ["changed_closures"]

_LOCK = "uv.lock"


def changed_closures(old: bytes, new: bytes, members: Sequence[str]) -> dict[str, tuple[str, ...]] | None:
    """Which of `members`, normalised names, depend on what differs between two locks, and on which distributions of it.

    None where that may be all of them: a lock cannot be read, what differs is needed by no member (but by a group of a
    root that is no package, say), or something else than packages differs, such as markers.
    """
    before, after = _packages(old), _packages(new)
    if before is None or after is None or before.rest != after.rest:
        return None
    names = before.entries.keys() | after.entries.keys()
    differs = {name for name in names if before.digest(name) != after.digest(name)}
    found: dict[str, tuple[str, ...]] = {}
    for member in members:
        reached = (before.closure(member) | after.closure(member)) & differs
        if reached:
            found[member] = tuple(sorted(reached))
    is_all_reached = differs <= {name for reached in found.values() for name in reached}
    return found if found and is_all_reached else None


class _Packages:
    """The entries of a lock by normalised name, several where it forks, and a digest of all the rest of it."""

    def __init__(self, document: Table) -> None:
        self.entries: dict[str, list[Table]] = {}
        for each in map(table, items(document.get("package"))):
            self.entries.setdefault(normalize(text(each.get("name")) or ""), []).append(each)
        self.rest = _digest({key: value for key, value in document.items() if key != "package"})

    def digest(self, name: str) -> str | None:
        """A digest of all entries of `name`; None where there is none."""
        return _digest(self.entries[name]) if name in self.entries else None

    def closure(self, name: str) -> frozenset[str]:
        """`name` and all that it needs with its extras and groups, directly or through others, on any platform."""
        reached: set[str] = set()
        waiting = [name]
        while waiting:
            here = waiting.pop()
            if here not in reached:
                reached.add(here)
                waiting += [needed for entry in self.entries.get(here, ()) for needed in required_names(entry)]
        return frozenset(reached)


def _packages(content: bytes) -> _Packages | None:
    document = parse_toml(content, path=_LOCK)
    return None if isinstance(document, ErrorRecord) else _Packages(document)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
