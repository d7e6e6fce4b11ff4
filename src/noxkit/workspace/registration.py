# SPDX-License-Identifier: Apache-2.0
"""The Pythons of a repository, asked while its noxfile loads: as little as possible is read and imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noxkit.workspace._tables import strings, table
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
    options = table(document, "tool", "noxkit")
    configured = strings(options.get("python"))
    if configured:
        return configured
    own = table(document, "project").get("requires-python")
    if isinstance(own, str) and "workspace" not in table(document, "tool", "uv") and "kinds" not in options:
        return tuple(python for python in SUPPORTED if admits(own, python)) or SUPPORTED
    return _discovered(root) or SUPPORTED


def _discovered(root: Path) -> tuple[str, ...]:
    from noxkit.errors import NoxkitError  # noqa: PLC0415 -- a single package is read without any of this
    from noxkit.workspace.discovery import discover  # noqa: PLC0415

    try:
        return discover(root).pythons
    except NoxkitError:
        return SUPPORTED
