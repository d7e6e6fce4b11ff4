# SPDX-License-Identifier: Apache-2.0
"""TOML files as tables, or the record that says where they are broken."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord, toml_error_code

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.workspace._tables import Table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["parse_toml", "read_toml"]

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def read_toml(file: Path, *, path: str) -> Table | ErrorRecord:
    """The table of a manifest, or what is wrong with it; `path` is how the record names it.

    A `project` that is no table is wrong as well: nothing would be left to say that there is a package.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        return ErrorRecord(
            code="NK-FILE-UNREADABLE",
            message=f"{path} cannot be read: {error.strerror or error}",
            hint="make it a regular file that this user may read",
            path=path,
        )
    document = parse_toml(content, path=path)
    if not isinstance(document, ErrorRecord) and not isinstance(document.get("project", {}), dict):
        return _no_table(path, content)
    return document


def parse_toml(content: bytes, *, path: str) -> Table | ErrorRecord:
    """The table that `content` holds, or a record with the line and column of the first fault."""
    try:
        source = content.decode()
        return tomllib.loads(source)
    except UnicodeDecodeError as error:
        return _invalid(path, "not UTF-8, which TOML has to be", _end_of(content[: error.start]))
    except tomllib.TOMLDecodeError as error:
        return _invalid(path, *_fault(str(error), content))
    except RecursionError:
        return _invalid(path, "nested too deeply", (1, 1))


def _fault(message: str, content: bytes) -> tuple[str, tuple[int, int]]:
    place = _PLACE.search(message)
    if place is None:
        return (message, (1, 1))
    said = message[: place.start()]
    if place["line"] is None:
        return (f"{said} at the end of the file", _end_of(content.rstrip()))
    return (said, (int(place["line"]), int(place["column"])))


def _end_of(content: bytes) -> tuple[int, int]:
    """Line and column just behind `content`."""
    last = content.rpartition(b"\n")[2]
    return content.count(b"\n") + 1, len(last.decode("utf-8", "replace")) + 1


def _no_table(path: str, content: bytes) -> ErrorRecord:
    from noxkit.diagnostics.positions import TomlPositions  # noqa: PLC0415 -- a parser that only errors need

    span = TomlPositions(content).key(("project",))
    return ErrorRecord(
        code=toml_error_code(path),
        message=f"`project` in {path} is not a table",
        hint='write `[project]` and the keys below it, as `name = "…"`',
        path=path,
        line=span.line if span else 1,
        column=span.column if span else 1,
        end_column=span.end_column if span else None,
    )


def _invalid(path: str, said: str, place: tuple[int, int]) -> ErrorRecord:
    return ErrorRecord(
        code=toml_error_code(path),
        message=f"{path} is not valid TOML: {said[:1].lower()}{said[1:]}",
        hint="mend the file at this place; no tool can read it as it is",
        path=path,
        line=place[0],
        column=place[1],
    )
