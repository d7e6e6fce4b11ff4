# SPDX-License-Identifier: Apache-2.0
"""The lines of source files, for snippets and fingerprints; each file is read once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from noxkit.diagnostics.model import Finding

__all__ = ["SECRET_CODES", "Sources"]

SECRET_CODES = frozenset({"NK-SECRET"})
"""The codes of findings whose span is a secret: no report shows its text, whatever else is found there."""

_LIMIT = 4 << 20  # bytes: a snippet of a larger file is not worth the memory
_MASK = "*"
_SHORTEST = 8  # characters
_APART = re.compile(r"[\s\"'`\ufffd]+")
_UNDECODED = "\ufffd"


class Sources:
    """Lines of the files below `root`, decoded leniently; unreadable, binary or huge files have none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, tuple[str, ...]] = {}
        self._secrets: dict[str, list[Finding]] = {}

    def masked(self, findings: Iterable[Finding]) -> Sources:
        """The same files; `shown` of the result hides the spans of those `findings` that are secrets."""
        other = Sources(self._root)
        other._files = self._files
        for finding in findings:
            if finding.code in SECRET_CODES and finding.path is not None and finding.line is not None:
                other._secrets.setdefault(finding.path, []).append(finding)
        return other

    def shown(self, path: str | None, number: int | None) -> str | None:
        """The line as a report may show it: as long as it is, with `*` for each character of a secret."""
        line = self.line(path, number)
        if line is None or path is None or number is None:
            return line
        for finding in self._secrets.get(path, ()):
            for start, end in _hidden(finding, number, line):
                line = line[:start] + _MASK * len(line[start:end]) + line[end:]
        return line

    def secrets(self) -> frozenset[str]:
        """The texts that `shown` hides, line by line, where they are long enough to be told from other text."""
        parts = {
            part
            for path, findings in self._secrets.items()
            for finding in findings
            for number in range(finding.line or 1, (finding.end_line or finding.line or 1) + 1)
            if (line := self.line(path, number)) is not None
            for start, end in _hidden(finding, number, line)
            for part in (_APART.split(line) if _is_unsure(finding, line) else [line[start:end].strip()])
        }
        return frozenset(part for part in parts if len(part) >= _SHORTEST)

    def line(self, path: str | None, number: int | None) -> str | None:
        """The 1-based line `number` of `path` without its line end, or None where it cannot be had."""
        if path is None or number is None or number < 1:
            return None
        lines = self._lines(path)
        return lines[number - 1] if number <= len(lines) else None

    def _lines(self, path: str) -> tuple[str, ...]:
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    def _read(self, path: str) -> tuple[str, ...]:
        file = self._root / path
        try:
            if not file.is_file() or file.stat().st_size > _LIMIT:
                return ()
            data = file.read_bytes()
        except OSError:
            return ()
        text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        return tuple(text.split("\n"))


def _hidden(finding: Finding, number: int, line: str) -> Iterator[tuple[int, int]]:
    """The 0-based part of the line `number` that a secret takes up; all of it where that is not sure."""
    first, last = finding.line or 0, finding.end_line or finding.line or 0
    if not first <= number <= last:
        return
    unsure = _is_unsure(finding, line)
    start = 0 if unsure or number > first else (finding.column or 1) - 1
    ends_here = number == last and finding.end_column is not None and not unsure
    yield start, (finding.end_column or 1) - 1 if ends_here else len(line)


def _is_unsure(finding: Finding, line: str) -> bool:
    """Whether the columns may be those of another text: none are known, or the encoding is not UTF-8."""
    is_outside = finding.end_line == finding.line and (finding.end_column or 0) - 1 > len(line)
    return finding.column is None or _UNDECODED in line or is_outside
