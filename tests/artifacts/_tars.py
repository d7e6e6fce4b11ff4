# SPDX-License-Identifier: Apache-2.0
"""Tar archives written header by header, since no library writes what is broken."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.artifacts._entries import Entry

__all__ = ["write_tar"]

_BLOCK, _RECORD = 512, 10240
_TYPES = {"fifo": b"6", "char": b"3", "block": b"4", "sparse": b"S", "contiguous": b"7"}


def write_tar(entries: Iterable[Entry], *, pax: Mapping[str, str] | None = None) -> bytes:
    """The archive of these entries, with the departures that each of them asks for; `pax` is the global header."""
    body = bytearray(_pax(b"g", pax) if pax else b"")
    for entry in entries:
        for _ in range(entry.number("repeat") or 1):
            body += _entry(entry)
    body += bytes(2 * _BLOCK)
    return bytes(body) + bytes(-len(body) % _RECORD)


def _entry(entry: Entry) -> bytes:
    body = bytearray()
    records: dict[str, str] = {}
    extended = entry.options.get("pax")
    if extended is not None:
        records |= {key: str(value) for key, value in cast("Mapping[str, object]", extended).items()}
    raw = entry.raw
    if len(raw) > 100:
        records["path"] = entry.written
        raw = raw[:100]
    if records:
        body += _pax(b"x", records)
    kind = _kind(entry)
    data = entry.content if kind in {b"0", b"7", b"S"} else b""
    zeros = entry.zeros if kind in {b"0", b"7"} else 0
    declared = entry.number("size")
    body += _header(entry, raw, kind, declared if declared is not None else zeros or len(data))
    body += bytes(zeros) if zeros else data
    return bytes(body) + bytes(-(zeros or len(data)) % _BLOCK)


def _kind(entry: Entry) -> bytes:
    if entry.text("link") is not None:
        return b"2"
    if entry.text("hardlink") is not None:
        return b"1"
    return _TYPES.get(entry.text("type") or "", b"5" if entry.name.endswith("/") else b"0")


def _header(entry: Entry, name: bytes, kind: bytes, size: int) -> bytes:
    user, group = entry.text("user") or "", entry.text("group") or ""
    device = b"0000001\0" if kind in {b"3", b"4"} else b""
    magic = b"ustar  \0" if kind == b"S" else b"ustar\x0000"
    block = struct.pack(
        "100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x",
        name,
        _octal(entry.mode, 8),
        _octal(entry.number("uid") or 0, 8),
        _octal(entry.number("gid") or 0, 8),
        _octal(size, 12),
        _octal(int(entry.time.timestamp()), 12),
        b" " * 8,
        kind,
        (entry.target or "").encode(),
        magic,
        user.encode(),
        group.encode(),
        device,
        device,
        _sparse(size) if kind == b"S" else b"",
    )
    wanted = entry.number("crc")
    checksum = sum(block) if wanted is None else wanted
    return block[:148] + _octal(checksum, 7) + b" " + block[156:]


def _sparse(size: int) -> bytes:
    """The fields of the old GNU format that stand in the place of the prefix: one piece, and the real size."""
    return bytes(41) + _octal(0, 12) + _octal(size, 12) + bytes(3 * 24) + b"\0" + _octal(size + 4096, 12)


def _pax(kind: bytes, records: Mapping[str, str]) -> bytes:
    data = bytearray()
    for key, value in records.items():
        line = f" {key}={value}\n".encode("utf-8", "surrogateescape")
        length = len(line) + 1
        while length != len(line) + len(str(length)):
            length = len(line) + len(str(length))
        data += str(length).encode() + line
    header = struct.pack(
        "100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x",
        b"pax_global_header" if kind == b"g" else b"PaxHeaders/0",
        *(b"0000644\0", b"0000000\0", b"0000000\0", _octal(len(data), 12), _octal(0, 12), b" " * 8, kind, b""),
        *(b"ustar\x0000", b"", b"", b"", b"", b""),
    )
    header = header[:148] + _octal(sum(header), 7) + b" " + header[156:]
    return header + bytes(data) + bytes(-len(data) % _BLOCK)


def _octal(number: int, width: int) -> bytes:
    """A number in a field of this width; what does not fit, or is negative, in base 256 as GNU writes it."""
    text = f"{number:0{width - 1}o}".encode()
    if number >= 0 and len(text) < width:
        return text + b"\0"
    return (number % (1 << (8 * width - 1)) | 1 << (8 * width - 1)).to_bytes(width, "big")
