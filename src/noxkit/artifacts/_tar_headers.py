# SPDX-License-Identifier: Apache-2.0
"""The headers of tar archives: blocks of 512 bytes, and the records of PAX."""

from __future__ import annotations

import dataclasses

__all__ = ["SPARSE", "TarHeader", "has_checksum", "number", "pax_records", "read_header", "shown"]

SPARSE = "GNU.sparse."
"""What the PAX records of a sparse file begin with; alone, it stands for those that tell no more here."""

_BLOCK = 512
_PAX_KEYS = frozenset(
    {
        *("path", "linkpath", "size", "mtime", "uname", "gname"),
        *("GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size", "SCHILY.realsize"),
    }
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TarHeader:
    """One header as it stands there; `block` is all of it."""

    name: bytes
    mode: int
    size: int
    time: int
    type: bytes
    target: bytes
    user: bytes
    group: bytes
    block: bytes


def has_checksum(block: bytes) -> bool:
    """Whether a block is a header, by its checksum."""
    try:
        stated = number(block[148:156]) if len(block) == _BLOCK else -1
    except ValueError:
        return False
    rest = block[:148] + b" " * 8 + block[156:]
    # Old programs added the bytes as signed ones.
    return stated in {sum(rest), sum(rest) - 256 * sum(byte > 127 for byte in rest)}


def number(field: bytes) -> int:
    """A number in octal digits, or in base 256 behind a marked first byte. Raises ValueError for anything else."""
    if field[0] in {0x80, 0xFF}:
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[0] == 0xFF else 0)
    digits = field.partition(b"\0")[0].strip()
    if digits.strip(b"01234567"):
        raise ValueError("a header has a number that is none")
    return int(digits or b"0", 8)


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def read_header(block: bytes) -> TarHeader:
    """Read a block. Raises ValueError for one that is no header."""
    if not has_checksum(block):
        raise ValueError("a header has a wrong checksum")
    kind, name, prefix = block[156:157], _text(block[:100]), _text(block[345:500])
    if block[257:262] == b"ustar" and prefix and kind not in {b"L", b"K", b"S"}:
        name = prefix + b"/" + name
    if kind == b"\0" and name.endswith(b"/"):
        kind = b"5"
    header = TarHeader(
        name=name,
        mode=number(block[100:108]),
        size=number(block[124:136]),
        time=number(block[136:148]),
        type=kind,
        target=_text(block[157:257]),
        user=_text(block[265:297]),
        group=_text(block[297:329]),
        block=block,
    )
    if header.size < 0 or header.size >= 1 << 63:
        raise ValueError(f"the header of `{shown(name)}` claims an impossible size")
    return header


def shown(name: bytes) -> str:
    """A name for people, cut off where it is too long to be read."""
    text = name.decode("utf-8", "backslashreplace")
    return text if len(text) <= 100 else f"{text[:100]}…"


def pax_records(content: bytes) -> dict[str, bytes]:
    """The records of a PAX header that tell something here. Raises ValueError for malformed ones."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(content) and content[at] != 0:
        digits, space, _ = content[at : at + 20].partition(b" ")
        if not space or not digits.isdigit() or digits.startswith(b"0"):
            raise ValueError("a PAX header has a record without a length")
        end = at + int(digits)
        record = content[at + len(digits) + 1 : end]
        key, equals, value = record[:-1].partition(b"=")
        if end > len(content) or not equals or not key or not record.endswith(b"\n"):
            raise ValueError("a PAX header has a record that does not end where its length says")
        name = key.decode("utf-8", "replace")
        if name in _PAX_KEYS:
            found[name] = value
        elif name.startswith(SPARSE):
            found[SPARSE] = b""
        at = end
    return found
