# SPDX-License-Identifier: Apache-2.0
"""The Pythons of a repository, asked while its noxfile loads: as little as possible is read and imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noxkit.workspace.pythons import SUPPORTED, admits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["declared_pythons"]


def declared_pythons(root: Path) -> tuple[str, ...]:
    """`python` of [tool.noxkit], else what the packages admit; all that noxkit supports where that cannot be told.

    Equal to `Repository.pythons`, which decides when a session runs, for every repository that can be read.
    """
    try:
        with (root / "pyproject.toml").open("rb") as file:
            document = tomllib.load(file)
    except (OSError, ValueError):
        return SUPPORTED
    configured = _at(document, "tool", "noxkit", "python")
    if isinstance(configured, list) and configured and all(isinstance(item, str) for item in configured):
        return tuple(str(item) for item in configured)
    own = _at(document, "project", "requires-python")
    if isinstance(own, str) and _at(document, "tool", "uv", "workspace") is None and not _at(document, "tool", "noxkit", "kinds"):
        return tuple(python for python in SUPPORTED if admits(own, python)) or SUPPORTED
    return _discovered(root) or SUPPORTED


def _discovered(root: Path) -> tuple[str, ...]:
    from noxkit.errors import NoxkitError  # noqa: PLC0415 -- a single package is read without any of this
    from noxkit.workspace.discovery import discover  # noqa: PLC0415

    try:
        return discover(root).pythons
    except NoxkitError:
        return SUPPORTED


def _at(document: object, *path: str) -> object:
    for part in path:
        document = document.get(part) if isinstance(document, dict) else None
    return document
