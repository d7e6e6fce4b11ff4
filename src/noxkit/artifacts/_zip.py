# SPDX-License-Identifier: Apache-2.0
"""Zip archives from their bytes: every byte of the file belongs to one record, or there is a fault."""

from __future__ import annotations

import dataclasses
import zlib
from typing import TYPE_CHECKING, BinaryIO

from noxkit.artifacts._content import Content, Contents
from noxkit.artifacts._faults import Faults, shown
from noxkit.artifacts._zip_records import (
    CENTRAL,
    DESCRIPTOR,
    END,
    LOCAL,
    Central,
    End,
    Local,
    extra_faults,
    find_end,
    read_central,
    read_local,
)
from noxkit.artifacts.model import Archive, FaultKind, Member, MemberKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Meter", "find_end", "has_directory", "read_zip"]

_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _HAS_DESCRIPTOR = 1 << 0 | 1 << 6 | 1 << 13, 1 << 3
_READ, _INFLATED = 256 << 10, 1 << 20
_SCANNED = 1 << 20
_DIRECTORY = 24 << 20
_MOST_HIDDEN = 1000
_LONGEST_TARGET = 4096


class Meter:
    """How much a file has grown into, and when that is too much: the limits of the package index for zips."""

    MEMBER_SIZE, MEMBER_RATIO = 64 << 20, 100
    FILE_SIZE, FILE_RATIO = 64 << 20, 50
    MOST = 8 << 30

    def __init__(self, size: int) -> None:
        self._size = size
        self._total = 0

    def exceeds_member(self, size: int, stored: int) -> bool:
        """Whether a member of this size, stored in so many bytes, is a bomb."""
        return size > self.MEMBER_SIZE and size > self.MEMBER_RATIO * stored

    def exceeds_file(self, size: int) -> bool:
        """Whether a file of so many bytes of content is a bomb."""
        return size > self.FILE_SIZE and size > self.FILE_RATIO * self._size

    def add(self, count: int) -> None:
        """Note bytes that were inflated."""
        self._total += count

    @property
    def is_bomb(self) -> bool:
        """Whether what was inflated so far proves a bomb."""
        return self.exceeds_file(self._total)

    @property
    def is_spent(self) -> bool:
        """Whether no more is to be inflated."""
        return self._total > self.MOST


class _StopError(Exception):
    """The content of a member cannot be had; the fault is noted."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the central directory, its place there, and where its local header is to be."""

    index: int
    place: int
    central: Central


def has_directory(file: BinaryIO, end: End) -> bool:
    """Whether a central directory lies where the end record says: what installers take for a zip."""
    if not end.count and not end.directory_size:
        return True
    start = end.start - end.directory_size
    if start < 0:
        return False
    file.seek(start)
    return file.read(len(CENTRAL)) == CENTRAL


def read_zip(file: BinaryIO, end: End, *, path: str, size: int, sha256: str) -> Archive:
    """Read the zip in `file` that ends with `end`; whatever its bytes are, they give an archive with faults."""
    reader = _Reader(file, end, size)
    members = reader.read()
    return Archive(
        path=path,
        size=size,
        sha256=sha256,
        format="zip",
        members=members,
        faults=reader.faults.all,
        unkept=reader.contents.unkept,
    )


