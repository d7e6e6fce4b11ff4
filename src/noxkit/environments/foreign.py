# SPDX-License-Identifier: Apache-2.0
"""Versions from a lock that uv does not install from itself: uv.lock for a part of the members, poetry, pdm, pylock."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, cast

from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from noxkit.workspace.model import Repository

__all__ = ["Constraints", "foreign_constraints"]

_LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Lines for a constraints file (`name==version`), and the lock that they come from."""

    lines: tuple[str, ...]
    source: str


def foreign_constraints(repository: Repository) -> Constraints | None:
    """The versions in the first lock that the root holds and that can be read; None where there is none.

    A distribution that is locked at several versions is left to the resolver: which one is meant
    depends on markers that other tools write in ways of their own.
    """
    for name in _LOCKS:
        if repository.has_file(name):
            try:
                document = tomllib.loads((repository.root / name).read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                continue
            lines = _lines(document, members={package.name for package in repository.workspace.packages})
            if lines:
                return Constraints(lines=lines, source=f"{name} as constraints")
    return None


def _lines(document: dict[str, object], *, members: set[str]) -> tuple[str, ...]:
    versions: dict[str, set[str]] = {}
    entries = document.get("package", document.get("packages"))
    for entry in cast("list[object]", entries) if isinstance(entries, list) else ():
        fields = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        name, version = fields.get("name"), fields.get("version")
        if isinstance(name, str) and isinstance(version, str):
            versions.setdefault(canonicalize_name(name), set()).add(version)
    return tuple(
        f"{name}=={min(found)}" for name, found in sorted(versions.items()) if len(found) == 1 and name not in members
    )
