# SPDX-License-Identifier: Apache-2.0
"""Zip archives written record by record, since no library writes what is broken."""

from __future__ import annotations

import dataclasses
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.artifacts._entries import Entry

__all__ = ["write_zip"]

_STORED, _DEFLATED = 0, 8
_DESCRIPTOR, _UTF8 = 1 << 3, 1 << 11
_EXTENDED_TIME = 0x5455
_UNIX = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Stored:
    entry: Entry
    offset: int
    stored: bytes
    crc: int
    method: int
    flags: int


def write_zip(entries: Iterable[Entry], *, comment: bytes = b"", end: Mapping[str, object] | None = None) -> bytes:
    """The archive of these entries, with the departures that each of them asks for.

    `end` are those of the end record: `count`, `count-here`, `size`, `offset`, `disk`, `gap` (hexadecimal bytes before
    it); `zip64` asks for the ZIP64 records, which `zip64-length`, `zip64-count` and, of the locator, `zip64-offset` and
    `zip64-disks` bend.
    """
    body = bytearray()
    central: list[bytes] = []
    for entry in entries:
        for _ in range(entry.number("repeat") or 1):
            item = _stored(entry, len(body))
            if not entry.options.get("central-only"):
                body += _local(item)
            if not entry.options.get("hidden"):
                central.append(_central(item))
    directory = b"".join(central)
    return bytes(body) + directory + _end(len(central), len(directory), len(body), end or {}) + _comment(comment)


def _comment(comment: bytes) -> bytes:
    return struct.pack("<H", len(comment)) + comment


def _end(count: int, size: int, offset: int, bent: Mapping[str, object]) -> bytes:
    """The records at the end, up to the length of the comment."""

    def value(key: str, default: int) -> int:
        given = bent.get(key)
        return default if given is None else int(str(given))

    before = bytes.fromhex(str(bent.get("gap", "")))
    place = offset + size + len(before)
    if bent.get("zip64") or count > 0xFFFF:
        wide = value("zip64-count", count)
        before += struct.pack(
            "<4sQ2H2L4Q", b"PK\6\6", value("zip64-length", 44), 45, 45, 0, 0, wide, wide, size, offset
        )
        before += struct.pack("<4sLQL", b"PK\6\7", 0, value("zip64-offset", place), value("zip64-disks", 1))
    count = min(count, 0xFFFF)
    here, disk = value("count-here", value("count", count)), value("disk", 0)
    numbers = (value("count", count), value("size", size), value("offset", offset))
    return before + struct.pack("<4s4H2L", b"PK\5\6", disk, disk, here, *numbers)


def _stored(entry: Entry, offset: int) -> _Stored:
    wanted = entry.number("method")
    method = (_DEFLATED if entry.size > 64 else _STORED) if wanted is None else wanted
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = bytearray()
    crc = 0
    for chunk in entry.chunks():
        packed += packer.compress(chunk) if method == _DEFLATED else chunk
        crc = zlib.crc32(chunk, crc)
    if method == _DEFLATED:
        packed += packer.flush()
    given = entry.text("stored")
    flags = (entry.number("flags") or 0) | (_UTF8 if _is_wide(entry) else 0)
    return _Stored(
        entry=entry,
        offset=offset,
        stored=bytes(packed) if given is None else bytes.fromhex(given),
        crc=crc if entry.number("crc") is None else entry.number("crc") or 0,
        method=method,
        flags=flags,
    )


def _is_wide(entry: Entry) -> bool:
    """Whether a name is UTF-8 and no ASCII, so that a flag must say so."""
    try:
        return entry.options.get("utf8") is not False and not entry.raw.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _local(item: _Stored) -> bytes:
    entry = item.entry
    name = (entry.text("local") or "").encode() or entry.raw
    described = bool(item.flags & _DESCRIPTOR)
    local_size = entry.number("local-size")
    size = entry.number("size") if local_size is None else local_size
    size = entry.size if size is None else size
    numbers = (0, 0, 0) if described else (item.crc, len(item.stored), size)
    extra = _extra(entry, "local-extra")
    header = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, item.flags, item.method, *_dos(entry), *numbers, len(name), len(extra)
    )
    tail = struct.pack("<4s3L", b"PK\7\x08", item.crc, len(item.stored), size) if described else b""
    return header + name + extra + item.stored + tail


def _central(item: _Stored) -> bytes:
    entry = item.entry
    comment = (entry.text("comment") or "").encode()
    declared, needed = entry.number("size"), entry.number("version")
    extra = _extra(entry, "central-extra")
    numbers = (item.crc, len(item.stored), entry.size if declared is None else declared)
    lengths = (len(entry.raw), len(extra), len(comment))
    header = struct.pack(
        "<4s6H3L5H2L",
        b"PK\1\2",
        _UNIX << 8 | 20,
        20 if needed is None else needed,
        item.flags,
        item.method,
        *_dos(entry),
        *numbers,
        *lengths,
        0,
        0,
        (entry.kind | entry.mode) << 16,
        item.offset,
    )
    return header + entry.raw + extra + comment


def _extra(entry: Entry, own: str) -> bytes:
    extra = bytes.fromhex(entry.text(own) or entry.text("extra") or "")
    if entry.time.year < 1980:
        # What MS-DOS had no words for stands in the extra field of Info-ZIP.
        extra += struct.pack("<HHBl", _EXTENDED_TIME, 5, 1, int(entry.time.timestamp()))
    return extra


def _dos(entry: Entry) -> tuple[int, int]:
    time = entry.time
    if time.year < 1980:
        return 0, 1 << 5 | 1
    return time.hour << 11 | time.minute << 5 | time.second // 2, (time.year - 1980) << 9 | time.month << 5 | time.day
