# SPDX-License-Identifier: Apache-2.0
"""The lines of source files, for snippets and fingerprints; each file is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Sources"]

_LIMIT = 4 << 20  # bytes: a snippet of a larger file is not worth the memory


class Sources:
    """Lines of the files below `root`, decoded leniently; unreadable, binary or huge files have none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, tuple[str, ...]] = {}

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
