# SPDX-License-Identifier: Apache-2.0
"""What is kept of the content of an archive's members: hashes of all, the bytes of what rules read."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import TYPE_CHECKING, Literal

from noxkit.artifacts.native import NATIVE_MAGIC, read_native

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noxkit.artifacts.native import NativeFile

__all__ = ["Content", "Contents"]

_HEAD = 64
_NATIVE_HEAD, _NATIVE_TAIL = 64 << 10, 256 << 10
_ONE = 8 << 20
_ALL = 96 << 20
# Each group has its own share of what is kept of one file, in twelfths: metadata stand last in a wheel.
_SHARES = {"metadata": 1.5, "code": 9, "text": 1.5}
_CODE_SUFFIXES = (".py", ".pyi", ".pyw", ".pye", ".pth")
_TEXT = (
    "bat c cc cfg cmake cmd conf cpp crt css cxx env f f90 h hpp htm html in inc ini ipynb java jinja "
    "jinja2 js json jws key lock m4 markdown md mk mo pem pl po pot ps1 pth publish pub pxd pxi py pye "
    "pyi pyw pyx r rb rs rst sh sql svg tcl tex toml ts txt typed xml yaml yml zsh attestation provenance "
    "orig rej bak "
)
_SUFFIXES = frozenset(_TEXT.split())


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """What was read of one member."""

    size: int = 0
    sha256: str = ""
    head: bytes = b""
    data: bytes | None = None
    native: NativeFile | None = None
    other_hash: tuple[str, str] | None = None


class Contents:
    """Reads the members of one file, and keeps no more than its budget of their bytes.

    `unkept` counts the bytes of metadata and code that were too many; of other text what is too much is passed over.
    """

    def __init__(self, room: int = _ALL) -> None:
        self._left = {group: int(room * share / 12) for group, share in _SHARES.items()}
        self.unkept = 0

    def read(self, name: str, chunks: Iterable[bytes], *, algorithm: str | None = None) -> Content:
        """Read all chunks of the member `name`, and hash them with `algorithm` too; what they raise passes through."""
        group = _group(name)
        intake = _Intake(room=min(_ONE, self._left[group]) if group is not None else None, algorithm=algorithm)
        for chunk in chunks:
            intake.feed(chunk)
        data = intake.data
        if data is not None and group is not None:
            self._left[group] -= len(data)
        elif group in {"metadata", "code"}:
            self.unkept += intake.size
        return intake.content


class _Intake:
    """One member as it is read; `room` is how much of it is kept, None where it is of no use to a rule."""

    def __init__(self, *, room: int | None, algorithm: str | None) -> None:
        self.room = room
        self.size = 0
        self._digest = hashlib.sha256()
        self._algorithm = algorithm
        self._other = hashlib.new(algorithm, usedforsecurity=False) if algorithm is not None else None
        self._kept: list[bytes] = []
        self._head = self._tail = b""
        self._is_native = False

    def feed(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        if self._other is not None:
            self._other.update(chunk)
        if not self.size:
            self._head = chunk[:_NATIVE_HEAD]
            self._is_native = chunk.startswith(NATIVE_MAGIC)
            # A program may have a name without a suffix, as text has.
            self.room = None if chunk.startswith(NATIVE_MAGIC[0]) else self.room
        self.size += len(chunk)
        if self.room is not None and self.size <= self.room:
            self._kept.append(chunk)
        elif self._kept:
            self._kept = []
        if self._is_native:
            self._tail = (self._tail + chunk)[-_NATIVE_TAIL:] if len(chunk) < _NATIVE_TAIL else chunk[-_NATIVE_TAIL:]

    @functools.cached_property
    def data(self) -> bytes | None:
        kept = self.room is not None and self.size <= self.room
        return b"".join(self._kept) if kept else None

    @property
    def content(self) -> Content:
        native = read_native(self._head, self._tail, self.size) if self._is_native else None
        other = (self._algorithm, self._other.hexdigest()) if self._algorithm and self._other is not None else None
        return Content(self.size, self._digest.hexdigest(), self._head[:_HEAD], self.data, native, other)


def _group(name: str) -> Literal["metadata", "code", "text"] | None:
    """Of what use a member of this name is to rules: metadata of a wheel or an sdist, Python, other text, or none."""
    folder, _, rest = name.partition("/")
    if folder.endswith(".dist-info") or rest in {"PKG-INFO", "pyproject.toml"}:
        return "metadata"
    if name.endswith(_CODE_SUFFIXES):
        return "code"
    folder, _, last = name.rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    is_text = not dot or not stem or suffix.lower() in _SUFFIXES or folder.endswith(".data/scripts")
    return "text" if is_text else None
