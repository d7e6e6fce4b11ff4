# SPDX-License-Identifier: Apache-2.0
"""Read a built file, whatever it claims to be: the format is told from its bytes and not from its name."""

from __future__ import annotations

import bz2
import dataclasses
import errno
import hashlib
import lzma
import stat
import zlib
from typing import TYPE_CHECKING, BinaryIO

from noxkit.artifacts._tar import read_tar
from noxkit.artifacts._zip import find_end, has_directory, read_zip
from noxkit.artifacts.model import Archive, Fault, FaultKind
from noxkit.artifacts.sdist import Sdist
from noxkit.artifacts.wheel import Wheel

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_archive", "read_sdist", "read_wheel"]

_CHUNK = 1 << 20
# How much of a file is looked at to see whether a tar begins in it, and how long the header of one is.
_HEAD, _BLOCK = 1 << 16, 512
_LOCAL = b"PK\3\4"


def read_archive(file: Path, *, shown: str) -> Archive:
    """Read the file, to be shown as `shown`: as a zip where one ends in it, else as a tar.

    Whatever its bytes are, they give an archive with faults. Raises OSError where it is no file, or cannot be read.
    """
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "no regular file", str(file))
    with file.open("rb") as stream:
        sha256, size = _digest(stream)
        end = find_end(stream, size)
        is_tar = _begins_tar(stream)
        if end is not None and (not is_tar or has_directory(stream, end)):
            archive = read_zip(stream, end, path=shown, size=size, sha256=sha256)
            return _with(archive, _ZIP_AND_TAR) if is_tar else _with(archive, _unwanted(shown, "zip"))
        if is_tar or not shown.endswith((".whl", ".zip")):
            stream.seek(0)
            archive = read_tar(stream, path=shown, size=size, sha256=sha256)
            return _with(archive, _unwanted(shown, "tar"))
        stream.seek(0)
        fault = Fault(kind=FaultKind.NOT_ZIP, message=_no_zip(stream.read(4), size))
        return Archive(path=shown, size=size, sha256=sha256, format="unknown", faults=(fault,))


def read_wheel(file: Path, *, shown: str) -> Wheel:
    """Read a wheel; as `read_archive`."""
    return Wheel(archive=read_archive(file, shown=shown))


def read_sdist(file: Path, *, shown: str) -> Sdist:
    """Read a source distribution; as `read_archive`."""
    return Sdist(archive=read_archive(file, shown=shown))


_ZIP_AND_TAR = Fault(
    kind=FaultKind.ZIP_AND_TAR, message="a tar begins in the file and a zip ends in it: both readers accept it"
)


def _with(archive: Archive, fault: Fault | None) -> Archive:
    return archive if fault is None else dataclasses.replace(archive, faults=(fault, *archive.faults))


def _unwanted(shown: str, found: str) -> Fault | None:
    """The fault of a file whose name promises the other format."""
    if shown.endswith((".whl", ".zip")):
        fault = Fault(kind=FaultKind.NOT_ZIP, message="the file is a tar archive and no zip")
        return fault if found == "tar" else None
    fault = Fault(kind=FaultKind.NOT_TAR, message="the file is a zip archive and no tar")
    return fault if found == "zip" else None


def _digest(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _no_zip(head: bytes, size: int) -> str:
    if not size:
        return "the file is empty"
    if head == _LOCAL:
        return f"the file of {size} bytes begins as a zip and has no end record: it is cut off"
    return f"the file of {size} bytes has no end record of a zip"


def _begins_tar(stream: BinaryIO) -> bool:
    """Whether a tar begins in the file, plain or compressed, as the tar reader of Python accepts it."""
    stream.seek(0)
    head = stream.read(_HEAD)
    return any(_is_header(block) for block in (head[:_BLOCK], _unpacked(head)))


def _unpacked(head: bytes) -> bytes:
    """The first block of what is compressed in `head`."""
    try:
        if head.startswith(b"\x1f\x8b"):
            return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _BLOCK)
        if head.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(head, _BLOCK)
        if head.startswith(b"\xfd7zXZ"):
            return lzma.LZMADecompressor().decompress(head, _BLOCK)
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        return b""
    return b""


def _is_header(block: bytes) -> bool:
    """Whether a block is the header of a tar entry, by its checksum: the sum of its bytes, itself as spaces."""
    if len(block) < _BLOCK:
        return False
    stated = block[148:156].replace(b"\0", b" ").strip()
    try:
        return int(stated, 8) == sum(block) - sum(block[148:156]) + 8 * 32
    except ValueError:
        return False
