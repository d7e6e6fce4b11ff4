# SPDX-License-Identifier: Apache-2.0
"""A tool's own configuration, as far as its command depends on it."""

from __future__ import annotations

import configparser
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from noxkit.workspace.model import Repository

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Settings", "files_between", "has_own_project", "ini_settings", "settings_of", "strings", "subtable"]

_EXCLUDED = ("**/node_modules", "**/__pycache__", "**/.*")  # what checkers leave out by themselves

Settings: TypeAlias = Mapping[str, object]


def subtable(value: object, *keys: str) -> Settings:
    """The table at `keys` below `value`; an empty one where there is none."""
    for key in keys:
        value = cast("Settings", value).get(key) if isinstance(value, Mapping) else None
    return cast("Settings", value) if isinstance(value, Mapping) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings of an array; a string alone is one of them."""
    if isinstance(value, str):
        return (value,)
    items = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def files_between(repository: Repository, included: object, excluded: object) -> tuple[str, ...]:
    """The Python files of a checker's lists of paths and globs; all but hidden ones and caches where it has none."""
    left_out = frozenset(repository.files_matching(strings(excluded) or _EXCLUDED))
    return tuple(path for path in repository.python_files(strings(included) or (".",)) if path not in left_out)


def settings_of(repository: Repository, table: str, *, files: tuple[str, ...]) -> Settings | None:
    """What stands in the first of `files` at the root, else in the root's `[tool.<table>]`; None without either.

    A file that is not TOML counts as empty: the tool itself reports it.
    """
    for name in files:
        if repository.has_file(name):
            return _toml(repository, name)
    tools = subtable(repository.pyproject, "tool")
    return subtable(tools, table) if isinstance(tools.get(table), Mapping) else None


def _toml(repository: Repository, name: str) -> Settings:
    try:
        return tomllib.loads((repository.root / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}


def ini_settings(repository: Repository, name: str, section: str) -> Settings | None:
    """The keys of `[section]` of an INI file at the root; None without file or section."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string((repository.root / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return None
    return dict(parser.items(section)) if parser.has_section(section) else None


def has_own_project(repository: Repository, *files: str) -> bool:
    """Whether the root is where a checker that looks for its project upwards stops."""
    return any(repository.has_file(name) for name in ("pyproject.toml", *files))
