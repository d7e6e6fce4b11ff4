# SPDX-License-Identifier: Apache-2.0
"""The records of a zip archive, each read alone from its bytes (APPNOTE.TXT 4.3)."""

from __future__ import annotations

import calendar
import dataclasses
import stat
import struct
import zlib
from typing import TYPE_CHECKING, BinaryIO

from noxkit.artifacts.model import MemberKind

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CENTRAL",
    "DESCRIPTOR",
    "END",
    "LOCAL",
    "UTF8",
    "Central",
    "End",
    "Local",
    "extra_faults",
    "find_end",
    "read_central",
    "read_local",
    "wide_faults",
]

LOCAL, CENTRAL, END, DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\7\x08"
_END64, _LOCATOR = b"PK\6\6", b"PK\6\7"
_END_FORMAT = struct.Struct("<4s4H2LH")
_END64_FORMAT = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_FORMAT = struct.Struct("<4sLQL")
_LOCAL_FORMAT = struct.Struct("<4s5H3L2H")
_CENTRAL_FORMAT = struct.Struct("<4s2B5H3L5H2L")
_EXTRA_FORMAT = struct.Struct("<2H")
UTF8 = 1 << 11
"""The flag of names that are UTF-8."""
_MOST_COMMENT = 0xFFFF
_WIDE, _WIDE_COUNT = 0xFFFFFFFF, 0xFFFF
_ZIP64, _UNICODE_PATH, _EXTENDED_TIME = 0x0001, 0x7075, 0x5455
_UNIX = 3
# What a date of zeros stands for: the last of November 1979.
_NO_DATE = 312768000.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end record at `place`, with what the ZIP64 record before it overrides; `start` is the first of both.

    `faults64` say what is wrong with that record, `count_here` is how many entries are on this disk.
    """

    place: int
    start: int
    count: int
    count_here: int
    directory_size: int
    directory_offset: int
    comment_size: int
    disk: int
    faults64: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A local header: its name, flags, method, CRC and sizes, and where the data behind it begin."""

    raw: bytes
    flags: int
    method: int
    crc: int
    stored: int
    size: int
    data: int
    extra: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Central:
    """An entry of the central directory; `version` is that of the format that is needed, ten times as large.

    `length` is that of the whole entry.
    """

    raw: bytes
    system: int
    version: int
    flags: int
    method: int
    time: float | None
    crc: int
    stored: int
    size: int
    attributes: int
    offset: int
    extra: bytes
    comment_size: int
    length: int

    @property
    def name(self) -> str:
        """The name as UTF-8, whatever the flags say; other bytes are surrogates."""
        return self.raw.decode("utf-8", "surrogateescape")

    @property
    def mistaken(self) -> str | None:
        """What installers take the name for, where it is UTF-8 and no flag says so."""
        if self.flags & UTF8 or self.raw.isascii():
            return None
        try:
            self.raw.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return self.raw.decode("cp437")

    @property
    def unix_mode(self) -> int:
        """The bits of a Unix mode, 0 where there are none."""
        return self.attributes >> 16 if self.system == _UNIX else 0

    @property
    def mode(self) -> int | None:
        """The permission bits."""
        return self.unix_mode & 0o7777 if self.unix_mode else None

    @property
    def kind(self) -> MemberKind:
        """What it is, by its name's slash, or by its mode."""
        if self.raw.endswith(b"/"):
            return MemberKind.FOLDER
        return {
            0: MemberKind.FILE,
            stat.S_IFREG: MemberKind.FILE,
            stat.S_IFDIR: MemberKind.FOLDER if not self.size else MemberKind.FILE,
            stat.S_IFLNK: MemberKind.SYMLINK,
            stat.S_IFIFO: MemberKind.FIFO,
            stat.S_IFCHR: MemberKind.DEVICE,
            stat.S_IFBLK: MemberKind.DEVICE,
        }.get(stat.S_IFMT(self.unix_mode), MemberKind.OTHER)


