# SPDX-License-Identifier: Apache-2.0
"""Native code by its magic number and headers: ELF, Mach-O and PE.

Written here because rules want a few fields of hostile files, of which only the ends are at hand; libraries read all.
"""

from __future__ import annotations

import dataclasses
import itertools
import struct
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NATIVE_MAGIC", "NativeFile", "read_native"]

_ELF, _PE = b"\x7fELF", b"MZ"
_MACHO = {
    bytes.fromhex("feedface"): (">", 28),
    bytes.fromhex("feedfacf"): (">", 32),
    bytes.fromhex("cefaedfe"): ("<", 28),
    bytes.fromhex("cffaedfe"): ("<", 32),
}
_FAT = {bytes.fromhex("cafebabe"): (">lLLLL", 2), bytes.fromhex("cafebabf"): (">lLQQLL", 2)}

NATIVE_MAGIC = (_ELF, _PE, *_MACHO, *_FAT)
"""What native files begin with; others may begin so as well."""

_ELF_MACHINES = {
    3: "i686",
    20: "ppc",
    21: "ppc64",
    22: "s390x",
    40: "armv7l",
    62: "x86_64",
    183: "aarch64",
    243: "riscv64",
    258: "loongarch64",
}
_MACHO_MACHINES = {
    7: "i386",
    12: "armv7",
    18: "ppc",
    0x01000007: "x86_64",
    0x0100000C: "arm64",
    0x01000012: "ppc64",
}
_PE_MACHINES = {0x14C: "x86", 0x1C0: "arm32", 0x1C4: "arm32", 0x8664: "amd64", 0xA641: "arm64", 0xAA64: "arm64"}
# The file of a Java class begins as a fat Mach-O, with its version, 45 or more, where that counts its parts.
_MOST_PARTS = 30
_MOST_HEADERS = 4096


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NativeFile:
    """What the headers of a native file say.

    `machines` are architectures in the words of platform tags: `x86_64`, `i686`, `aarch64`, `armv7l` (any 32-bit ARM),
    `ppc64le`, … for ELF; `x86_64`, `arm64`, `i386`, … for Mach-O, several for a universal one; `amd64`, `x86` and
    `arm64` for PE. `is_clr` is a PE with a CLI header, `is_executable` a program and no library. `has_debug` says
    whether it has sections with debug information.
    """

    format: Literal["elf", "macho", "pe"]
    machines: tuple[str, ...] = ()
    is_clr: bool = False
    is_executable: bool = False
    has_debug: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Ends:
    """The first and last bytes of a file."""

    head: bytes
    tail: bytes
    size: int

    def at(self, place: int, length: int) -> bytes:
        """The bytes at a place; empty where they are not at hand."""
        if place + length <= len(self.head):
            return self.head[place : place + length]
        start = place - (self.size - len(self.tail))
        return self.tail[start : start + length] if start >= 0 and start + length <= len(self.tail) else b""

    def word(self, place: int, form: str) -> int:
        """The number at a place, 0 where it is not at hand."""
        data = self.at(place, struct.calcsize(form))
        return int(struct.unpack(form, data)[0]) if data else 0

    def name(self, place: int) -> bytes:
        """The bytes up to a zero."""
        start = place - (self.size - len(self.tail))
        source, start = (self.head, place) if place < len(self.head) else (self.tail, start)
        return source[start : start + 32].partition(b"\0")[0] if start >= 0 else b""


def read_native(head: bytes, tail: bytes, size: int) -> NativeFile | None:
    """What `head` and `tail`, the first and last bytes of a file of `size` bytes, say; None for no native file."""
    ends = _Ends(head, tail, size)
    if head.startswith(_ELF):
        return _elf(ends)
    if head.startswith(_PE):
        return _pe(ends)
    if head[:4] in _MACHO:
        return _macho(ends, 0)
    return _fat(ends) if head[:4] in _FAT else None


def _elf(ends: _Ends) -> NativeFile:
    """An ELF file, by the fields of its header: https://refspecs.linuxfoundation.org/elf/elf.pdf."""
    wide = ends.at(4, 1) != b"\1"
    order = ">" if ends.at(5, 1) == b"\2" else "<"
    kind, number = ends.word(16, f"{order}H"), ends.word(18, f"{order}H")
    machine = _ELF_MACHINES.get(number, f"elf-machine-{number}")
    if machine == "ppc64" and order == "<":
        machine = "ppc64le"
    elif machine == "x86_64" and not wide:
        machine = "x32"
    names = _elf_sections(ends, order, wide=wide)
    return NativeFile(
        format="elf",
        machines=(machine,),
        is_executable=kind == 2 or (kind == 3 and _has_interpreter(ends, order, wide=wide)),
        has_debug=any(name.startswith((b".debug_", b".zdebug_")) for name in names),
    )


