# SPDX-License-Identifier: Apache-2.0
"""Removing one path below a root, and nothing else: by descriptors, so that no link that is put in leads outside."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Refused", "remove_below"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 200  # folders in each other: each costs a descriptor and two frames
_LINK = frozenset({errno.ELOOP, errno.ENOTDIR})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What could not be removed, and why."""

    path: str
    why: str


def remove_below(root: Path, path: str, *, mounts: frozenset[str] = frozenset()) -> list[Refused]:
    """Remove the file, link or folder at `path` (relative, with `/`), and return what could not be.

    A link is removed and never followed, neither at the end of the path nor on the way. Other file
    systems, `mounts` and whatever holds a `.git` stay. What has gone meanwhile is no failure.
    """
    *above, name = path.split("/")
    with contextlib.ExitStack() as stack:
        try:
            parent = _open(stack, os.fspath(root), None, flags=os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            for part in above:
                parent = _open(stack, part, parent)
        except OSError as error:
            return [] if error.errno == errno.ENOENT else [Refused(path=path, why=_why(error))]
        return list(_removed(parent, name, path=path, mounts=mounts))


def _open(stack: contextlib.ExitStack, name: str, parent: int | None, *, flags: int = _FOLDER) -> int:
    descriptor = os.open(name, flags, dir_fd=parent)
    stack.callback(os.close, descriptor)
    return descriptor


def _removed(parent: int, name: str, *, path: str, mounts: frozenset[str]) -> Iterator[Refused]:
    """Remove one entry of the open folder `parent`, and yield what stays."""
    try:
        if stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            yield from _emptied(parent, name, path=path, mounts=mounts)
        else:
            os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return
    except OSError as error:
        yield Refused(path=path, why=_why(error))


def _emptied(parent: int, name: str, *, path: str, mounts: frozenset[str]) -> Iterator[Refused]:
    """Remove a folder with all that is in it; it stays where something in it does."""
    with contextlib.ExitStack() as stack:
        folder = _open(stack, name, parent)
        if path.count("/") > _DEEPEST:
            yield Refused(path=path, why="it is nested too deeply")
            return
        if path in mounts or os.fstat(folder).st_dev != os.fstat(parent).st_dev:
            yield Refused(path=path, why="it lies on another file system")
            return
        names = os.listdir(folder)  # noqa: PTH208 -- of a descriptor, which no Path has
        if ".git" in names:
            yield Refused(path=path, why="it holds a git repository")
            return
        left = False
        for each in names:
            for refused in _removed(folder, each, path=f"{path}/{each}", mounts=mounts):
                left = True
                yield refused
    if not left:
        os.rmdir(name, dir_fd=parent)


def _why(error: OSError) -> str:
    if error.errno in _LINK:
        return "a link or a file has taken the place of a folder"
    return error.strerror or str(error)
