# SPDX-License-Identifier: Apache-2.0
"""Poetry's own tables as standard metadata: constraints as PEP 440, dependencies as PEP 508."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.workspace._tables import items, normalize, strings, table, text

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.workspace._tables import Table

__all__ = ["poetry_extras", "poetry_groups", "poetry_requirements", "specifier"]

_CONSTRAINT = re.compile(r"(\^|~=|~|===|==|!=|<=|>=|<|>)?\s*(\d[^\s,|]*|\*)")


def specifier(constraint: str) -> str:
    """A Poetry constraint as a PEP 440 specifier; `||` between alternatives stays.

    `^1.2` is `>=1.2,<2`, `~1.2` is `>=1.2,<1.3`, `1.2` is `==1.2` and `*` is nothing at all, as in
    Poetry's documentation of dependency specification.
    """
    return " || ".join(_alternative(alternative) for alternative in re.split(r"\|\|?", constraint))


def _alternative(constraint: str) -> str:
    parts = (_part(match[1] or "", match[2]) for match in _CONSTRAINT.finditer(constraint))
    return ",".join(part for part in parts if part)


def _part(operator: str, version: str) -> str:
    if version == "*":
        return ""
    if operator not in {"^", "~"}:
        return f"{operator or '=='}{version}"
    numbers = [int(number) for number in re.findall(r"\d+", version.split("+", maxsplit=1)[0])][:3]
    if operator == "~":
        kept = min(len(numbers), 2)
    else:
        kept = next((index + 1 for index, number in enumerate(numbers) if number), len(numbers))
    upper = [*numbers[: kept - 1], numbers[kept - 1] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"


def poetry_requirements(dependencies: Table, *, folder: Path, optional: bool | None = False) -> tuple[str, ...]:
    """The dependencies of one table as PEP 508: the `optional` ones alone, none of them, or all (None)."""
    found: list[str] = []
    for name, value in dependencies.items():
        if normalize(name) == "python":
            continue
        for entry in items(value) or (value,):
            is_optional = bool(table(entry).get("optional"))
            if optional is None or optional == is_optional:
                found.append(_requirement(name, entry, folder=folder))
    return tuple(found)


def _requirement(name: str, value: object, *, folder: Path) -> str:
    details = table(value)
    extras = ",".join(strings(details.get("extras")))
    head = f"{name}[{extras}]" if extras else name
    address = _address(details, folder=folder)
    version = specifier(text(value) or text(details.get("version")) or "")
    marker = text(details.get("markers"))
    if address:
        head = f"{head} @ {address}"
    elif "||" not in version:  # alternatives have no form in PEP 508
        head += version
    return f"{head} ; {marker}" if marker else head


def _address(details: Table, *, folder: Path) -> str | None:
    git, path = text(details.get("git")), text(details.get("path"))
    if git:
        revision = text(details.get("rev")) or text(details.get("tag")) or text(details.get("branch"))
        return f"git+{git}" + (f"@{revision}" if revision else "")
    if path:
        return (folder / path).resolve().as_uri()
    return text(details.get("url"))


def poetry_extras(poetry: Table, *, folder: Path) -> dict[str, tuple[str, ...]]:
    """`[tool.poetry.extras]`, whose items name optional dependencies."""
    known = table(poetry, "dependencies")
    by_name = {normalize(name): (name, value) for name, value in known.items()}
    return {
        extra: tuple(
            requirement
            for name in strings(names)
            if (pair := by_name.get(normalize(name)))
            for requirement in poetry_requirements(dict([pair]), folder=folder, optional=None)
        )
        for extra, names in table(poetry, "extras").items()
    }


def poetry_groups(poetry: Table, *, folder: Path) -> dict[str, tuple[str, ...]]:
    """Poetry's dependency groups, and the older `dev-dependencies` as the group `dev`."""
    groups = {
        name: poetry_requirements(table(group, "dependencies"), folder=folder, optional=None)
        for name, group in table(poetry, "group").items()
    }
    legacy = poetry_requirements(table(poetry, "dev-dependencies"), folder=folder, optional=None)
    return {**groups, "dev": groups.get("dev", ()) + legacy} if legacy else groups