class _Reader:
    def __init__(self, file: BinaryIO, end: End, size: int) -> None:
        self.file = file
        self.end = end
        self.size = size
        self.faults = Faults()
        self.contents = Contents()
        self.meter = Meter(size)
        self.names: set[bytes] = set()

    def read(self) -> tuple[Member, ...]:
        self._judge_end()
        start = self._directory_start()
        centrals = self._centrals(start)
        base = start - self.end.directory_offset
        entries = [_Entry(index, base + central.offset, central) for index, central in enumerate(centrals)]
        self._judge_sizes(centrals)
        members: list[Member | None] = [None] * len(entries)
        place = 0
        for entry in sorted(entries, key=lambda entry: entry.place):
            content, place = self._entry(entry, place, start)
            members[entry.index] = _member(entry.central, content)
        self._gap(place, start)
        return tuple(member for member in members if member is not None)

    def _judge_end(self) -> None:
        end = self.end
        behind = self.size - end.place - 22
        for fault in end.faults64:
            self.faults.add(FaultKind.ZIP64, fault)
        if end.comment_size > behind:
            self.faults.add(FaultKind.CORRUPT, f"the end record announces {end.comment_size} bytes, {behind} are there")
        elif end.comment_size < behind:
            self.faults.add(FaultKind.TRAILING, f"{behind - end.comment_size} bytes lie behind the end of the archive")
        if end.comment_size:
            self.faults.add(FaultKind.ARCHIVE_COMMENT, f"the archive has a comment of {end.comment_size} bytes")
        if end.disk or end.count_here != end.count:
            where = f"disk {end.disk}, {end.count_here} of {end.count} entries here"
            self.faults.add(FaultKind.CORRUPT, f"the end record speaks of an archive of several parts: {where}")

    def _directory_start(self) -> int:
        """Where the central directory begins: right before the end record, else where that says."""
        end = self.end
        start = end.start - end.directory_size
        if has_directory(self.file, end):
            return start
        at = end.directory_offset
        if at <= end.start:
            self.file.seek(at)
            if self.file.read(len(CENTRAL)) == CENTRAL:
                return at
        message = f"no central directory of {end.directory_size} bytes at offset {at}, as the end record says"
        self.faults.add(FaultKind.CORRUPT, message)
        return max(0, min(start, end.start))

    def _centrals(self, start: int) -> list[Central]:
        length = self.end.start - start
        if length > _DIRECTORY:
            message = f"the central directory has {length} bytes, of which {_DIRECTORY} are read"
            self.faults.add(FaultKind.LIMIT, message)
        self.file.seek(start)
        data = self.file.read(min(length, _DIRECTORY))
        found: list[Central] = []
        at = 0
        while (central := read_central(data, at)) is not None:
            found.append(central)
            at += central.length
        self._judge_directory(found, at, length)
        return found

    def _judge_directory(self, found: Sequence[Central], read: int, length: int) -> None:
        end, faults = self.end, self.faults
        if read < length and not faults.has(FaultKind.LIMIT):
            kind = FaultKind.CORRUPT if end.directory_size > read else FaultKind.TRAILING
            what = f"{length - read} bytes between the central directory and the end record are no entry"
            faults.add(kind, what)
        if not faults.has(FaultKind.LIMIT):
            if len(found) != end.count:
                message = f"the end record counts {end.count} entries, the central directory has {len(found)}"
                faults.add(FaultKind.CORRUPT, message)
            if read == length and end.directory_size != read:
                message = f"the end record gives the central directory {end.directory_size} bytes, it has {read}"
                faults.add(FaultKind.CORRUPT, message)
        for central in found:
            self._judge_central(central)

    def _judge_central(self, central: Central) -> None:
        name = central.name
        if central.comment_size:
            self.faults.add(FaultKind.ENTRY_COMMENT, f"the entry has a comment of {central.comment_size} bytes", name)
        for fault in extra_faults(central.extra, central.raw):
            self.faults.add(FaultKind.ZIP64, f"{fault} (central directory)", name)

    def _judge_sizes(self, centrals: Sequence[Central]) -> None:
        total = sum(central.size for central in centrals)
        if self.meter.exceeds_file(total):
            ratio = total // max(1, self.size)
            message = f"its entries announce {total} bytes, {ratio} times as many as the file has"
            self.faults.add(FaultKind.BOMB, message)

    def _entry(self, entry: _Entry, place: int, limit: int) -> tuple[Content, int]:
        """The content of an entry, and where it ends; `place` is the end of the one before it."""
        central, name = entry.central, entry.central.name
        if entry.place < place:
            message = (
                f"its local header at offset {entry.place} lies inside of the entry before it, or outside of the file"
            )
            self.faults.add(FaultKind.CORRUPT, message, name)
            return Content(), place
        self._gap(place, min(entry.place, limit))
        local = read_local(self.file, entry.place) if entry.place < limit else None
        if local is None:
            self.faults.add(FaultKind.CORRUPT, f"no local header at offset {entry.place}", name)
            return Content(), max(place, min(entry.place, limit))
        self._judge_local(central, local)
        behind = local.data + central.stored
        if behind > limit:
            message = f"its {central.stored} bytes from offset {local.data} reach into the central directory"
            self.faults.add(FaultKind.CORRUPT, message, name)
            return Content(), limit
        content = self._content(central, local)
        return content, behind + self._descriptor(local, behind, name)

    def _judge_local(self, central: Central, local: Local) -> None:
        name = central.name
        if local.raw in self.names:
            self.faults.add(FaultKind.LOCAL_DUPLICATE, "the name stands in several local headers", _decoded(local.raw))
        self.names.add(local.raw)
        for fault in extra_faults(local.extra, local.raw):
            self.faults.add(FaultKind.ZIP64, f"{fault} (local header)", name)
        differences = _differences(central, local)
        if differences:
            self.faults.add(FaultKind.HEADER_MISMATCH, "; ".join(differences), name)

    def _descriptor(self, local: Local, behind: int, name: str) -> int:
        """The length of the data descriptor at `behind`, where there is one."""
        if not local.flags & _HAS_DESCRIPTOR:
            return 0
        message = "its sizes stand in a data descriptor behind it, not in its local header"
        self.faults.add(FaultKind.DATA_DESCRIPTOR, message, name)
        self.file.seek(behind)
        head = self.file.read(28)
        signed = 4 if head.startswith(DESCRIPTOR) else 0
        for length in (signed + 12, signed + 20):
            if head[length : length + 4] in {LOCAL, CENTRAL}:
                return length
        return 0

    def _gap(self, start: int, stop: int) -> None:
        """Account for the bytes between two records: local entries that no central one names, or anything else."""
        if start >= stop:
            return
        if self._contains_end(start, stop):
            message = f"the {stop - start} bytes from offset {start} hold another archive"
            self.faults.add(FaultKind.CONCATENATED, message)
            return
        at = self._hidden(start, stop)
        if at < stop:
            kind = FaultKind.CORRUPT if start else FaultKind.PREPENDED
            what = "belong to no entry" if start else "lie before the archive"
            self.faults.add(kind, f"{stop - at} bytes at offset {at} {what}")

    def _hidden(self, at: int, stop: int) -> int:
        """Note the local entries from `at` on that have no central one; where they end."""
        for _ in range(_MOST_HIDDEN):
            local = read_local(self.file, at) if at < stop else None
            if local is None:
                break
            message = f"a local entry at offset {at} has none in the central directory"
            self.faults.add(FaultKind.HIDDEN_MEMBER, message, _decoded(local.raw))
            if local.raw in self.names:
                self.faults.add(
                    FaultKind.LOCAL_DUPLICATE, "the name stands in several local headers", _decoded(local.raw)
                )
            self.names.add(local.raw)
            at = min(local.data + local.stored, stop)
        return at

    def _contains_end(self, start: int, stop: int) -> bool:
        """Whether an end record lies in these bytes."""
        self.file.seek(start)
        before = b""
        while start < stop:
            chunk = self.file.read(min(_SCANNED, stop - start))
            if not chunk:
                return False
            if END in before + chunk:
                return True
            before, start = chunk[-3:], start + len(chunk)
        return False

    def _content(self, central: Central, local: Local) -> Content:
        """The content of an entry; empty where it cannot be had, which is a fault then."""
        name = central.name
        if (central.flags | local.flags) & _ENCRYPTED:
            self.faults.add(FaultKind.ENCRYPTED, "it is encrypted", name)
        elif central.method not in {_STORED, _DEFLATED}:
            message = f"it is compressed by method {central.method}; stored (0) and deflate (8) are read everywhere"
            self.faults.add(FaultKind.COMPRESSION, message, name)
        elif self.meter.exceeds_member(central.size, central.stored):
            message = f"it announces {central.size} bytes, stored in {central.stored}"
            self.faults.add(FaultKind.BOMB, message, name)
        elif not self.meter.is_bomb and not self.meter.is_spent:
            try:
                return self.contents.read(name, self._chunks(central, local))
            except _StopError:
                return Content(size=central.size)
        return Content(size=central.size)

    def _chunks(self, central: Central, local: Local) -> Iterator[bytes]:
        """The content in pieces; what is wrong with it is noted at its end. Raises _StopError where it breaks off."""
        name, size, crc = central.name, 0, 0
        for chunk in self._inflated(central, local) if central.method else self._raw(central, local):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            self.meter.add(len(chunk))
            self._judge_growth(central, size)
            yield chunk
        if size != central.size:
            self._stop(f"it has {size} bytes, the central directory says {central.size}", name)
        if crc != central.crc:
            message = f"the CRC of its content is {crc:08x}, the central directory says {central.crc:08x}"
            self.faults.add(FaultKind.CRC, message, name)

    def _judge_growth(self, central: Central, size: int) -> None:
        if self.meter.exceeds_member(size, central.stored):
            message = f"it inflates to more than {size} bytes, stored in {central.stored}"
            self._stop(message, central.name, FaultKind.BOMB)
        if self.meter.is_bomb:
            message = f"the content inflates to more than {Meter.FILE_RATIO} times the size of the file"
            self._stop(message, central.name, FaultKind.BOMB)
        if self.meter.is_spent:
            self._stop(f"only {Meter.MOST} bytes of content are read", central.name, FaultKind.LIMIT)

    def _raw(self, central: Central, local: Local) -> Iterator[bytes]:
        self.file.seek(local.data)
        left = central.stored
        while left:
            chunk = self.file.read(min(_READ, left))
            if not chunk:
                self._stop("the file ends inside of it", central.name)
            left -= len(chunk)
            yield chunk

    def _inflated(self, central: Central, local: Local) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for raw in self._raw(central, local):
                rest = raw
                while rest and not inflater.eof:
                    yield inflater.decompress(rest, _INFLATED)
                    rest = inflater.unconsumed_tail
            yield from _flushed(inflater)
        except zlib.error as error:
            self._stop(f"it cannot be inflated: {error}", central.name)
        if not inflater.eof:
            self._stop("its compressed data break off", central.name)
        if inflater.unused_data:
            message = f"{len(inflater.unused_data)} bytes lie behind the end of its compressed data"
            self.faults.add(FaultKind.CORRUPT, message, central.name)

    def _stop(self, message: str, name: str, kind: FaultKind = FaultKind.CORRUPT) -> None:
        self.faults.add(kind, message, name)
        raise _StopError


