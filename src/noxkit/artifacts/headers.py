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

__all__ = ["Field", "Headers", "read_headers"]

_FIELD = re.compile(r"([^\s:][^:]*?)[ \t]*:(.*)", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as written, its value with folded lines joined by newlines, and its 1-based line."""

    name: str
    value: str
    line: int


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Headers:
    """A file of fields, and the text behind the blank line. `text` is None where the bytes are not UTF-8.

    `stopped` is the line at which the fields end before a blank line, because it is none.
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
    """Read a file of header fields; nothing in it is an error here."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    lines = (text if text is not None else raw.decode("latin-1")).replace("\r\n", "\n").split("\n")
    found: list[Field] = []
    for number, line in enumerate(lines, 1):
        if not line.strip("\r"):
            body = "\n".join(lines[number:])
            return Headers(raw=raw, text=text, fields=tuple(found), body=body, body_line=number + 1)
        if line[0] in " \t" and found:
            last = found[-1]
            found[-1] = dataclasses.replace(last, value=f"{last.value}\n{line}")
        elif (match := _FIELD.fullmatch(line)) is not None:
            found.append(Field(match[1], match[2].strip(), number))
        else:
            body = "\n".join(lines[number - 1 :])
            return Headers(raw=raw, text=text, fields=tuple(found), body=body, body_line=number, stopped=number)
    return Headers(raw=raw, text=text, fields=tuple(found))
