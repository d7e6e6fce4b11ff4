# SPDX-License-Identifier: Apache-2.0
"""What is kept between runs: a bounded store of bytes under keys, safe for several processes at once."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import random
import re
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "Store", "key_of", "sealed", "unsealed"]

_MAGIC = b"noxkit-store/1\n"
_HEADER = len(_MAGIC) + hashlib.sha256().digest_size  # bytes
_KEY = re.compile(r"[0-9a-f]{64}")
_LOW_WATER = 0.9  # of the limit: what an eviction leaves, so that not every put has to evict
_SMALL = 1e-4  # of the limit: a put that need not be counted at once
_SHARE = 0.1  # of these, how many are
_ABANDONED = 3600.0  # seconds after which a temporary file has lost its writer


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kept value: its key, its bytes on the disk, and when it was last used (seconds since 1970)."""

    key: str
    size: int
    used: float


def key_of(*parts: str | bytes) -> str:
    """The key for everything that a value depends on: sha256 in hex over all parts and their lengths.

    ("ab", "c") and ("a", "bc") have different keys, and so have "a" and b"a".
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%c%d:" % (b"s" if isinstance(part, str) else b"b", len(data)))
        digest.update(data)
    return digest.hexdigest()


class Store:
    """Values below a folder, one file each; nothing else is written, so nothing else can break.

    A value is a miss where its file is damaged, and is not kept where the folder cannot be written
    or is full: a store never stops a run. `limit_bytes` bounds all files together; those that were
    not used for longest go first. `Store(None)` keeps nothing, for `--no-cache`.
    """

    def __init__(self, folder: Path | None, limit_bytes: int = 512 << 20) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._size: int | None = None  # of all files, by the last count and what was put since

    @property
    def enabled(self) -> bool:
        """Whether anything can be kept."""
        return self._folder is not None

    def get(self, key: str) -> bytes | None:
        """The value of a key from `key_of`, or None."""
        path = self._path(key)
        if path is None:
            return None
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        data = unsealed(key, raw)
        if data is None:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):  # the time of use; the system's own is not kept on most disks
            os.utime(path)
        return data

    def put(self, key: str, data: bytes) -> bool:
        """Keep a value; False where that was not possible. A reader sees all of it or nothing."""
        path = self._path(key)
        size = _HEADER + len(data)
        if path is None or size > self._limit:
            return False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, sealed(key, data))
        except OSError:
            return False
        self._bound(size)
        return True

    def entries(self) -> list[Entry]:
        """All that is kept, least recently used first."""
        found = [
            Entry(key=path.name, size=status.st_size, used=status.st_mtime)
            for path, status in self._files()
            if _KEY.fullmatch(path.name)
        ]
        return sorted(found, key=lambda entry: (entry.used, entry.key))

    def _path(self, key: str) -> Path | None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a key of key_of")
        return None if self._folder is None else self._folder / key[:2] / key

    def _bound(self, added: int) -> None:
        """Count what was put. Others put as well, so the folder is counted again before anything goes.

        To count all takes longer than a small put: one in some of these does it, which keeps the bound all the same.
        """
        if self._size is None and added < self._limit * _SMALL and random.random() > _SHARE:  # noqa: S311 -- no secret
            return
        with self._lock:
            self._size = self._count() if self._size is None else self._size + added
            if self._size > self._limit:
                self._size = self._evict()

    def _count(self) -> int:
        now = time.time()
        size = 0
        for path, status in self._files():
            if not _KEY.fullmatch(path.name) and now - status.st_mtime > _ABANDONED:
                with contextlib.suppress(OSError):
                    path.unlink()
            else:
                size += status.st_size
        return size

    def _evict(self) -> int:
        """Remove the least recently used down to the low water mark; returns the size of the rest."""
        size = self._count()
        if size <= self._limit:
            return size
        for entry in self.entries():
            if size <= self._limit * _LOW_WATER:
                break
            path = self._path(entry.key)
            if path is not None:
                with contextlib.suppress(OSError):  # another process was faster, or may not be allowed
                    path.unlink()
                    size -= entry.size
        return size

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Every file in the folders of two hexadecimal digits; what vanishes on the way is left out."""
        for shard in _scan(self._folder):
            if len(shard.name) == 2 and shard.is_dir(follow_symlinks=False):
                for file in _scan(Path(shard.path)):
                    with contextlib.suppress(OSError):
                        yield Path(file.path), file.stat(follow_symlinks=False)


def _scan(folder: Path | None) -> list[os.DirEntry[str]]:
    if folder is None:
        return []
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def sealed(key: str, data: bytes) -> bytes:
    """A value as it is stored: behind a digest over key and value, so that a renamed file is a miss as well."""
    return _header(key, data) + data


def unsealed(key: str, raw: bytes) -> bytes | None:
    """The value of `sealed`; None where it is damaged, or that of another key."""
    data = raw[_HEADER:]
    return data if raw[:_HEADER] == _header(key, data) else None


def _header(key: str, data: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(key.encode() + data).digest()


def _write(path: Path, content: bytes) -> None:
    """As `write_atomic`, but without waiting for the disk: the digest finds what a power cut has damaged."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
