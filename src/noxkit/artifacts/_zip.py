# SPDX-License-Identifier: Apache-2.0
"""Zip archives from their bytes: every byte of the file belongs to one record, or there is a fault."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, BinaryIO

from noxkit.artifacts._content import Content
from noxkit.artifacts._faults import Faults, shown
from noxkit.artifacts._zip_content import ZipContents
from noxkit.artifacts._zip_records import (
    CENTRAL,
    DESCRIPTOR,
    END,
    LOCAL,
    UTF8,
    Central,
    End,
    Local,
    extra_faults,
    find_end,
    read_central,
    read_local,
    wide_faults,
)
from noxkit.artifacts.model import Archive, FaultKind, Member, MemberKind
from noxkit.artifacts.record import other_algorithms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["find_end", "has_directory", "read_zip"]

_HAS_DESCRIPTOR = 1 << 3
# The version of the format that the standard library reads at most, ten times as large.
_NEWEST = 63
_SCANNED = 1 << 20
_DIRECTORY = 24 << 20
# The memory for all entries, and what one takes without its name.
_ENTRIES, _ENTRY = 112 << 20, 900
_MOST_HIDDEN = 1000
_RECORD = 8 << 20
_LONGEST_TARGET = 4096


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
        unkept=reader.unkept,
    )


class _Reader:
    def __init__(self, file: BinaryIO, end: End, size: int) -> None:
        self.file = file
        self.end = end
        self.size = size
        self.faults = Faults()
        self.unkept = 0
        self.names: set[bytes] = set()
        # Without all of the central directory, what lies between its entries cannot be told.
        self._is_partial = False
        self._taken = 0

    def read(self) -> tuple[Member, ...]:
        self._judge_end()
        start = self._directory_start()
        centrals = self._centrals(start)
        base = self._base(start, centrals)
        entries = [_Entry(index, base + central.offset, central) for index, central in enumerate(centrals)]
        contents = ZipContents(self.file, self.size, self.faults, taken=self._taken)
        contents.judge(centrals)
        contents.algorithms = self._algorithms(entries)
        members: list[Member | None] = [None] * len(entries)
        place = 0
        for entry in sorted(entries, key=lambda entry: entry.place):
            content, place = self._entry(entry, place, start, contents)
            members[entry.index] = _member(entry.central, content)
        self._gap(place, start)
        self.unkept = contents.unkept
        return tuple(member for member in members if member is not None)

    def _algorithms(self, entries: Sequence[_Entry]) -> Mapping[str, str]:
        """The hash functions that a RECORD asks for, read ahead and without a word: its faults are told in its turn."""
        for entry in entries:
            folder, _, rest = entry.central.name.partition("/")
            if rest == "RECORD" and folder.endswith(".dist-info") and entry.central.size <= _RECORD:
                local = read_local(self.file, entry.place) if 0 <= entry.place < self.size else None
                ahead = ZipContents(self.file, self.size, Faults(), taken=self._taken)
                data = ahead.read(entry.central, local).data if local is not None else None
                return other_algorithms(data) if data is not None else {}
        return {}

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

    def _base(self, start: int, centrals: Sequence[Central]) -> int:
        """What is to be added to the offsets: how far installers find the archive behind where it says it is."""
        base = start - self.end.directory_offset
        if base and centrals:
            first = min(central.offset for central in centrals)
            if base < 0 or (read_local(self.file, base + first) is None and read_local(self.file, first) is not None):
                message = f"the central directory begins at {start}, the end record says {self.end.directory_offset}"
                self.faults.add(FaultKind.CORRUPT, message)
                return 0
        return base

    def _centrals(self, start: int) -> list[Central]:
        length = self.end.start - start
        if length > _DIRECTORY:
            self._is_partial = True
            message = f"the central directory has {length} bytes, of which {_DIRECTORY} are read"
            self.faults.add(FaultKind.LIMIT, message)
        self.file.seek(start)
        data = self.file.read(min(length, _DIRECTORY))
        found: list[Central] = []
        at = 0
        while (central := read_central(data, at)) is not None and self._taken < _ENTRIES:
            found.append(central)
            at += central.length
            # A character may take four bytes, and the bytes of the name are kept as well.
            self._taken += _ENTRY + 5 * len(central.raw) + len(central.extra)
        if central is not None:
            self._is_partial = True
            self.faults.add(FaultKind.LIMIT, f"only the first {len(found)} entries of the central directory are read")
        self._judge_directory(found, at, length)
        return found

    def _judge_directory(self, found: Sequence[Central], read: int, length: int) -> None:
        end, faults = self.end, self.faults
        if read < length and not self._is_partial:
            kind = FaultKind.CORRUPT if end.directory_size > read else FaultKind.TRAILING
            what = f"{length - read} bytes between the central directory and the end record are no entry"
            faults.add(kind, what)
        if not self._is_partial:
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
            self.faults.of(name, FaultKind.ENTRY_COMMENT, f"has a comment of {central.comment_size} bytes")
        if central.version > _NEWEST:
            says = f"needs version {central.version / 10} of the format, and readers know {_NEWEST / 10}"
            self.faults.of(name, FaultKind.CORRUPT, says)
        if central.mistaken is not None:
            says = f"has no flag for a name in UTF-8: installers take it for `{shown(central.mistaken)}`"
            self.faults.of(name, FaultKind.HEADER_MISMATCH, says)
        if central.raw.endswith(b"/") and central.size:
            self.faults.of(name, FaultKind.CORRUPT, f"is a folder with {central.size} bytes of content")
        for fault in extra_faults(central.extra, central.raw):
            self.faults.of(name, FaultKind.ZIP64, f"has in the central directory {fault}")

    def _entry(self, entry: _Entry, place: int, limit: int, contents: ZipContents) -> tuple[Content, int]:
        """The content of an entry, and where it ends; `place` is the end of the one before it."""
        central, name = entry.central, entry.central.name
        if entry.place < place:
            says = f"has its local header at offset {entry.place}, inside of the entry before it or outside of the file"
            self.faults.of(name, FaultKind.CORRUPT, says)
            return Content(), place
        self._gap(place, min(entry.place, limit))
        local = read_local(self.file, entry.place) if entry.place < limit else None
        if local is None:
            self.faults.of(name, FaultKind.CORRUPT, f"has no local header at offset {entry.place}")
            return Content(), max(place, min(entry.place, limit))
        self._judge_local(central, local)
        behind = local.data + central.stored
        if behind > limit:
            says = f"has {central.stored} bytes from offset {local.data} on, which reach into the central directory"
            self.faults.of(name, FaultKind.CORRUPT, says)
            return Content(), limit
        content = contents.read(central, local)
        return content, behind + self._descriptor(local, behind, name)

    def _judge_local(self, central: Central, local: Local) -> None:
        name = central.name
        if local.raw in self.names:
            self._repeated(local)
        self.names.add(local.raw)
        for fault in (*extra_faults(local.extra, local.raw), *wide_faults(local)):
            self.faults.of(name, FaultKind.ZIP64, f"has in its local header {fault}")
        differences = _differences(central, local)
        if differences:
            self.faults.of(name, FaultKind.HEADER_MISMATCH, f"differs in its local header: {'; '.join(differences)}")

    def _repeated(self, local: Local) -> None:
        self.faults.of(_decoded(local.raw), FaultKind.LOCAL_DUPLICATE, "stands in several local headers")

    def _descriptor(self, local: Local, behind: int, name: str) -> int:
        """The length of the data descriptor at `behind`, where there is one."""
        if not local.flags & _HAS_DESCRIPTOR:
            return 0
        says = "has its sizes in a data descriptor behind it, not in its local header"
        self.faults.of(name, FaultKind.DATA_DESCRIPTOR, says)
        self.file.seek(behind)
        head = self.file.read(28)
        signed = 4 if head.startswith(DESCRIPTOR) else 0
        for length in (signed + 12, signed + 20):
            if head[length : length + 4] in {LOCAL, CENTRAL}:
                return length
        return 0

    def _gap(self, start: int, stop: int) -> None:
        """Account for the bytes between two records: local entries that no central one names, or anything else."""
        if start >= stop or self._is_partial:
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
            says = f"has a local header at offset {at}, and no entry in the central directory"
            self.faults.of(_decoded(local.raw), FaultKind.HIDDEN_MEMBER, says)
            if local.raw in self.names:
                self._repeated(local)
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


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _differences(central: Central, local: Local) -> list[str]:
    """Where a local header says something else than the central one; sizes of 0 may wait for a data descriptor."""
    found: list[str] = []
    if local.raw != central.raw:
        found.append(f"the name there is `{shown(_decoded(local.raw))}`")
    deferred = bool(local.flags & _HAS_DESCRIPTOR)
    pairs = (
        ("size", local.size, central.size, deferred),
        ("compressed size", local.stored, central.stored, deferred),
        ("CRC", local.crc, central.crc, deferred),
        ("compression method", local.method, central.method, False),
        ("flag of UTF-8", local.flags & UTF8, central.flags & UTF8, False),
    )
    for label, mine, other, may_wait in pairs:
        if mine != other and not (may_wait and not mine):
            found.append(f"{label} {mine} there, {other} in the central directory")
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
        other_hash=content.other_hash,
        head=content.head,
        data=content.data,
        native=content.native,
    )
