# SPDX-License-Identifier: Apache-2.0
"""The package indexes of the repository as arguments of uv, for where it is started outside of the tree."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, cast

from noxkit.workspace._tables import items, strings, table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.engine._context import Context

__all__ = ["index_arguments", "publishing_address", "publishing_arguments", "publishing_place"]


def index_arguments(context: Context) -> list[str]:
    """Those of uv.toml in the root, else of `[tool.uv]`; the user's own files and variables uv reads by itself."""
    settings = _settings(context)
    words: list[str] = []
    for index in _indexes(settings):
        if index.get("explicit") is not True:
            words += _index(context, index)
    if isinstance(address := settings.get("index-url"), str):
        words += ["--index-url", _placed(context, address)]
    if isinstance(strategy := settings.get("index-strategy"), str):
        words += ["--index-strategy", strategy]
    words += ["--no-index"] if settings.get("no-index") is True else []
    for key in ("extra-index-url", "find-links"):
        places = [_placed(context, value) for value in strings(settings.get(key))]
        words += [word for place in places for word in (f"--{key}", place)]
    return words


def publishing_arguments(context: Context) -> list[str]:
    """The index to which `[[tool.uv.index]]` publishes, as the only one; else those of `index_arguments`."""
    for index in _indexes(_settings(context)):
        if index.get("publish-url"):
            return ["--default-index", _placed(context, str(index["url"]))]
    return index_arguments(context)


def publishing_place(context: Context) -> list[str]:
    """Where `uv publish` is to send files: the index of `[[tool.uv.index]]` that has a publish-url; else nothing."""
    for index in _indexes(_settings(context)):
        if index.get("publish-url"):
            name = index.get("name")
            return ["--index", name] if isinstance(name, str) else ["--publish-url", str(index["publish-url"])]
    return []


def publishing_address(context: Context) -> str | None:
    """The address that files are sent to; None where nothing says one, and it is the uploader's own."""
    named = [str(index["publish-url"]) for index in _indexes(_settings(context)) if index.get("publish-url")]
    stated = _settings(context).get("publish-url")
    return next(iter(named), None) or context.environ.get("UV_PUBLISH_URL") or (str(stated) if stated else None)


def _settings(context: Context) -> Mapping[str, object]:
    """Where there is a uv.toml, uv does not look at `[tool.uv]`."""
    with contextlib.suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return cast("dict[str, object]", tomllib.loads((context.root / "uv.toml").read_text(encoding="utf-8")))
    return table(context.repository.pyproject, "tool", "uv")


def _index(context: Context, index: Mapping[str, object]) -> list[str]:
    address, name = _placed(context, str(index["url"])), index.get("name")
    if index.get("format") == "flat":
        return ["--find-links", address]
    flag = "--default-index" if index.get("default") is True else "--index"
    return [flag, f"{name}={address}" if isinstance(name, str) else address]


def _placed(context: Context, place: str) -> str:
    """An address as it is; a path from the root, since uv is started elsewhere."""
    return place if "://" in place else str(context.root / place)


def _indexes(settings: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for each in items(settings.get("index")):
        index = table(each)
        if isinstance(index.get("url"), str):
            yield index