def _has_interpreter(ends: _Ends, order: str, *, wide: bool) -> bool:
    """Whether a program header names the loader, as those of programs do."""
    start = ends.word(32, f"{order}Q") if wide else ends.word(28, f"{order}L")
    length, count = (ends.word(place, f"{order}H") for place in ((54, 56) if wide else (42, 44)))
    places = (start + index * length for index in range(min(count, _MOST_HEADERS)))
    return any(ends.word(place, f"{order}L") == 3 for place in places)


def _elf_sections(ends: _Ends, order: str, *, wide: bool) -> Iterator[bytes]:
    """The names of the sections, where their table is at hand."""
    table = ends.word(40, f"{order}Q") if wide else ends.word(32, f"{order}L")
    length, count, names = (ends.word(place, f"{order}H") for place in ((58, 60, 62) if wide else (46, 48, 50)))
    where, form = (24, f"{order}Q") if wide else (16, f"{order}L")
    strings = ends.word(table + names * length + where, form) if table else 0
    if not strings:
        return
    for index in range(min(count, _MOST_HEADERS)):
        yield ends.name(strings + ends.word(table + index * length, f"{order}L"))


def _macho(ends: _Ends, start: int) -> NativeFile | None:
    """A Mach-O file that begins at `start`, by the fields of mach-o/loader.h."""
    described = _MACHO.get(ends.at(start, 4))
    if described is None:
        return None
    order, length = described
    cpu = ends.word(start + 4, f"{order}L")
    return NativeFile(
        format="macho",
        machines=(_MACHO_MACHINES.get(cpu, f"macho-cpu-{cpu}"),),
        is_executable=ends.word(start + 12, f"{order}L") == 2,
        has_debug=b"__DWARF" in _segments(ends, start, order, length),
    )


def _segments(ends: _Ends, start: int, order: str, length: int) -> set[bytes]:
    found: set[bytes] = set()
    place = start + length
    for _ in range(min(ends.word(start + 16, f"{order}L"), _MOST_HEADERS)):
        command, size = ends.word(place, f"{order}L"), ends.word(place + 4, f"{order}L")
        if command in {0x1, 0x19}:
            found.add(ends.name(place + 8)[:16])
        if size < 8:
            break
        place += size
    return found


def _fat(ends: _Ends) -> NativeFile | None:
    """A universal Mach-O file: one for each machine, behind a table."""
    form, where = _FAT[ends.at(0, 4)]
    count = ends.word(4, ">L")
    if not 0 < count <= _MOST_PARTS:
        return None
    length = struct.calcsize(form)
    tables = [ends.at(8 + index * length, length) for index in range(count)]
    entries = [struct.unpack(form, table) for table in tables if table]
    inner = [part for entry in entries if (part := _macho(ends, int(entry[where]))) is not None]
    machines = (_MACHO_MACHINES.get(int(entry[0]), f"macho-cpu-{entry[0]}") for entry in entries)
    return NativeFile(
        format="macho",
        machines=tuple(dict.fromkeys(machines)),
        is_executable=any(part.is_executable for part in inner),
        has_debug=any(part.has_debug for part in inner),
    )


def _pe(ends: _Ends) -> NativeFile | None:
    """A PE file, by the fields of https://learn.microsoft.com/windows/win32/debug/pe-format; a DOS program is none."""
    start = ends.word(60, "<L")
    if ends.at(start, 4) != b"PE\0\0":
        return None
    machine, flags, magic = (ends.word(start + place, "<H") for place in (4, 22, 24))
    directories = start + 24 + (112 if magic == 0x20B else 96)
    count = ends.word(directories - 4, "<L")
    return NativeFile(
        format="pe",
        machines=(_PE_MACHINES.get(machine, f"pe-machine-{machine:#x}"),),
        is_clr=count > 14 and ends.word(directories + 14 * 8, "<L") != 0,
        is_executable=not flags & 0x2000,
        has_debug=any(name.startswith(b".debug_") for name in _pe_sections(ends, start)),
    )


def _pe_sections(ends: _Ends, start: int) -> Iterator[bytes]:
    """The names of the sections; one that is too long for its field stands behind the symbols."""
    count, symbols, number, optional = (
        ends.word(start + place, form) for place, form in ((6, "<H"), (12, "<L"), (16, "<L"), (20, "<H"))
    )
    strings = symbols + 18 * number
    for index in itertools.islice(range(count), _MOST_HEADERS):
        name = ends.at(start + 24 + optional + index * 40, 8).rstrip(b"\0")
        is_long = name.startswith(b"/") and name[1:].isdigit() and symbols
        yield ends.name(strings + int(name[1:])) if is_long else name
