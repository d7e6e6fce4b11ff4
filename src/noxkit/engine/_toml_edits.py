# SPDX-License-Identifier: Apache-2.0
"""Changes to TOML files that keep their form; what is not changed is proven to mean the same."""

from __future__ import annotations

import copy
import sys
from collections.abc import MutableMapping, MutableSequence
from typing import TYPE_CHECKING, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.fixes import TomlEdit

__all__ = ["TomlEditError", "edited_toml"]


class TomlEditError(Exception):
    """An edit that does not fit the file, or whose result would mean more than what was asked for."""


def edited_toml(content: bytes, edits: Sequence[TomlEdit]) -> bytes:
    """The file with all of `edits`, in order: comments, order, quoting and newlines are kept.

    Raises TomlEditError, also where the result does not read back as exactly the values that were meant.
    """
    try:
        text = content.decode("utf-8")
        document = tomlkit.parse(text)
        meant = tomllib.loads(text)
        for edit in edits:
            _edit(cast("MutableMapping[str, object]", document), edit, form=True)
            _edit(meant, edit, form=False)
        result = tomlkit.dumps(document)
        read = tomllib.loads(result)
    except (TOMLKitError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise TomlEditError(f"{type(error).__name__}: {error}") from error
    if read != meant:
        raise TomlEditError("the file would not say what was meant")
    return result.encode("utf-8")


def _edit(document: MutableMapping[str, object], edit: TomlEdit, *, form: bool) -> None:
    holder = _holder(document, edit.at[:-1], form=form)
    last = edit.at[-1]
    if edit.action == "set":
        holder[last] = _value(edit.value, form=form)  # type: ignore[index]
    elif edit.action == "append":
        _append(holder, last, _texts(edit.value), form=form)
    elif edit.value is None:
        del holder[last]  # type: ignore[arg-type]
    else:
        _remove(cast("MutableSequence[object]", holder[last]), _texts(edit.value))  # type: ignore[index]


def _holder(document: object, way: Sequence[str | int], *, form: bool) -> MutableMapping[str, object]:
    """The table or array that the last step is made in; missing tables on the way are made."""
    here = document
    for step in way:
        if isinstance(step, str) and isinstance(here, MutableMapping) and step not in here:
            table = cast("MutableMapping[str, object]", here)
            inside_plain_value = not isinstance(here, tomlkit.TOMLDocument | tomlkit.items.Table) if form else False
            table[step] = (tomlkit.inline_table() if inside_plain_value else tomlkit.table()) if form else {}
        here = here[step]  # type: ignore[index]
    return cast("MutableMapping[str, object]", here)


def _value(value: object, *, form: bool) -> object:
    if isinstance(value, dict):
        if not form:
            return copy.deepcopy(cast("object", value))
        table = tomlkit.inline_table()
        table.update(value)
        return table
    if isinstance(value, list) and form:
        return tomlkit.item(value)
    return copy.copy(value)


def _texts(value: object) -> list[str]:
    return [cast("str", item) for item in cast("list[object]", value)] if isinstance(value, list) else [str(value)]


def _append(holder: MutableMapping[str, object], key: str | int, texts: Sequence[str], *, form: bool) -> None:
    name = cast("str", key)
    if isinstance(key, str) and key not in holder:
        holder[name] = tomlkit.array() if form else []
    array = cast("MutableSequence[object]", holder[name])
    for text in texts:
        if text in array:
            continue
        items = [str(item) for item in array]
        is_sorted = bool(items) and all(isinstance(item, str) for item in array) and items == sorted(items)
        place = (
            next((number for number, item in enumerate(items) if item > text), len(items)) if is_sorted else len(items)
        )
        array.insert(place, text)


def _remove(array: MutableSequence[object], texts: Sequence[str]) -> None:
    for text in texts:
        array.remove(text)
