# SPDX-License-Identifier: Apache-2.0
"""RECORD: the list of a wheel's files, as its rows stand there."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import re

__all__ = ["ALGORITHMS", "Record", "Row", "other_algorithms", "read_record"]

ALGORITHMS = frozenset(name for name in hashlib.algorithms_guaranteed if not name.startswith("shake"))
"""The hash functions that every Python has, without those whose length is free."""

_OTHER = re.compile(rb",\"?(?!sha256=)[a-z0-9_]+=")
# What ends a line for installers, which use str.splitlines; and more lines than a wheel has files.
_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_MOST = 200_000


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One row: its 1-based line, and its columns as written."""

    line: int
    columns: tuple[str, ...]

    @property
    def path(self) -> str:
        """The first column."""
        return self.columns[0] if self.columns else ""

    @property
    def algorithm(self) -> str:
        """The part of the second column before the `=`; empty where there is none."""
        return self.columns[1].partition("=")[0] if len(self.columns) > 1 and "=" in self.columns[1] else ""

    @property
    def digest(self) -> str:
        """The part of the second column behind the `=`."""
        return self.columns[1].partition("=")[2] if len(self.columns) > 1 else ""

    @property
    def size(self) -> str:
        """The third column."""
        return self.columns[2] if len(self.columns) > 2 else ""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """All rows; `error` says why they cannot be had: the bytes are not UTF-8, or no CSV."""

    rows: tuple[Row, ...] = ()
    error: str | None = None


def read_record(raw: bytes) -> Record:
    """Read RECORD; a fault in one row is left for those who look at it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Record(error=f"not UTF-8 at byte {error.start}")
    if sum(map(text.count, _ENDS)) > _MOST:
        return Record(error=f"more than {_MOST} rows")
    rows: list[Row] = []
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        rows.extend(Row(reader.line_num, tuple(columns)) for columns in reader if columns)
    except csv.Error as error:
        return Record(rows=tuple(rows), error=f"no CSV at line {reader.line_num}: {error}")
    return Record(rows=tuple(rows))


def other_algorithms(raw: bytes) -> dict[str, str]:
    """The hash function of each path whose hash in RECORD is made with another one than sha256, if Python has it."""
    rows = read_record(raw).rows if _OTHER.search(raw) else ()
    return {row.path: row.algorithm for row in rows if row.algorithm in ALGORITHMS - {"sha256"}}
