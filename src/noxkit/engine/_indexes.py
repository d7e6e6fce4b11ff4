# SPDX-License-Identifier: Apache-2.0
"""The package indexes of the repository as arguments of uv, for where it is started outside of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from noxkit.workspace._tables import strings, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.engine._context import Context

__all__ = ["index_arguments", "publishing_arguments"]


def index_arguments(context: Context) -> list[str]:
    """Those of `[tool.uv]`: what the user's own configuration and variables say, uv reads by itself."""
    settings = table(context.repository.pyproject, "tool", "uv")
    words: list[str] = []
    for index in _indexes(settings):
        url, name = str(index["url"]), index.get("name")
        if index.get("explicit") is not True:
            flag = "--default-index" if index.get("default") is True else "--index"
            words += [flag, f"{name}={url}" if isinstance(name, str) else url]
    for key in ("index-url", "index-strategy"):
        value = settings.get(key)
        words += [f"--{key}", value] if isinstance(value, str) else []
    for key in ("extra-index-url", "find-links"):
        words += [word for value in strings(settings.get(key)) for word in (f"--{key}", value)]
    return words


def publishing_arguments(context: Context) -> list[str]:
    """The index to which `[[tool.uv.index]]` publishes, as the only one; else those of `index_arguments`."""
    for index in _indexes(table(context.repository.pyproject, "tool", "uv")):
        if index.get("publish-url"):
            return ["--default-index", str(index["url"])]
    return index_arguments(context)


def _indexes(settings: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    listed = settings.get("index")
    for each in cast("list[object]", listed) if isinstance(listed, list) else []:
        index = cast("dict[str, object]", each) if isinstance(each, dict) else {}
        if isinstance(index.get("url"), str):
            yield index
