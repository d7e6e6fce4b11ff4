# SPDX-License-Identifier: Apache-2.0
"""What is kept of the entries of an archive: digests, first bytes, and the content that rules read, within bounds."""

from __future__ import annotations

import hashlib

__all__ = ["HEAD", "Content", "Keeper"]

HEAD = 64
"""How many first bytes of each file are kept."""

_ALL = 128 << 20  # bytes of memory for all entries with their content
_DATA = 48 << 20  # of these for content
_ENTRY = 700  # bytes of memory that an entry takes without its name
_PYTHON = 5 << 20  # the index looks into Python files up to this size
_TEXT = 1 << 20
_PYTHON_SUFFIXES = (".py", ".pyi", ".pye", ".pyx", ".pxd", ".pyw")
_TEXT_SUFFIXES = (
    *(".txt", ".md", ".rst", ".toml", ".cfg", ".ini", ".conf", ".env", ".json", ".yaml", ".yml", ".xml", ".pth"),
    *(".sh", ".bash", ".bat", ".ps1", ".js", ".ts", ".mk", ".properties", ".in", ".pem", ".key", ".ppk", ".p8"),
    *(".tf", ".tfvars", ".netrc", ".pypirc", ".npmrc", ".typed"),
)
_INFO = (".dist-info/", ".egg-info/")


class Keeper:
    """Decides what is kept; `unkept` counts the bytes of content that there was no room for."""

    def __init__(self) -> None:
        self._left = _ALL
        self._data_left = _DATA
        self.unkept = 0

    def enters(self, *names: str | None) -> bool:
        """Whether one more entry with these names has room."""
        # A character takes up to four bytes, and the name is kept as bytes as well.
        self._left -= _ENTRY + sum(5 * len(name) for name in names if name is not None)
        return self._left >= 0

    def keeps(self, name: str, size: int) -> bool:
        """Whether the content of a file is of use to a rule and has room."""
        most = _most(name)
        if not most or not size:
            return False
        if size > most or size > min(self._left, self._data_left):
            self.unkept += size
            return False
        self._left -= size
        self._data_left -= size
        return True


def _most(name: str) -> int:
    """Up to which size a file is kept; 0 for one that no rule reads."""
    lower = name.lower()
    base = lower.rpartition("/")[2]
    if lower.endswith(_PYTHON_SUFFIXES) or any(part in lower for part in _INFO):
        return _PYTHON
    is_text = base.endswith(_TEXT_SUFFIXES) or "." not in base[1:]
    return _TEXT if is_text else 0


class Content:
    """The content of one file, added in chunks."""

    def __init__(self, *, keep: bool = False, hashed: bool = False) -> None:
        self._digest = hashlib.sha256() if hashed else None
        self._chunks: list[bytes] | None = [] if keep else None
        self.head = b""

    def add(self, chunk: bytes) -> None:
        """The next chunk."""
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        if self._digest is not None:
            self._digest.update(chunk)
        if self._chunks is not None:
            self._chunks.append(chunk)

    @property
    def sha256(self) -> str:
        """The digest of all chunks; empty where none was wanted."""
        return self._digest.hexdigest() if self._digest is not None else ""

    @property
    def data(self) -> bytes | None:
        """All chunks; None where they were not to be kept."""
        return b"".join(self._chunks) if self._chunks is not None else None
