# SPDX-License-Identifier: Apache-2.0
"""Trees to build in: copies outside of the repository, so that no build sees what another one has left."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._build_files import LEFTOVERS, source_files
from noxkit.engine._build_git import copy_repository, settle_index

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from noxkit.engine._build_files import Sources
    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

__all__ = ["OTHER_TIME", "OTHER_UMASK", "Tree", "Trees"]

OTHER_TIME = 1_000_000_000
"""The time of all files in the second round, in seconds since 1970: one that no file has by chance."""

OTHER_UMASK = 0o027
"""The umask of the second round."""

_LARGE = 16 << 20  # bytes: of what git ignores, larger files are linked to and not copied


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """One copy of everything, which trees are made from; `top` is that of its git work tree.

    `unread` are files that may not be read.
    """

    top: Path
    root: Path
    paths: tuple[str, ...]
    unread: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A tree of its own for one build. `root` stands for the repository's root, `folder` for the package's.

    `is_own` tells of a path relative to the root whether it lies in the package.
    """

    top: Path
    root: Path
    folder: Path
    is_own: Callable[[str], bool]
    before: Mapping[str, tuple[int, int]]

    def strangers(self) -> list[str]:
        """What a build has written, changed or removed outside of its package's folder, relative to the root."""
        now = dict(self._outside())
        changed = {path for path, facts in now.items() if self.before.get(path) != facts}
        return sorted(changed | (self.before.keys() - now.keys()))

    def _outside(self) -> Iterator[tuple[str, tuple[int, int]]]:
        for current, folders, names in os.walk(self.top.parent):
            folders[:] = [name for name in folders if name not in LEFTOVERS and not name.endswith(".egg-info")]
            base = os.path.relpath(current, self.root).replace(os.sep, "/")
            for name in names:
                path = os.path.normpath(f"{base}/{name}")
                if name not in LEFTOVERS and not name.endswith(".pyc") and not self.is_own(path):
                    yield path, _facts(f"{current}/{name}")


def _facts(path: str) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_size, found.st_mtime_ns


class Trees:
    """Makes trees below a temporary folder, which is gone when `close` is called, or with the object."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._holder: tempfile.TemporaryDirectory[str] | None = None
        self._sources: Sources | None = None
        self._bases: dict[bool, _Base] = {}
        self._numbers = itertools.count(1)

    @property
    def folder(self) -> Path:
        """The temporary folder; call it under no lock of this object."""
        with self._lock:
            return self._scratch()

    def _scratch(self) -> Path:
        if self._holder is None:
            self._holder = tempfile.TemporaryDirectory(prefix="noxkit-build-", ignore_cleanup_errors=True)
        return Path(self._holder.name).resolve()

    @property
    def settings(self) -> Path:
        """A copy of the root that nothing is built in: where the settings of the repository are read."""
        with self._lock:
            return self._base(again=False).root

    @property
    def unread(self) -> tuple[str, ...]:
        """Files of the tree that may not be read, so that no build can have them."""
        with self._lock:
            return self._base(again=False).unread

    def close(self) -> None:
        """Remove everything."""
        with self._lock:
            if self._holder is not None:
                self._holder.cleanup()
            self._holder, self._bases = None, {}

    @contextlib.contextmanager
    def tree(self, package: Package, *, again: bool = False) -> Generator[Tree]:
        """A fresh tree to build `package` in; `again` is one of the second round, with other times."""
        with self._lock:
            base = self._base(again=again)
            scratch = self._scratch() / f"{'elsewhere' if again else 't'}{next(self._numbers)}"
        scratch.mkdir()
        try:
            yield _grown(self._context, base, scratch / base.top.name, package)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _base(self, *, again: bool) -> _Base:
        if again not in self._bases:
            if self._sources is None:
                self._sources = source_files(self._context)
            folder = self._scratch() / ("base-again" if again else "base")
            self._bases[again] = _copied(self._context, self._sources, folder, again=again)
        return self._bases[again]


def _copied(context: Context, sources: Sources, folder: Path, *, again: bool) -> _Base:
    git_root = context.repository.git_root if context.repository.has_git else None
    below = context.root.relative_to(git_root) if git_root is not None else Path()
    top = folder / (git_root or context.root).name
    root = top / below
    root.mkdir(parents=True)
    unread: list[str] = []
    listed = (*sources.files, *_above(context, git_root))
    paths = [path for path in listed if _put(context, path, root, unread, link=path in sources.ignored)]
    if again:
        for path in paths:
            _touch(root / path)
    if git_root is not None and copy_repository(context, top):
        settle_index(context, top, {os.path.normpath(below / path) for path in paths})
    return _Base(top=top, root=root, paths=tuple(paths), unread=tuple(unread))


def _above(context: Context, git_root: Path | None) -> Iterator[str]:
    """The files beside the folders that lead to the root, such as a licence: `../LICENSE`."""
    folder, way = context.root, ""
    while git_root is not None and folder != git_root:
        folder, way = folder.parent, f"../{way}"
        with contextlib.suppress(OSError):
            yield from (
                f"{way}{entry.name}" for entry in os.scandir(folder) if entry.is_file() and entry.name != ".git"
            )


def _put(context: Context, path: str, root: Path, unread: list[str], *, link: bool) -> bool:
    """Copy one file, or make the link that it is; returns whether it is there. What may not be read is `unread`."""
    source, target = context.root / path, root / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink() and _stays_inside(context, source):
            target.symlink_to(source.readlink())
        elif link and source.stat().st_size > _LARGE:
            target.symlink_to(source)
        elif source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
    except PermissionError:
        unread.append(path)
        return False
    except FileNotFoundError:  # a link to nothing, or a file that somebody has removed meanwhile
        return False
    return True


def _stays_inside(context: Context, link: Path) -> bool:
    target = link.readlink()
    return not target.is_absolute() and Path(os.path.normpath(link.parent / target)).is_relative_to(context.root)


def _touch(file: Path) -> None:
    if file.is_file() and not file.is_symlink():
        os.utime(file, (OTHER_TIME, OTHER_TIME))


def _grown(context: Context, base: _Base, top: Path, package: Package) -> Tree:
    """The files of the package as copies, since builds write among them, and all others as links to the base."""
    root = top / base.root.relative_to(base.top)
    folder = root / package.folder
    folder.mkdir(parents=True)
    is_own = functools.partial(_is_own, context, package)
    made: set[Path] = set()
    before: dict[str, tuple[int, int]] = {}
    for path in base.paths:
        source, target = base.root / path, root / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        own = is_own(path)
        if own or source.is_symlink() or not _linked(source, target):
            shutil.copy2(source, target, follow_symlinks=False)
        if not own and not target.is_dir():
            before[path] = _facts(str(target))
    if (base.top / ".git").is_dir():
        shutil.copytree(base.top / ".git", top / ".git")
    return Tree(top=top, root=root, folder=folder, is_own=is_own, before=before)


def _is_own(context: Context, package: Package, path: str) -> bool:
    """Whether a path is the package's; what lies above the root is nobody's."""
    return not path.startswith("../") and context.repository.workspace.package_of(path) is package


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False
    return True