def find_end(file: BinaryIO, size: int) -> End | None:
    """The last end record of the file, found as installers find it; None where there is none."""
    start = max(0, size - _END_FORMAT.size - _MOST_COMMENT - _LOCATOR_FORMAT.size - _END64_FORMAT.size)
    file.seek(start)
    tail = file.read(size - start)
    at = len(tail) - _END_FORMAT.size
    if at < 0:
        return None
    if tail[at : at + 4] != END or tail[-2:] != b"\0\0":
        at = tail.rfind(END)
        if at < 0 or at + _END_FORMAT.size > len(tail):
            return None
    _, disk, _, here, count, length, offset, comment = _END_FORMAT.unpack_from(tail, at)
    end = End(
        place=start + at,
        start=start + at,
        count=count,
        count_here=here,
        directory_size=length,
        directory_offset=offset,
        comment_size=comment,
        disk=disk,
    )
    return _widened(end, tail, at)


def _widened(end: End, tail: bytes, at: int) -> End:
    """The end record with the values of the ZIP64 one, where that stands before it."""
    locator, record = at - _LOCATOR_FORMAT.size, at - _LOCATOR_FORMAT.size - _END64_FORMAT.size
    if locator < 0 or tail[locator : locator + 4] != _LOCATOR:
        narrow = (end.count, end.directory_size, end.directory_offset)
        if narrow[0] == _WIDE_COUNT or _WIDE in narrow[1:]:
            return dataclasses.replace(end, faults64=("the end record refers to a ZIP64 one that is not there",))
        return end
    _, first, wanted, disks = _LOCATOR_FORMAT.unpack_from(tail, locator)
    if record < 0 or tail[record : record + 4] != _END64:
        fault = f"no ZIP64 end record lies directly before its locator, which names offset {wanted}"
        return dataclasses.replace(end, start=end.place - _LOCATOR_FORMAT.size, faults64=(fault,))
    _, length, _, _, disk, _, here, count, size, offset = _END64_FORMAT.unpack_from(tail, record)
    place = end.place - at + record
    faults = [f"the ZIP64 end record is {length} bytes long instead of 44: it has extensible data"] * (length != 44)
    if wanted != place:
        faults.append(f"the locator names offset {wanted} for the ZIP64 end record, which stands at {place}")
    if first or disks > 1:
        faults.append(f"the locator speaks of {disks} disks, with the ZIP64 end record on number {first}")
    if end.count_here != end.count:
        faults.append(f"the end record counts {end.count_here} of {end.count} entries on this disk")
    pairs = ((end.count, count, _WIDE_COUNT), (end.directory_size, size, _WIDE), (end.directory_offset, offset, _WIDE))
    for narrow, wide, sentinel in pairs:
        if narrow not in {wide, sentinel}:
            faults.append(f"the end record says {narrow} where the ZIP64 one says {wide}")
    return dataclasses.replace(
        end,
        start=place,
        count=count,
        count_here=here,
        directory_size=size,
        directory_offset=offset,
        disk=disk,
        faults64=tuple(faults),
    )


def read_central(data: bytes, at: int) -> Central | None:
    """The entry of the central directory at `at`; None where there is none, or it is cut off."""
    if data[at : at + 4] != CENTRAL or at + _CENTRAL_FORMAT.size > len(data):
        return None
    fields = _CENTRAL_FORMAT.unpack_from(data, at)
    _, _, system, version, flags, method, clock, date, crc, stored, size, names, extras, comments = fields[:14]
    attributes, offset = fields[16:]
    begin = at + _CENTRAL_FORMAT.size
    length = _CENTRAL_FORMAT.size + names + extras + comments
    if at + length > len(data):
        return None
    extra = data[begin + names : begin + names + extras]
    size, stored, offset = _wide_values(extra, size, stored, offset)
    return Central(
        raw=data[begin : begin + names],
        system=system,
        version=version & 0xFF,
        flags=flags,
        method=method,
        time=_time(date, clock, extra),
        crc=crc,
        stored=stored,
        size=size,
        attributes=attributes,
        offset=offset,
        extra=extra,
        comment_size=comments,
        length=length,
    )


