# SPDX-License-Identifier: Apache-2.0
"""What one release has that another has not: files, size, metadata, entry points, public names."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.version import Version

    from noxkit.rules._base import Place

__all__ = ["Bump", "Contents", "Difference", "PreviousFacts", "bump_between", "compare"]


class Bump(enum.Enum):
    """How far apart two versions are, by the parts that Semantic Versioning names."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"

    @property
    def rank(self) -> int:
        """0 for a patch, 2 for a major one."""
        return ("patch", "minor", "major").index(self.value)


def bump_between(old: Version, new: Version) -> Bump | None:
    """The bump; None where the versions say nothing: dates, or no step. Before 1.0 a minor step is a major one."""
    if old.release[0] >= _YEAR or new.release[0] >= _YEAR or new <= old or old.epoch != new.epoch:
        return None
    before, after = ((*version.release, 0, 0, 0)[:3] for version in (old, new))
    if before[0] != after[0]:
        return Bump.MAJOR
    if before[1] != after[1]:
        return Bump.MAJOR if before[0] == 0 else Bump.MINOR
    return Bump.MINOR if before[0] == 0 else Bump.PATCH


_YEAR = 1990  # from here on the first part of a version is taken for a year


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What of a release is compared. `files` are installed paths with sizes in bytes; `entry_points` `group: name`."""

    version: str
    files: Mapping[str, int]
    requires_python: str
    requirements: tuple[str, ...]
    extras: frozenset[str]
    entry_points: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference in words, and the least bump that it asks for."""

    text: str
    needs: Bump


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PreviousFacts:
    """A package against its previous release, `old`, and its `newest` one, where the index has one that is later.

    `old` is empty where the index has none that is earlier; `bump` is None where the versions say nothing.
    """

    name: str
    new: str
    place: Place
    old: str = ""
    bump: Bump | None = None
    differences: tuple[Difference, ...] = ()
    newest: str | None = None


def compare(old: Contents, new: Contents, broken: tuple[str, ...], count: int) -> Iterator[Difference]:
    """The differences, the gravest first; `broken` are the first of `count` public names that work differently now."""
    gone = [path for path in old.files if path not in new.files]
    modules = [path for path in gone if path.endswith((".py", ".pyi", ".so", ".pyd"))]
    if broken:
        yield Difference(text=f"{_counted(count, 'public name')} changed: {_listed(broken, count)}", needs=Bump.MAJOR)
    public = [path for path in modules if not any(part.startswith("_") for part in path.split("/")[:-1])]
    public = [path for path in public if not path.rpartition("/")[2].startswith("_") and "tests/" not in path]
    if gone:
        needs = Bump.MAJOR if public else Bump.PATCH
        yield Difference(
            text=f"{_counted(len(gone), 'file')} gone: {_listed([*public, *gone], len(gone))}", needs=needs
        )
    for text, before, after in (
        ("entry points", old.entry_points, new.entry_points),
        ("extras", old.extras, new.extras),
    ):
        if before - after:
            yield Difference(text=f"{text} gone: {', '.join(sorted(before - after))}", needs=Bump.MAJOR)
        if after - before:
            yield Difference(text=f"{text} added: {', '.join(sorted(after - before))}", needs=Bump.MINOR)
    if old.requires_python != new.requires_python:
        text = f"Requires-Python: `{old.requires_python or 'none'}` is now `{new.requires_python or 'none'}`"
        yield Difference(text=text, needs=Bump.MINOR)
    yield from _requirements(old, new)
    added = [path for path in new.files if path not in old.files]
    if added:
        yield Difference(text=f"{_counted(len(added), 'file')} added: {_listed(added, len(added))}", needs=Bump.PATCH)
    yield from _size(sum(old.files.values()), sum(new.files.values()))


def _requirements(old: Contents, new: Contents) -> Iterator[Difference]:
    before, after = _by_name(old.requirements), _by_name(new.requirements)
    added, gone = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    if added:
        yield Difference(text=f"requires {', '.join(added)} as well", needs=Bump.PATCH)
    if gone:
        yield Difference(text=f"no longer requires {', '.join(gone)}", needs=Bump.PATCH)
    if changed:
        listed = [f"{name} `{' '.join(sorted(before[name]))}` → `{' '.join(sorted(after[name]))}`" for name in changed]
        yield Difference(text=f"bounds changed: {_listed(listed, len(listed))}", needs=Bump.PATCH)


def _by_name(lines: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """The specifiers with their markers, by normalised name."""
    found: dict[str, set[str]] = {}
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        said = f"{requirement.specifier or 'any'}" + (f"; {requirement.marker}" if requirement.marker else "")
        found.setdefault(canonicalize_name(requirement.name), set()).add(said)
    return {name: frozenset(said) for name, said in found.items()}


def _size(before: int, after: int) -> Iterator[Difference]:
    """A size is told where it changes by a tenth and more than 10 KiB."""
    if before and abs(after - before) > max(before // 10, 10 << 10):
        change = round((after - before) * 100 / before)
        yield Difference(text=f"installed size {before:,} → {after:,} bytes ({change:+d} %)", needs=Bump.PATCH)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _listed(texts: list[str] | tuple[str, ...], count: int) -> str:
    unique = list(dict.fromkeys(texts))[:_SHOWN]
    return ", ".join(unique) + (f" and {count - len(unique)} more" if count > len(unique) else "")


_SHOWN = 5
