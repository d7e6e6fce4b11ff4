# SPDX-License-Identifier: Apache-2.0
"""Values written out, and values read from one line of text: flags and variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import inspect

from noxkit.config._fields import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.config._fields import Option

__all__ = ["TextError", "as_toml", "read_texts"]

_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_ASSIGNED = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:=(?=[^=]))?\s*(.*)", re.DOTALL)


class TextError(ValueError):
    """Raised for a text that cannot be taken apart; `hint` says how to write it."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def as_toml(value: object) -> str:
    """`value` as TOML, on one line."""
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return "{ " + ", ".join(f"{key} = {as_toml(item)}" for key, item in pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(as_toml(item) for item in cast("Sequence[object]", value)) + "]"
    if isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    return msgspec.json.encode(value).decode()


def read_texts(option: Option, texts: Sequence[str]) -> object:
    """The raw value that one or more texts give for `option`.

    A scalar takes the last text; lists are split at commas and joined. A text that does not read as
    its type is returned as it is, for the schema to refuse. Raises TextError.
    """
    core = option.shape.core
    if isinstance(core, inspect.DictType):
        return _table(core, texts)
    if isinstance(core, inspect.VarTupleType):
        if option.structured:
            return _json(texts[-1])
        return [_scalar(shape_of(core.item_type).core, item) for item in _split(texts)]
    return _scalar(core, texts[-1])


def _split(texts: Sequence[str]) -> Iterator[str]:
    return (item.strip() for text in texts for item in text.split(",") if item.strip())


def _json(text: str) -> object:
    try:
        return cast("object", msgspec.json.decode(text.encode("utf-8", "surrogatepass")))
    except (msgspec.DecodeError, RecursionError) as error:
        raise TextError(f"is not JSON: {error}", hint="write it as JSON, with the keys that it has in TOML") from error


def _read_switch(text: str) -> bool | str:
    """The truth value that `text` is a word for, or `text` itself."""
    return _WORDS.get(text.strip().lower(), text)


def _scalar(core: inspect.Type, text: str) -> object:
    if isinstance(core, inspect.BoolType):
        return _read_switch(text)
    if isinstance(core, inspect.IntType):
        return int(text) if _WHOLE.fullmatch(text) else text
    if isinstance(core, inspect.FloatType):
        return float(text) if _NUMBER.fullmatch(text) else text
    return text


def _table(core: inspect.DictType, texts: Sequence[str]) -> object:
    """`NAME=ITEM,ITEM` for a table of lists, `NAME==VERSION` for a table of strings, or JSON."""
    if texts[-1].lstrip().startswith("{"):
        return _json(texts[-1])
    lists = isinstance(shape_of(core.value_type).core, inspect.VarTupleType)
    table: dict[str, list[str]] = {}
    name = ""
    for item in _split(texts):
        found = (_ASSIGNED if lists else _REQUIREMENT).fullmatch(item)
        name, value = found.groups() if found else (name, item)
        if not name:
            form = "NAME=GLOB" if lists else "NAME==VERSION"
            raise TextError(f"has `{item}`, which names nothing", hint=f"write {form}; commas stand between several")
        table.setdefault(name, []).append(value)
    return table if lists else {key: ",".join(values) for key, values in table.items()}
