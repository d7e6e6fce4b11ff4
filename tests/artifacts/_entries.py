# SPDX-License-Identifier: Apache-2.0
"""One entry of an archive to be written, broken in whatever way its options say."""

from __future__ import annotations

import dataclasses
import datetime as dt
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Entry"]

_CHUNK = 1 << 16
_HEALTHY = dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
_TYPES = {"fifo": stat.S_IFIFO, "char": stat.S_IFCHR, "block": stat.S_IFBLK}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """The entry `name` with the content `data`, or that many `zeros`; `options` are those of `[members]`."""

    name: str
    data: bytes = b""
    zeros: int = 0
    options: Mapping[str, object] = dataclasses.field(default_factory=dict[str, object])

    def text(self, key: str) -> str | None:
        """An option that is text."""
        value = self.options.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        """An option that is a number."""
        value = self.options.get(key)
        return value if isinstance(value, int) else None

    @property
    def raw(self) -> bytes:
        """The bytes of the name that is written."""
        given = self.text("raw")
        if given is not None:
            return bytes.fromhex(given)
        return (self.text("name") or self.name).encode("utf-8", "surrogateescape")

    @property
    def written(self) -> str:
        """The name that is written, bytes that are not UTF-8 as surrogates."""
        return self.raw.decode("utf-8", "surrogateescape")

    @property
    def target(self) -> str | None:
        """Where a link leads."""
        return self.text("link") or self.text("hardlink")

    @property
    def mode(self) -> int:
        """The permission bits."""
        given = self.number("mode")
        default = 0o755 if self.name.endswith("/") else 0o644
        return default if given is None else given

    @property
    def kind(self) -> int:
        """The bits of the mode that say what it is."""
        if self.text("link") is not None:
            return stat.S_IFLNK
        return _TYPES.get(self.text("type") or "", stat.S_IFDIR if self.name.endswith("/") else stat.S_IFREG)

    @property
    def time(self) -> dt.datetime:
        """When it was changed, in UTC."""
        given = self.options.get("time")
        return given.replace(tzinfo=dt.timezone.utc) if isinstance(given, dt.datetime) else _HEALTHY

    @property
    def size(self) -> int:
        """The bytes of content."""
        return self.zeros or len(self.content)

    @property
    def content(self) -> bytes:
        """What is stored, but for zeros: a symbolic link's is its target."""
        link = self.text("link")
        return link.encode() if link is not None else self.data

    def chunks(self) -> Iterator[bytes]:
        """The content in pieces."""
        if not self.zeros:
            yield self.content
        for start in range(0, self.zeros, _CHUNK):
            yield bytes(min(_CHUNK, self.zeros - start))
