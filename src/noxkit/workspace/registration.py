# SPDX-License-Identifier: Apache-2.0
"""The Pythons of a repository, asked while its noxfile loads: as little as possible is read and imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noxkit.workspace._globs import expand, is_excluded, normal_path
from noxkit.workspace._tables import strings, table, text
from noxkit.workspace.pythons import SUPPORTED, admits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from noxkit.workspace._tables import Table

__all__ = ["declared_pythons"]


def declared_pythons(root: Path) -> tuple[str, ...]:
    """`python` of [tool.noxkit], else what the packages admit; all that noxkit supports where that cannot be told.

    Equal to `Repository.pythons`, which decides when a session runs, for every repository that can be read.
    """
    document: Table = {}
    try:
        with (root / "pyproject.toml").open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        pass  # setup.cfg or setup.py may say it
    except (OSError, ValueError):
        return SUPPORTED
    options = table(document, "tool", "noxkit")
    configured = strings(options.get("python"))
    if configured:
        return configured
    admitted = None if "kinds" in options else _union(_specifiers(root, document))
    return (admitted if admitted is not None else _discovered(root)) or SUPPORTED


def _specifiers(root: Path, document: Table) -> Iterator[str | None]:
    """The `requires-python` of each package, the root's first, as it is read; None where more than that decides."""
    workspace = table(document, "tool", "uv").get("workspace")
    if "project" in document or workspace is None or _has_other_metadata(root, document):
        yield text(table(document, "project").get("requires-python"))
    excluded = [normal_path(pattern) for pattern in strings(table(workspace).get("exclude"))]
    for path in dict.fromkeys(
        path for entry in strings(table(workspace).get("members")) for path in expand(root, entry)
    ):
        if path == "." or is_excluded(path, excluded):
            continue
        try:
            with (root / path / "pyproject.toml").open("rb") as file:
                member = tomllib.load(file)
        except (OSError, ValueError):
            yield None
        else:
            if table(member, "tool", "uv").get("managed") is not False:
                yield text(table(member, "project").get("requires-python"))


def _has_other_metadata(root: Path, document: Table) -> bool:
    """Whether the root may be a package without a `[project]`."""
    return "poetry" in table(document, "tool") or any((root / name).exists() for name in ("setup.cfg", "setup.py"))


def _union(specifiers: Iterable[str | None]) -> tuple[str, ...] | None:
    """What any of `specifiers` admits; None where one is None. No more are read than it takes to admit all."""
    found: set[str] = set()
    for specifier in specifiers:
        if specifier is None:
            return None
        found |= {python for python in SUPPORTED if admits(specifier, python)}
        if len(found) == len(SUPPORTED):
            break
    return tuple(python for python in SUPPORTED if python in found)


def _discovered(root: Path) -> tuple[str, ...]:
    from noxkit.errors import NoxkitError  # noqa: PLC0415 -- a single package is read without any of this
    from noxkit.workspace.discovery import discover  # noqa: PLC0415 -- the same

    try:
        return discover(root).pythons
    except NoxkitError:
        return SUPPORTED
