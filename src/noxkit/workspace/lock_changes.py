# SPDX-License-Identifier: Apache-2.0
"""What differs between two uv.lock files: versions and sources, as data and as a Markdown table."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace._tables import items, normalize, table
from noxkit.workspace._toml import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.workspace._tables import Table

__all__ = ["Change", "Locked", "changes_between", "markdown_table", "parse_lock", "required_names"]

_OWN = ("editable", "virtual", "directory")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#])")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One lock: versions and sources of each distribution by normalised name, and which ones members require."""

    versions: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, tuple[str, ...]]
    direct: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One distribution that differs; `old_source` and `new_source` are empty where they are the same."""

    name: str
    old_versions: tuple[str, ...] = ()
    new_versions: tuple[str, ...] = ()
    old_source: str = ""
    new_source: str = ""
    direct: bool = False

    @property
    def kind(self) -> str:
        """One of added, removed, upgraded, downgraded, changed; or source, where the versions are the same."""
        if not self.old_versions:
            return "added"
        if not self.new_versions:
            return "removed"
        if self.old_versions == self.new_versions:
            return "source"
        old, new = _highest(self.old_versions), _highest(self.new_versions)
        if old is None or new is None or old == new:
            return "changed"
        return "upgraded" if new > old else "downgraded"

    @property
    def is_major(self) -> bool:
        """Whether it is an upgrade to another first number (or epoch), after which things may have been taken away."""
        old, new = _highest(self.old_versions), _highest(self.new_versions)
        return old is not None and new is not None and (new.epoch, new.major) > (old.epoch, old.major)


def _highest(versions: Sequence[str]) -> Version | None:
    try:
        return max(Version(version) for version in versions)
    except (InvalidVersion, ValueError):
        return None


def parse_lock(content: bytes, *, path: str) -> Locked:
    """Read a lock; an empty one holds nothing. Raises NoxkitError where it is not TOML."""
    parsed = parse_toml(content, path=path)
    if isinstance(parsed, ErrorRecord):
        raise NoxkitError(parsed)
    versions: dict[str, set[str]] = {}
    sources: dict[str, set[str]] = {}
    direct: set[str] = set()
    for package in _tables(parsed.get("package")):
        name = normalize(str(package.get("name", "")))
        kind, where = _source(table(package, "source"))
        if kind in _OWN:
            direct |= set(required_names(package))
            continue
        version = package.get("version")
        versions.setdefault(name, set()).add(str(version) if version is not None else "unknown")
        sources.setdefault(name, set()).add(where)
    return Locked(versions=_sorted(versions), sources=_sorted(sources), direct=frozenset(direct))


def _tables(value: object) -> Iterator[Table]:
    yield from (table(item) for item in items(value))


def _sorted(values: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(each, key=_version_key)) for name, each in sorted(values.items())}


def _version_key(text: str) -> tuple[int, Version, str]:
    try:
        return (1, Version(text), text)
    except InvalidVersion:
        return (0, Version("0"), text)


def _source(source: Mapping[str, object]) -> tuple[str, str]:
    """The kind of a source, and where it is: without the credentials that an address may hold."""
    for kind in ("registry", "git", "url", "path", *_OWN):
        if kind in source:
            where = re.sub(r"(?<=://)[^/@\s]+@", "", str(source[kind]))
            return kind, f"{kind} {where}"
    return "", ""


def required_names(package: Table) -> Iterator[str]:
    """What an entry of a lock requires itself, by normalised names: its dependencies, extras and groups."""
    groups = [package.get("dependencies")]
    for key in ("optional-dependencies", "dev-dependencies"):
        groups += table(package, key).values()
    for group in groups:
        yield from (normalize(str(entry.get("name", ""))) for entry in _tables(group))


def changes_between(old: Locked, new: Locked) -> tuple[Change, ...]:
    """All that differs: first what members require themselves, each part by name."""
    changes = [
        change for name in sorted({*old.versions, *new.versions}) if (change := _change(name, old, new)) is not None
    ]
    return tuple(sorted(changes, key=lambda change: (not change.direct, change.name)))


def _change(name: str, old: Locked, new: Locked) -> Change | None:
    before, after = old.versions.get(name, ()), new.versions.get(name, ())
    sources = old.sources.get(name, ()), new.sources.get(name, ())
    moved = bool(before) and bool(after) and sources[0] != sources[1]
    if before == after and not moved:
        return None
    return Change(
        name=name,
        old_versions=before,
        new_versions=after,
        old_source=", ".join(sources[0]) if moved else "",
        new_source=", ".join(sources[1]) if moved else "",
        direct=name in new.direct or (not after and name in old.direct),
    )


def markdown_table(changes: Sequence[Change]) -> str:
    """The changes as a table of Markdown; one sentence where there is none."""
    if not changes:
        return "No locked version changes.\n"
    lines = ["| package | change | from | to |", "| --- | --- | --- | --- |"]
    lines += (f"| {' | '.join(_cells(change))} |" for change in changes)
    return "\n".join(lines) + "\n"


def _cells(change: Change) -> tuple[str, str, str, str]:
    name = f"**{_escaped(change.name)}**" if change.direct else _escaped(change.name)
    kind = f"{change.kind}, major" if change.is_major else change.kind
    if change.new_source and kind != "source":
        kind += ", source"
    return name, kind, _side(change.old_versions, change.old_source), _side(change.new_versions, change.new_source)


def _side(versions: Sequence[str], source: str) -> str:
    text = ", ".join(_escaped(version) for version in versions)
    return f"{text} ({_escaped(source)})" if source else text


def _escaped(text: str) -> str:
    """Text in which nothing is Markdown, HTML or the end of a cell."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    return _SPECIAL.sub(r"\\\1", visible)
