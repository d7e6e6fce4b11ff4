# SPDX-License-Identifier: Apache-2.0
"""What a fix does, as plain data: it is found by a rule, shown by a renderer, and applied by the engine alone."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = ["Action", "CreateFile", "DeleteFile", "MakeExecutable", "TextEdit", "TomlEdit"]


class TextEdit(msgspec.Struct, frozen=True, kw_only=True, tag="text"):
    """Replaces the characters `start` to `end` (0-based, exclusive) of a file's decoded text by `text`.

    The text is that of `noxkit.diagnostics.decoding`: without its byte order mark, newlines as they are.
    """

    path: str
    start: int
    end: int
    text: str


class TomlEdit(msgspec.Struct, frozen=True, kw_only=True, tag="toml"):
    """Changes one value of a TOML file and keeps all the rest as it is written.

    `at` is the way to the value, as it would be subscripted; missing tables on the way are made.
    `set` replaces or adds the key; `append` adds the strings of `value` to the array, sorted in where
    the array is sorted; `remove` takes away the key, or the items equal to `value` of an array.
    """

    path: str
    at: tuple[str | int, ...]
    action: Literal["set", "append", "remove"]
    value: str | bool | list[str] | dict[str, str | bool] | None = None


class CreateFile(msgspec.Struct, frozen=True, kw_only=True, tag="create"):
    """Makes a file that is absent or empty: with `text`, or as a copy of the file `copy_of`.

    `copy_of` may lie above the root, as `../LICENSE`.
    """

    path: str
    text: str = ""
    copy_of: str | None = None


class DeleteFile(msgspec.Struct, frozen=True, kw_only=True, tag="delete"):
    """Removes a file."""

    path: str


class MakeExecutable(msgspec.Struct, frozen=True, kw_only=True, tag="executable"):
    """Sets the run bits of a file for whoever may read it."""

    path: str


Action: TypeAlias = TextEdit | TomlEdit | CreateFile | DeleteFile | MakeExecutable
"""One change; a fix has one or several, and is applied whole or not at all."""