def read_local(file: BinaryIO, place: int) -> Local | None:
    """The local header at `place`; None where there is none, or it is cut off."""
    file.seek(place)
    head = file.read(_LOCAL_FORMAT.size)
    if len(head) < _LOCAL_FORMAT.size or not head.startswith(LOCAL):
        return None
    _, _, flags, method, _, _, crc, stored, size, names, extras = _LOCAL_FORMAT.unpack(head)
    rest = file.read(names + extras)
    if len(rest) < names + extras:
        return None
    extra = rest[names:]
    size, stored, _ = _wide_values(extra, size, stored, 0)
    return Local(
        raw=rest[:names],
        flags=flags,
        method=method,
        crc=crc,
        stored=stored,
        size=size,
        data=place + _LOCAL_FORMAT.size + names + extras,
        extra=extra,
    )


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of an extra field that are whole."""
    at = 0
    while at + _EXTRA_FORMAT.size <= len(extra):
        kind, length = _EXTRA_FORMAT.unpack_from(extra, at)
        at += _EXTRA_FORMAT.size
        if at + length > len(extra):
            return
        yield kind, extra[at : at + length]
        at += length


def _wide_values(extra: bytes, size: int, stored: int, offset: int) -> tuple[int, int, int]:
    """The sizes and the offset, those that ZIP64 data override among them."""
    values = [size, stored, offset]
    if _WIDE not in values:
        return size, stored, offset
    data = next((data for kind, data in _extras(extra) if kind == _ZIP64), b"")
    for index, value in enumerate(values):
        if value == _WIDE and len(data) >= 8:
            values[index], data = int.from_bytes(data[:8], "little"), data[8:]
    return values[0], values[1], values[2]


def _time(date: int, clock: int, extra: bytes) -> float | None:
    """Seconds since 1970: by the extended time where it is there, else as MS-DOS counts, taken for UTC."""
    for kind, data in _extras(extra) if extra else ():
        if kind == _EXTENDED_TIME and len(data) >= 5 and data[0] & 1:
            return float(int.from_bytes(data[1:5], "little", signed=True))
    year, month, day = (date >> 9) + 1980, date >> 5 & 15, date & 31
    if not (month and day):
        return _NO_DATE
    if month > 12:
        return None
    return float(calendar.timegm((year, month, day, clock >> 11, clock >> 5 & 63, (clock & 31) * 2)))


def extra_faults(extra: bytes, raw: bytes) -> list[str]:
    """What is wrong with an extra field, of the entry with the name `raw`, in the eyes of the package index."""
    if not extra:
        return []
    parts = list(_extras(extra))
    rest = len(extra) - sum(_EXTRA_FORMAT.size + len(data) for _, data in parts)
    faults = [f"an extra field that ends inside of a part, {rest} bytes before or behind its end"] if rest else []
    for kind, label in ((_ZIP64, "ZIP64"), (_UNICODE_PATH, "Unicode path")):
        if sum(found == kind for found, _ in parts) > 1:
            faults.append(f"{label} data more than once")
    for kind, data in parts:
        if kind == _ZIP64 and len(data) not in {0, 8, 16, 24, 28}:
            faults.append(f"ZIP64 data of {len(data)} bytes")
        elif kind == _UNICODE_PATH:
            faults += _path_faults(data, raw)
    return faults


def wide_faults(local: Local) -> list[str]:
    """Where the ZIP64 data of a local header give another compressed size than that header: readers disagree then."""
    data = next((data for kind, data in _extras(local.extra) if kind == _ZIP64), b"")
    if len(data) == 8 and local.method:
        return ["ZIP64 data without a compressed size"]
    stated = data[8:16] if len(data) >= 16 else data
    if len(stated) == 8 and (size := int.from_bytes(stated, "little")) != local.stored:
        return [f"ZIP64 data with the compressed size {size}, {local.stored} outside of them"]
    return []


def _path_faults(data: bytes, raw: bytes) -> list[str]:
    if len(data) < 5 or data[0] != 1:
        return ["a malformed Unicode path"]
    name = data[5:]
    if int.from_bytes(data[1:5], "little") != zlib.crc32(raw):
        return ["a Unicode path that by its CRC belongs to another name"]
    if name != raw:
        other = name.decode("utf-8", "backslashreplace")
        return [f"a Unicode path that is another name, `{other[:200]}`"]
    return []
