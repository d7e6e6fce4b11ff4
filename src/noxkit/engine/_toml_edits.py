# SPDX-License-Identifier: Apache-2.0
"""Changes to TOML files that keep their form; what is not changed is proven to mean the same."""

from __future__ import annotations

import copy
import sys
from collections.abc import MutableMapping, MutableSequence
from typing import TYPE_CHECKING, TypeAlias, cast

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.fixes import TomlEdit

__all__ = ["TomlEditError", "edited_toml"]

_Node: TypeAlias = MutableMapping[str, object] | MutableSequence[object]
_Value: TypeAlias = str | bool | list[str] | dict[str, str | bool] | None


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
            _edit(document, edit, form=True)
            _edit(meant, edit, form=False)
        result = tomlkit.dumps(document)
        read = tomllib.loads(result)
    except (TOMLKitError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise TomlEditError(f"{type(error).__name__}: {error}") from error
    if read != meant:
        raise TomlEditError("the file would not say what was meant")
    return result.encode("utf-8")


def _edit(document: _Node, edit: TomlEdit, *, form: bool) -> None:
    holder = _holder(document, edit.at[:-1], form=form)
    last = edit.at[-1]
    if edit.action == "set":
        _set(holder, last, _value(edit.value, form=form))
    elif edit.action == "append":
        _append(holder, last, _texts(edit.value), form=form)
    elif edit.value is None:
        _delete(holder, last)
    else:
        array = cast("MutableSequence[object]", _get(holder, last))
        for text in _texts(edit.value):
            array.remove(text)


def _get(node: _Node, step: str | int) -> object:
    """What stands one step below: raises KeyError, IndexError or TypeError where there is no such step."""
    if isinstance(node, MutableMapping):
        return node[str(step)]
    return node[int(step)]


def _set(node: _Node, step: str | int, value: object) -> None:
    if isinstance(node, MutableMapping):
        node[str(step)] = value
    else:
        node[int(step)] = value


def _delete(node: _Node, step: str | int) -> None:
    if isinstance(node, MutableMapping):
        del node[str(step)]
    else:
        del node[int(step)]


def _holder(document: _Node, way: Sequence[str | int], *, form: bool) -> _Node:
    """The table or array that the last step is made in; missing tables on the way are made."""
    here = document
    for step in way:
        if isinstance(here, MutableMapping) and isinstance(step, str) and step not in here:
            here[step] = _new_table(here) if form else {}
        here = cast("_Node", _get(here, step))
    return here


def _new_table(inside: object) -> object:
    """A table of its own in a document or a table; an inline one elsewhere."""
    return tomlkit.table() if isinstance(inside, TOMLDocument | Table) else tomlkit.inline_table()


def _value(value: _Value, *, form: bool) -> object:
    if not form:
        return copy.copy(value)
    if isinstance(value, dict):
        items = (f"{tomlkit.key(key).as_string()} = {tomlkit.item(item).as_string()}" for key, item in value.items())
        return tomlkit.parse(f"table = {{ {', '.join(items)} }}\n")["table"]
    return value


def _texts(value: _Value) -> list[str]:
    return list(value) if isinstance(value, list) else [str(value)]


def _append(holder: _Node, key: str | int, texts: Sequence[str], *, form: bool) -> None:
    if isinstance(holder, MutableMapping) and str(key) not in holder:
        holder[str(key)] = tomlkit.array() if form else []
    array = cast("MutableSequence[object]", _get(holder, key))
    for text in texts:
        if text in array:
            continue
        items = [str(item) for item in array]
        is_sorted = bool(items) and all(isinstance(item, str) for item in array) and items == sorted(items)
        later = (number for number, item in enumerate(items) if item > text)
        array.insert(next(later, len(items)) if is_sorted else len(items), text)
    if isinstance(array, Array) and "\n" not in array.as_string():  # tomlkit leaves no blank behind a new first item
        items = (tomlkit.item(item).as_string() for item in cast("Sequence[object]", array))
        spaced = tomlkit.parse(f"array = [{', '.join(items)}]\n")["array"]
        _set(holder, key, spaced)
