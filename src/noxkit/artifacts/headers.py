# SPDX-License-Identifier: Apache-2.0
"""Files of header fields: METADATA and PKG-INFO (core metadata) and WHEEL, with the line of each field."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING

from packaging.metadata import RawMetadata, parse_email

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MOST_FIELDS", "Field", "Headers", "read_headers"]

MOST_FIELDS = 50_000
"""How many fields are read; what follows counts as text. No real file has a hundredth of them."""

# What the email parser takes for a field: no space in the name, and none before the colon.
_FIELD = re.compile(r"([!-9;-~]+):(.*)", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as written, its value with folded lines joined by newlines, and its 1-based line."""

    name: str
    value: str
    line: int


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Headers:
    """A file of fields, and the text behind the blank line. `text` is None where the bytes are not UTF-8.

    `stopped` is the line at which the fields end before a blank line, because it is no field, or one too many.
    """

    raw: bytes
    text: str | None
    fields: tuple[Field, ...] = ()
    body: str = ""
    body_line: int = 0
    stopped: int | None = None

    def all(self, name: str) -> tuple[Field, ...]:
        """The fields of a name, whatever its letter case."""
        return tuple(field for field in self.fields if field.name.lower() == name.lower())

    def field(self, name: str) -> Field | None:
        """The first field of a name."""
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str | None:
        """The first value of a name."""
        field = self.field(name)
        return field.value if field is not None else None

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a name."""
        return tuple(field.value for field in self.all(name))

    @functools.cached_property
    def metadata(self) -> tuple[RawMetadata, Mapping[str, Sequence[str]]]:
        """The core metadata as packaging reads them, and the fields that it cannot place."""
        return parse_email(self.raw)


def read_headers(raw: bytes) -> Headers:
    """Read a file of header fields as the email parser of the standard library does; nothing in it is an error here."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    whole = (text if text is not None else raw.decode("latin-1")).replace("\r\n", "\n").replace("\r", "\n")
    fields: list[Field] = []
    position, number = 0, 1
    while position < len(whole) and len(fields) < MOST_FIELDS:
        end = _end(whole, position)
        match = _FIELD.fullmatch(whole, position, end)
        if match is None:
            break
        value, line = match[2].strip(" \t"), number
        number, folded = number + 1, end
        while whole[folded + 1 : folded + 2] in {" ", "\t"}:  # sliced once: a field may have a million folds
            folded, number = _end(whole, folded + 1), number + 1
        fields.append(Field(match[1], value + whole[end:folded], line))
        position = folded + 1
    is_blank = position >= len(whole) or whole[position] == "\n"
    return Headers(
        raw=raw,
        text=text,
        fields=tuple(fields),
        body=whole[position + is_blank :],
        body_line=number + is_blank,
        stopped=None if is_blank else number,
    )


def _end(text: str, position: int) -> int:
    """Where the line that begins at `position` ends."""
    end = text.find("\n", position)
    return end if end >= 0 else len(text)
