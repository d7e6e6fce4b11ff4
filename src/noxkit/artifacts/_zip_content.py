# SPDX-License-Identifier: Apache-2.0
"""The content of a zip's entries: read or inflated in pieces, and no further than a bomb is proven."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO

from noxkit.artifacts._content import Content, Contents
from noxkit.artifacts.model import FaultKind, MemberKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.artifacts._faults import Faults
    from noxkit.artifacts._zip_records import Central, Local

__all__ = ["ZipContents"]

_STORED, _DEFLATED = 0, 8
# Encryption by a password, the strong kind, and the one that masks headers.
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_READ, _INFLATED = 256 << 10, 1 << 20
# The limits of the package index for a file, and those for one member; beyond the last nothing is inflated at all.
_MUCH, _FILE_RATIO, _MEMBER_RATIO = 64 << 20, 50, 100
_MOST = 8 << 30
# The memory that is for members and their content together.
_MEMORY, _LEAST = 144 << 20, 24 << 20


class _StoppedError(Exception):
    """The content of an entry cannot be had; why is noted."""


class ZipContents:
    """Reads the content of one entry after the other, in a file of `size` bytes, whose entries take `taken` bytes."""

    def __init__(self, file: BinaryIO, size: int, faults: Faults, *, taken: int) -> None:
        self._file = file
        self._size = size
        self._faults = faults
        self._contents = Contents(max(_LEAST, min(_MEMORY - taken, 96 << 20)))
        self._total = 0
        self.algorithms: Mapping[str, str] = {}
        """Further hash functions that are wanted, by the name of the entry."""

    @property
    def unkept(self) -> int:
        """The bytes that rules would read and that were too many to keep."""
        return self._contents.unkept

    def judge(self, centrals: Sequence[Central]) -> None:
        """Note a bomb that the sizes in the central directory announce."""
        total = sum(central.size for central in centrals)
        if self._is_bomb(total):
            ratio = total // max(1, self._size)
            message = f"the entries announce {total} bytes, {ratio} times as many as the file has"
            self._faults.add(FaultKind.BOMB, message)

    def read(self, central: Central, local: Local) -> Content:
        """The content of an entry; only its size where it cannot be had, which is a fault then."""
        name = central.name
        if (central.flags | local.flags) & _ENCRYPTED:
            self._faults.of(name, FaultKind.ENCRYPTED, "is encrypted")
        elif central.method not in {_STORED, _DEFLATED}:
            self._faults.of(name, FaultKind.COMPRESSION, f"is compressed by method {central.method}")
        elif _is_bomb_of(central.size, central.stored):
            says = f"announces {central.size} bytes, compressed to {central.stored}"
            self._faults.of(name, FaultKind.BOMB, says)
        elif not self._is_bomb(self._total) and self._total <= _MOST:
            try:
                # The target of a link is kept whatever the link is called.
                kept = "" if central.kind is MemberKind.SYMLINK else name
                chunks = self._chunks(central, local)
                return self._contents.read(kept, chunks, algorithm=self.algorithms.get(name))
            except _StoppedError:
                return Content(size=central.size)
        return Content(size=central.size)

    def _is_bomb(self, size: int) -> bool:
        return size > _MUCH and size > _FILE_RATIO * self._size

    def _chunks(self, central: Central, local: Local) -> Iterator[bytes]:
        """The content in pieces; what is wrong with it is noted at its end. Raises _StoppedError where it stops."""
        size = crc = 0
        for chunk in self._inflated(central, local) if central.method else self._raw(central, local):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            self._total += len(chunk)
            if size > _MUCH or self._total > _MUCH:
                self._judge_growth(central, size)
            yield chunk
        if size != central.size:
            says = f"has {size} bytes of content, {central.size} by the central directory"
            self._faults.of(central.name, FaultKind.CORRUPT, says)
            raise _StoppedError
        if crc != central.crc:
            says = f"has content with the CRC {crc:08x}, {central.crc:08x} by the central directory"
            self._faults.of(central.name, FaultKind.CRC, says)

    def _judge_growth(self, central: Central, size: int) -> None:
        if _is_bomb_of(size, central.stored):
            says = f"inflates to more than {size} bytes from {central.stored}, and announces {central.size}"
            self._stop(central, says, FaultKind.BOMB)
        if self._is_bomb(self._total):
            says = f"is where the content has grown to more than {_FILE_RATIO} times the size of the file"
            self._stop(central, says, FaultKind.BOMB)
        if self._total > _MOST:
            self._stop(central, f"is where reading stops: {_MOST >> 30} GiB of content were read", FaultKind.LIMIT)

    def _raw(self, central: Central, local: Local) -> Iterator[bytes]:
        self._file.seek(local.data)
        left = central.stored
        while left:
            chunk = self._file.read(min(_READ, left))
            if not chunk:
                self._stop(central, "is cut off by the end of the file")
            left -= len(chunk)
            yield chunk

    def _inflated(self, central: Central, local: Local) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        behind = 0
        try:
            for raw in self._raw(central, local):
                rest = raw
                while rest and not inflater.eof:
                    yield inflater.decompress(rest, _INFLATED)
                    rest = inflater.unconsumed_tail
                behind += len(rest) + len(inflater.unused_data) if inflater.eof else 0
            while not inflater.eof and (chunk := inflater.decompress(b"", _INFLATED)):
                yield chunk
        except zlib.error as error:
            self._stop(central, f"cannot be inflated: {str(error).rpartition(': ')[2]}")
        if not inflater.eof:
            self._stop(central, "has compressed data that break off")
        if behind:
            self._faults.of(central.name, FaultKind.CORRUPT, "has bytes behind the end of its compressed data")

    def _stop(self, central: Central, says: str, kind: FaultKind = FaultKind.CORRUPT) -> None:
        self._faults.of(central.name, kind, says)
        raise _StoppedError


def _is_bomb_of(size: int, stored: int) -> bool:
    return size > _MUCH and size > _MEMBER_RATIO * stored