def _flushed(inflater: zlib._Decompress) -> Iterator[bytes]:
    while not inflater.eof:
        chunk = inflater.decompress(inflater.unconsumed_tail, _INFLATED)
        if not chunk:
            return
        yield chunk


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _differences(central: Central, local: Local) -> list[str]:
    """Where a local header says something else than the central one; sizes of 0 may wait for a data descriptor."""
    found: list[str] = []
    if local.raw != central.raw:
        found.append(f"the local header names `{shown(_decoded(local.raw))}`")
    deferred = bool(local.flags & _HAS_DESCRIPTOR)
    pairs = (
        ("size", local.size, central.size, deferred),
        ("compressed size", local.stored, central.stored, deferred),
        ("CRC", local.crc, central.crc, deferred),
        ("compression method", local.method, central.method, False),
    )
    for label, mine, other, may_wait in pairs:
        if mine != other and not (may_wait and not mine):
            found.append(f"its {label} is {mine} in the local header and {other} in the central directory")
    return found


def _member(central: Central, content: Content) -> Member:
    kind = central.kind
    target = None
    if kind is MemberKind.SYMLINK and content.data is not None:
        target = _decoded(content.data[:_LONGEST_TARGET])
    return Member(
        name=central.name,
        raw=central.raw,
        kind=kind,
        size=central.size,
        stored=central.stored,
        mode=central.mode,
        time=central.time,
        target=target,
        sha256=content.sha256,
        head=content.head,
        data=content.data,
        native=content.native,
    )
