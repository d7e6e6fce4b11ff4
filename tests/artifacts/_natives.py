# SPDX-License-Identifier: Apache-2.0
"""The smallest files that are native code by their headers."""

from __future__ import annotations

import struct

__all__ = ["NATIVES"]

_SHARED, _PROGRAM = 3, 2


def _elf(machine: int, *, kind: int = _SHARED, bits: int = 64, sections: tuple[str, ...] = ()) -> bytes:
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab")) if sections else b""
    start = 64 if bits == 64 else 52
    table = start + len(names) + -len(names) % 8 if sections else 0
    count = len(sections) + 2 if sections else 0
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1, 1]) + bytes(9)
    if bits == 64:
        tail = struct.pack("<HHLQQQLHHHHHH", kind, machine, 1, 0, 0, table, 0, 64, 56, 0, 64, count, max(count - 1, 0))
    else:
        tail = struct.pack("<HHLLLLLHHHHHH", kind, machine, 1, 0, 0, table, 0, 52, 32, 0, 40, count, max(count - 1, 0))
    body = ident + tail + names.ljust(table - start if table else 0, b"\0")
    if not sections:
        return body
    body += bytes(64)
    for index, name in enumerate((*sections, ".shstrtab")):
        at = names.find(b"\0" + name.encode() + b"\0") + 1
        is_names = index == len(sections)
        place = (start, len(names)) if is_names else (0, 0)
        body += struct.pack("<LLQQQQLLQQ", at, 3 if is_names else 1, 0, 0, *place, 0, 0, 1, 0)
    return body


def _macho(cpu: int, *, kind: int = 6) -> bytes:
    return struct.pack("<LlLLLLLL", 0xFEEDFACF, cpu, 0, kind, 0, 0, 0, 0)


def _fat(*cpus: int) -> bytes:
    parts = [_macho(cpu) for cpu in cpus]
    head, body, offset = struct.pack(">LL", 0xCAFEBABE, len(parts)), b"", 8 + 20 * len(parts)
    for cpu, part in zip(cpus, parts, strict=True):
        head += struct.pack(">lLLLL", cpu, 0, offset + len(body), len(part), 0)
        body += part
    return head + body


def _pe(machine: int, *, library: bool = True, clr: bool = False) -> bytes:
    dos = b"MZ" + bytes(58) + struct.pack("<L", 64)
    wide = machine in {0x8664, 0xAA64}
    directories = [(0, 0)] * 16
    if clr:
        directories[14] = (0x2008, 72)
    head = struct.pack("<H", 0x20B if wide else 0x10B).ljust(108 if wide else 92, b"\0") + struct.pack("<L", 16)
    optional = head + b"".join(struct.pack("<LL", *each) for each in directories)
    flags = 0x2002 if library else 0x0002
    return dos + b"PE\0\0" + struct.pack("<HHLLLHH", machine, 0, 0, 0, 0, len(optional), flags) + optional


NATIVES = {
    "elf-x86_64": _elf(62),
    "elf-aarch64": _elf(183),
    "elf-i686": _elf(3, bits=32),
    "elf-armv7l": _elf(40, bits=32),
    "elf-program": _elf(62, kind=_PROGRAM),
    "elf-debug": _elf(62, sections=(".text", ".debug_info", ".debug_line")),
    "elf-stripped": _elf(62, sections=(".text", ".data")),
    "macho-arm64": _macho(0x0100000C),
    "macho-x86_64": _macho(0x01000007),
    "macho-program": _macho(0x0100000C, kind=2),
    "macho-fat": _fat(0x01000007, 0x0100000C),
    "pe-amd64": _pe(0x8664),
    "pe-x86": _pe(0x14C),
    "pe-arm64": _pe(0xAA64),
    "pe-clr": _pe(0x14C, clr=True),
    "pe-exe": _pe(0x8664, library=False),
}
"""A file of each kind by the name that recipes give it."""
