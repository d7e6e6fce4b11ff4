# SPDX-License-Identifier: Apache-2.0
"""Reading `[tool.noxkit]` from a pyproject.toml: its values now, its places when they are asked for."""

from __future__ import annotations

import functools
import os
import re
import stat
import sys
from typing import TYPE_CHECKING

from noxkit.config._values import as_table
from noxkit.errors import ErrorRecord, toml_error_code

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.config._values import KeyPath
    from noxkit.diagnostics.positions import TomlPositions, TomlSpan

__all__ = ["Document", "read_document", "relative_path"]

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_BOM = b"\xef\xbb\xbf"


class Document:
    """One pyproject.toml: `path` relative to the root, `data` as parsed, and what was wrong with it."""

    def __init__(self, path: str, content: bytes = b"", *, data: dict[str, object] | None = None) -> None:
        self.path = path
        self.content = content
        self.data: dict[str, object] = data or {}
        self.records: list[ErrorRecord] = []

    @functools.cached_property
    def _positions(self) -> TomlPositions:
        # the parser is loaded only where a place is shown
        from noxkit.diagnostics.positions import TomlPositions  # noqa: PLC0415 -- a parser that only errors need

        return TomlPositions(self.content)

    def key(self, path: KeyPath) -> TomlSpan | None:
        """Where the key at `path` stands; for a table without a header, where its first key does."""
        span = self._positions.key(path)
        table: object = self.data
        for part in path:
            table = (as_table(table) or {}).get(str(part))
        while span is None and (inner := as_table(table)):
            first = next(iter(inner))
            path, table = (*path, first), inner[first]
            span = self._positions.key(path)
        return span

    def line(self, path: KeyPath) -> int | None:
        """The line of the key at `path`."""
        span = self.key(path)
        return span.line if span else None

    def record(self, code: str, message: str, hint: str, *, path: KeyPath, at_key: bool = False) -> ErrorRecord:
        """A record that points at the key or the value at `path`."""
        span = self.key(path) if at_key else self._positions.value(path) or self.key(path)
        line, column, end = (span.line, span.column, span.end_column) if span else (None, None, None)
        return ErrorRecord(
            code=code, message=message, hint=hint, path=self.path, line=line, column=column, end_column=end
        )


def relative_path(root: Path, file: Path) -> str:
    """`file` as records give it: relative to `root`, with `/`."""
    return os.path.relpath(root / file, root).replace(os.sep, "/")


def read_document(root: Path, pyproject: Path | None) -> Document:
    """Read `pyproject`, or the root's, which need not be there. What cannot be read is in `records`."""
    file = root / (pyproject or "pyproject.toml")
    document = Document(relative_path(root, file))
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            document.records.append(_unreadable(document.path, "is not a file"))
            return document
        document.content = file.read_bytes()
    except FileNotFoundError:
        if file.is_symlink():
            document.records.append(_unreadable(document.path, "is a link to a file that does not exist"))
        elif pyproject is not None:
            hint = "give the path of a pyproject.toml, or make one with `uv init`"
            document.records.append(
                ErrorRecord(code="NK-PROJECT-MISSING", message=f"`{document.path}` does not exist", hint=hint)
            )
    except OSError as error:
        document.records.append(_unreadable(document.path, f"cannot be read: {error.strerror}"))
    else:
        _parse(document)
    return document


def _unreadable(path: str, what: str) -> ErrorRecord:
    hint = "put a readable file there, or take it away"
    return ErrorRecord(code="NK-FILE-UNREADABLE", message=f"`{path}` {what}", hint=hint, path=path)


def _parse(document: Document) -> None:
    if document.content.startswith(_BOM):
        hint = "save it as UTF-8 without a byte order mark"
        document.records.append(_invalid(document, "it begins with a byte order mark", hint))
        return
    try:
        text = document.content.decode()
    except UnicodeDecodeError as error:
        before = document.content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        document.records.append(_invalid(document, "it is not UTF-8", "save it as UTF-8", line=line, column=column))
        return
    try:
        document.data = tomllib.loads(text)
    except RecursionError:
        document.records.append(_invalid(document, "it is nested too deeply", "write it with fewer levels"))
    except ValueError as error:  # also a number with thousands of digits, which is no TOMLDecodeError
        document.records.append(_parser_record(document, text, str(error)))


def _parser_record(document: Document, text: str, said: str) -> ErrorRecord:
    found = _PLACE.search(said)
    what = said[: found.start()] if found else said
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    elif found:
        lines = text.rstrip().split("\n")
        line, column = len(lines), len(lines[-1]) + 1
    else:
        line, column = 1, 1
    reason = what[:1].lower() + what[1:]
    return _invalid(
        document,
        reason,
        "mend the line; strings stand in quotes and each key stands once",
        line=line,
        column=column,
    )


def _invalid(document: Document, reason: str, hint: str, *, line: int = 1, column: int = 1) -> ErrorRecord:
    message = f"`{document.path}` is not valid TOML: {reason}"
    return ErrorRecord(
        code=toml_error_code(document.path),
        message=message,
        hint=hint,
        path=document.path,
        line=line,
        column=column,
        end_column=column + 1,
    )


def noxkit_table(document: Document) -> object:
    """The raw `[tool.noxkit]`, whatever it is; None where there is none."""
    tool = as_table(document.data.get("tool"))
    return None if tool is None else tool.get("noxkit")
