# SPDX-License-Identifier: Apache-2.0
"""Tar archives under gzip (ustar, GNU's long names and sparse files, PAX), read as a stream.

The standard library's reader keeps PAX headers of any size, corrects names, and passes over what it cannot read.
Where readers disagree on what a header says, this one says what that one would, and adds a fault.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from noxkit.artifacts._content import Content, Contents
from noxkit.artifacts._faults import Faults
from noxkit.artifacts._gzip import GzipStream, StoppedError
from noxkit.artifacts._tar_headers import SPARSE, TarHeader, has_checksum, number, pax_records, read_header, shown
from noxkit.artifacts.model import Archive, Fault, FaultKind, Member, MemberKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

__all__ = ["read_tar"]

_BLOCK = 512
_ZEROS = bytes(_BLOCK)
_EXTENSION = 1 << 20  # bytes of one long name or PAX header
_CONTENT = 80 << 20  # bytes of content that are kept
_ENTRIES = 80 << 20  # bytes of memory for all entries without their content
_ENTRY = 640  # bytes of memory that one takes without its names
_OCTAL_SIZE = 8 << 30  # the first size that octal digits cannot say

_KINDS = {
    b"0": MemberKind.FILE,
    b"\0": MemberKind.FILE,
    b"7": MemberKind.FILE,
    b"1": MemberKind.HARDLINK,
    b"2": MemberKind.SYMLINK,
    b"3": MemberKind.DEVICE,
    b"4": MemberKind.DEVICE,
    b"5": MemberKind.FOLDER,
    b"6": MemberKind.FIFO,
    b"S": MemberKind.SPARSE,
}
_WITH_CONTENT = frozenset({MemberKind.FILE, MemberKind.SPARSE, MemberKind.OTHER})
_NAMES = frozenset({"path", "GNU.sparse.name"})
_LINKS = frozenset({MemberKind.SYMLINK, MemberKind.HARDLINK})
_TIME = re.compile(rb"-?\d{1,18}(?:\.\d{0,30})?")
_OTHERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x1f\x9d": "compress",
    b"]\0\0": "lzma",
}


def read_tar(file: BinaryIO, *, path: str, size: int, sha256: str) -> Archive:
    """Read the tar in `file` from where it stands; `size` and `sha256` are those of the whole file.

    `path` is how it is shown. A file that is no tar under gzip, or breaks off, gives what was read and a fault.
    """
    head = file.read(_BLOCK)
    other = _other_format(head)
    if other is not None:
        fault = Fault(kind=FaultKind.NOT_TAR, message=other)
        known: Literal["tar", "unknown"] = "tar" if other.startswith("a tar") else "unknown"
        return Archive(path=path, size=size, sha256=sha256, format=known, faults=(fault,))
    reader = _Reader(GzipStream(file, head, size))
    try:
        reader.read()
    except StoppedError as stopped:
        reader.faults.add(stopped.fault.kind, stopped.fault.message, stopped.fault.member)
    return Archive(
        path=path,
        size=size,
        sha256=sha256,
        format="unknown" if reader.faults.has(FaultKind.NOT_TAR) else "tar",
        members=tuple(reader.members),
        faults=reader.faults.all,
        unkept=reader.contents.unkept,
    )


def _other_format(head: bytes) -> str | None:
    """What a file is that does not begin as gzip does."""
    if head.startswith(b"\x1f\x8b"):
        return None
    if not head:
        return "the file is empty"
    if len(head) == _BLOCK and has_checksum(head):
        return "a tar archive without compression"
    found = next((name for magic, name in _OTHERS.items() if head.startswith(magic)), None)
    return f"a tar archive, or another file, compressed with {found}" if found else "no gzip data"


class _Reader:
    """Reads the entries one after the other; what came before a fault stays."""

    def __init__(self, stream: GzipStream) -> None:
        self.stream = stream
        self.members: list[Member] = []
        self.faults = Faults()
        self.contents = Contents(_CONTENT)
        self._room = _ENTRIES
        self._everywhere: dict[str, bytes] = {}
        self._next: dict[str, bytes] = {}
        self._is_begun = False

    def read(self) -> None:
        """Read to the end. Raises StoppedError where that cannot be reached."""
        while block := self.stream.read(_BLOCK):
            if block == _ZEROS:
                self._end()
                return
            if len(block) < _BLOCK and self._is_begun:
                raise StoppedError(FaultKind.CORRUPT, f"the archive ends inside of a header{self._behind()}")
            self._entry(self._header(block))
        if not self._is_begun:
            raise StoppedError(FaultKind.NOT_TAR, "the gzip data hold nothing, and no tar archive")
        raise StoppedError(FaultKind.CORRUPT, f"the archive breaks off{self._behind()}: it has no end mark")

    def _header(self, block: bytes) -> TarHeader:
        try:
            header = read_header(block)
        except ValueError as error:
            if not self._is_begun:
                raise StoppedError(FaultKind.NOT_TAR, "the gzip data hold no tar archive") from error
            raise StoppedError(FaultKind.CORRUPT, f"{error}{self._behind()}") from error
        self._is_begun = True
        return header

    def _behind(self) -> str:
        return f", behind `{shown(self.members[-1].raw)}`" if self.members else ""

    def _end(self) -> None:
        """Behind the end mark nothing but zeros may stand, up to the end of the gzip data."""
        while block := self.stream.read(_BLOCK):
            if block != _ZEROS[: len(block)]:
                if len(block) == _BLOCK and has_checksum(block):
                    raise StoppedError(FaultKind.CONCATENATED, "another tar archive stands behind the end mark")
                raise StoppedError(FaultKind.TRAILING, "data stand behind the end mark of the tar archive")

    def _entry(self, header: TarHeader) -> None:
        if header.type in {b"L", b"K"}:
            content = self._extension(header)
            # Of two, the standard library applies the first last.
            self._next.setdefault("path" if header.type == b"L" else "linkpath", content.partition(b"\0")[0])
        elif header.type in {b"x", b"X"}:
            self._next = {**self._records(header), **self._next}
        elif header.type == b"g":
            self._everywhere.update(self._records(header))
        else:
            said = {**self._everywhere, **self._next}
            self._next = {}
            self._member(header, said)

    def _records(self, header: TarHeader) -> dict[str, bytes]:
        try:
            return pax_records(self._extension(header))
        except ValueError as error:
            raise StoppedError(FaultKind.CORRUPT, f"{error}{self._behind()}") from error

    def _extension(self, header: TarHeader) -> bytes:
        """The content of a header that goes with the next entry."""
        if header.size > _EXTENSION:
            message = f"the name or the attributes of an entry{self._behind()} take {header.size} bytes"
            raise StoppedError(FaultKind.LIMIT, f"{message}; at most {_EXTENSION} are read")
        return b"".join(self._content(header.size, "the attributes of an entry"))

    def _content(self, size: int, name: str) -> Iterator[bytes]:
        """The `size` bytes that follow, in chunks; what fills their last block is passed over."""
        left, begun = size + -size % _BLOCK, (self.stream.produced, self.stream.consumed)
        while left:
            chunk = self.stream.take(left)
            if not chunk:
                raise StoppedError(FaultKind.CORRUPT, f"the archive ends inside of `{name}`")
            if size > 0:
                yield chunk[:size]
            size -= len(chunk)
            left -= len(chunk)
            self.stream.guard(*begun, name)

    def _member(self, header: TarHeader, said: dict[str, bytes]) -> None:
        # Of the two names that PAX has, the standard library takes the one that stands last.
        name = next((said[key] for key in reversed(said) if key in _NAMES), header.name)
        is_sparse = any(key.startswith((SPARSE, "SCHILY.realsize")) for key in said)
        kind = MemberKind.SPARSE if is_sparse else _KINDS.get(header.type, MemberKind.OTHER)
        size = self._size(header, said, name)
        target = _text(said.get("linkpath", header.target)) if kind in _LINKS else None
        self._take_room(name, said.get("linkpath", header.target))
        if kind in _WITH_CONTENT:
            content = self._read_content(header, kind, name, size)
        else:
            content = Content()
            if size:
                said_kind = f"`{shown(name)}`, a {kind.value}, has a size of {size} bytes"
                self.faults.add(FaultKind.CORRUPT, f"{said_kind}: readers disagree on whether content follows")
        self.members.append(
            Member(
                name=_text(name),
                raw=name,
                kind=kind,
                size=_real_size(header, said, size) if kind is MemberKind.SPARSE else size,
                mode=header.mode & 0o7777,
                time=_time(header, said),
                target=target,
                user=_text(said.get("uname", header.user)[:256]),
                group=_text(said.get("gname", header.group)[:256]),
                sha256=content.sha256,
                head=content.head,
                data=content.data,
                native=content.native,
            )
        )

    def _read_content(self, header: TarHeader, kind: MemberKind, name: bytes, size: int) -> Content:
        extended = header.type == b"S" and header.block[482]
        while extended:
            block = self.stream.read(_BLOCK)
            if len(block) < _BLOCK:
                raise StoppedError(FaultKind.CORRUPT, f"the archive ends inside of the map of `{shown(name)}`")
            extended = block[504]
        chunks = self._content(size, shown(name))
        if kind is MemberKind.FILE:
            return self.contents.read(_text(name), chunks)
        for _ in chunks:
            pass
        return Content()

    def _take_room(self, *texts: bytes) -> None:
        """Stop before the entries themselves fill the memory."""
        # A character beside ASCII makes each of a text take up to four bytes; the bytes are kept as well.
        self._room -= _ENTRY + sum(len(text) * (2 if text.isascii() else 5) for text in texts)
        if self._room < 0:
            raise StoppedError(FaultKind.LIMIT, f"only the first {len(self.members)} entries of the archive are read")

    def _size(self, header: TarHeader, said: dict[str, bytes], name: bytes) -> int:
        stated = said.get("size")
        if stated is None:
            return header.size
        if not stated.isdigit() or len(stated) > 18:
            raise StoppedError(FaultKind.CORRUPT, f"the PAX header of `{shown(name)}` has a size that is no number")
        size = int(stated)
        if size != header.size and size < _OCTAL_SIZE:
            self.faults.add(
                FaultKind.CORRUPT, f"`{shown(name)}` has two sizes: {size} by its PAX header, {header.size} by its own"
            )
        return size


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _time(header: TarHeader, said: dict[str, bytes]) -> float:
    stated = said.get("mtime", b"")
    return float(stated) if _TIME.fullmatch(stated) else float(header.time)


def _real_size(header: TarHeader, said: dict[str, bytes], stored: int) -> int:
    """How large a sparse file is with its holes, as the header claims."""
    for key in ("GNU.sparse.realsize", "GNU.sparse.size", "SCHILY.realsize"):
        stated = said.get(key, b"")
        if stated.isdigit() and len(stated) <= 18:
            return int(stated)
    try:
        return number(header.block[483:495]) if header.type == b"S" else stored
    except ValueError:
        return stored
