# SPDX-License-Identifier: Apache-2.0
"""The data of a gzip file as a stream of bounded chunks, its checksums compared, bombs stopped before they are read."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from noxkit.artifacts.model import Fault, FaultKind

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["GzipStream", "StoppedError"]

_INPUT = 1 << 16
_OUTPUT = 1 << 18
_BOMB = 64 << 20
_RATIO = 50
_MEMBER_RATIO = 100
_PARTS = 1 << 16  # gzip members in one file; each costs a copy of what is left of a chunk


class StoppedError(Exception):
    """Nothing behind this place can be read; `fault` says why."""

    def __init__(self, kind: FaultKind, message: str, member: str | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(kind=kind, message=message, member=member)


class GzipStream:
    """The data of the gzip file of `size` bytes, whose first bytes `head` have been read.

    `produced` counts the bytes that came out, `consumed` those that went in.
    """

    def __init__(self, file: BinaryIO, head: bytes, size: int) -> None:
        self._file = file
        self._input = head
        self._read = len(head)
        self._most = max(_BOMB, _RATIO * size)
        self._size = size
        self._inflate = zlib.decompressobj(31)
        self._parts = 1
        self._data = b""
        self._at = 0
        self.produced = 0

    @property
    def consumed(self) -> int:
        """The compressed bytes that have been used so far."""
        return self._read - len(self._input)

    def take(self, most: int) -> bytes:
        """The next bytes, at most `most`; empty at the end. Raises StoppedError."""
        if self._at == len(self._data) and not self._fill():
            return b""
        data = self._data[self._at : self._at + most]
        self._at += len(data)
        return data

    def read(self, count: int) -> bytes:
        """The next `count` bytes; less at the end. Raises StoppedError."""
        data = self.take(count)
        while len(data) < count and (more := self.take(count - len(data))):
            data += more
        return data

    def guard(self, produced: int, consumed: int, member: str) -> None:
        """Stop where an entry, which began at these counts, has come out a hundred times as large as it went in."""
        out = self.produced - produced
        if out > _BOMB and out > _MEMBER_RATIO * max(1, self.consumed - consumed):
            raise StoppedError(
                FaultKind.BOMB,
                f"`{member}` inflates to more than {out >> 20} MiB, over {_MEMBER_RATIO} times its compressed size",
                member,
            )

    def _fill(self) -> bool:
        """Inflate the next chunk; False at the end."""
        self._data, self._at = b"", 0
        while not self._data:
            if self._inflate.eof and not self._next_part():
                return False
            self._data = self._inflated()
        self.produced += len(self._data)
        if self.produced > self._most:
            raise StoppedError(
                FaultKind.BOMB,
                f"{self._size} bytes inflate to more than {self._most >> 20} MiB, over {_RATIO} times as much",
            )
        return True

    def _inflated(self) -> bytes:
        if not self._input and not self._more():
            raise StoppedError(FaultKind.CORRUPT, "the gzip data break off: the file is truncated")
        try:
            data = self._inflate.decompress(self._input, _OUTPUT)
        except zlib.error as error:
            reason = str(error).rpartition(": ")[2]
            if reason in {"incorrect data check", "incorrect length check"}:
                raise StoppedError(FaultKind.CRC, "the checksum of the gzip data is wrong") from error
            raise StoppedError(FaultKind.CORRUPT, f"the gzip data cannot be inflated: {reason}") from error
        self._input = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        return data

    def _more(self) -> bool:
        self._input = self._file.read(_INPUT)
        self._read += len(self._input)
        return bool(self._input)

    def _next_part(self) -> bool:
        """Go on with the next gzip member, which the format allows; False at the end of the file."""
        self._input = self._input.lstrip(b"\0")
        while not self._input:
            if not self._more():
                return False
            self._input = self._input.lstrip(b"\0")
        if len(self._input) < 2:
            rest = self._file.read(_INPUT)
            self._read += len(rest)
            self._input += rest
        if not self._input.startswith(b"\x1f\x8b"):
            raise StoppedError(FaultKind.TRAILING, "data stand behind the end of the gzip data")
        self._parts += 1
        if self._parts > _PARTS:
            raise StoppedError(FaultKind.LIMIT, f"the file consists of more than {_PARTS} gzip members")
        self._inflate = zlib.decompressobj(31)
        return True
