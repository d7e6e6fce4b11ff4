# SPDX-License-Identifier: Apache-2.0
"""Where a finding stands: paths as tools print them, and columns as they count them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from noxkit.diagnostics.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.diagnostics.model import Finding

__all__ = ["Columns", "outside", "relative", "without_root"]


def relative(root: Path, path: str) -> str:
    """`path` relative to `root` with `/`; absolute where it lies outside."""
    absolute = os.path.normpath(os.path.join(root, path))  # noqa: PTH118 -- Path keeps the `..` that is to be resolved by text alone
    inside = os.path.relpath(absolute, root)
    return absolute if inside == os.pardir or inside.startswith(os.pardir + os.sep) else inside.replace(os.sep, "/")


def without_root(root: Path, text: str) -> str:
    """`text` with paths below `root` relative to it: equal findings of two machines are equal texts."""
    return text.replace(f"file://{root}{os.sep}", "").replace(f"{root}{os.sep}", "")


def outside(findings: Sequence[Finding], folders: Sequence[str]) -> tuple[Finding, ...]:
    """The findings that do not lie below one of `folders`."""
    prefixes = tuple(f"{folder.rstrip('/')}/" for folder in folders)
    return tuple(finding for finding in findings if not (prefixes and (finding.path or "").startswith(prefixes)))


class Columns:
    """Columns of tools that do not count characters, as 1-based columns that do.

    Lines are read from the files below `root`; where a line cannot be had, the number is taken as it is.
    """

    def __init__(self, root: Path) -> None:
        self._sources = Sources(root)

    def of_utf16(self, path: str, line: int, units: int) -> int:
        """The column of a 0-based number of UTF-16 code units, which is how editors count."""
        text = self._sources.line(path, line)
        if text is None or text.isascii():
            return units + 1
        return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")) + 1

    def of_bytes(self, path: str, line: int, count: int) -> int:
        """The column of a 0-based number of UTF-8 bytes."""
        text = self._sources.line(path, line)
        if text is None or text.isascii():
            return count + 1
        return len(text.encode("utf-8", "surrogatepass")[:count].decode("utf-8", "ignore")) + 1

    def ascii_only(self, path: str, line: int, count: int) -> int | None:
        """The column of a 0-based number of characters, where all characters before it are ASCII; else None.

        For tools that count right in such lines alone.
        """
        text = self._sources.line(path, line)
        return count + 1 if text is None or text[: count + 1].isascii() else None
