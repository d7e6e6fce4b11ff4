# SPDX-License-Identifier: Apache-2.0
"""What a distribution file holds, as it stands there: nothing here is corrected, and nothing is trusted.

Sizes are bytes, times seconds since 1970 in UTC, hashes lower-case hexadecimal.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.artifacts.native import NativeFile

__all__ = ["Archive", "Fault", "FaultKind", "Member", "MemberKind"]


class FaultKind(enum.Enum):
    """How a file departs from the format that it claims."""

    NOT_ZIP = "no zip archive"
    NOT_TAR = "no gzip-compressed tar archive"
    CORRUPT = "corrupt"
    CRC = "wrong CRC"
    ZIP_AND_TAR = "zip and tar at once"
    HIDDEN_MEMBER = "local entry without a central one"
    HEADER_MISMATCH = "local header differs from the central one"
    LOCAL_DUPLICATE = "a name twice among the local headers"
    DATA_DESCRIPTOR = "data descriptor"
    PREPENDED = "bytes before the archive"
    TRAILING = "bytes behind the archive"
    CONCATENATED = "several archives in one file"
    ENTRY_COMMENT = "comment of an entry"
    ARCHIVE_COMMENT = "comment of the archive"
    ZIP64 = "malformed ZIP64 data"
    COMPRESSION = "compression method"
    ENCRYPTED = "encrypted"
    BOMB = "decompression bomb"
    LIMIT = "more than is read"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One departure, in words that can be shown; `member` is the name of the entry that it is about."""

    kind: FaultKind
    message: str
    member: str | None = None


class MemberKind(enum.Enum):
    """What an entry of an archive is."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symbolic link"
    HARDLINK = "hard link"
    DEVICE = "device"
    FIFO = "FIFO"
    SPARSE = "sparse file"
    OTHER = "other"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive, in the order of the central directory or of the tar stream.

    `name` is what is written there, bytes that are not UTF-8 as surrogates, `raw` those bytes. `stored` is
    the compressed size in a zip. `mode` are the permission bits, None where the archive has none. `data` is the
    content where it is of use to a rule (text by its suffix, all of dist-info) and small enough; `head` are
    the first bytes of every file, at most 64. `sha256` is empty for what is no file or cannot be read;
    `other_hash` is a further hash function with its digest, where the RECORD of a wheel asks for another.
    """

    name: str
    raw: bytes = b""
    kind: MemberKind = MemberKind.FILE
    size: int = 0
    stored: int = 0
    mode: int | None = None
    time: float | None = None
    target: str | None = None
    user: str = ""
    group: str = ""
    sha256: str = ""
    other_hash: tuple[str, str] | None = None
    head: bytes = b""
    data: bytes | None = None
    native: NativeFile | None = None

    @property
    def path(self) -> str:
        """The name without the slash of a folder."""
        return self.name.rstrip("/")

    @property
    def is_file(self) -> bool:
        """Whether it has content of its own."""
        return self.kind in {MemberKind.FILE, MemberKind.SPARSE}

    @property
    def text(self) -> str | None:
        """The content as UTF-8; None where it was not kept, or is not UTF-8."""
        if self.data is None:
            return None
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            return None


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Archive:
    """A file with all its entries. `path` is where it lies, as it is to be shown; `unkept` counts the bytes of
    content that rules would read and that were too many to keep: then not everything was looked at.
    """

    path: str
    size: int
    sha256: str
    format: Literal["zip", "tar", "unknown"]
    members: tuple[Member, ...] = ()
    faults: tuple[Fault, ...] = ()
    unkept: int = 0

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @functools.cached_property
    def files(self) -> tuple[Member, ...]:
        """The entries with content."""
        return tuple(member for member in self.members if member.is_file)

    @functools.cached_property
    def by_name(self) -> Mapping[str, Member]:
        """The entries by name; of several of one name the last, as an installer would leave it."""
        return {member.name: member for member in self.members}

    @functools.cached_property
    def duplicates(self) -> tuple[str, ...]:
        """The names that stand in the directory more than once."""
        return tuple(name for name, count in collections.Counter(m.name for m in self.members).items() if count > 1)

    def faults_of(self, *kinds: FaultKind) -> tuple[Fault, ...]:
        """The faults of these kinds."""
        return tuple(fault for fault in self.faults if fault.kind in kinds)
