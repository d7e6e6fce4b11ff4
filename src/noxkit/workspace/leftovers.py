# SPDX-License-Identifier: Apache-2.0
"""What builds, tests and tools leave in a tree: found by known names alone, and held against what git says of it."""

from __future__ import annotations

import bisect
import dataclasses
import os
import re
import stat
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from noxkit.workspace.git import GitRunner

__all__ = ["GIT_SILENT", "Leftover", "Search", "find_leftovers", "mount_points"]

GIT_SILENT = "git does not say what it tracks here"

_FOLDERS = {
    **dict.fromkeys(("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache"), "cache"),
    **dict.fromkeys((".pytype", ".pyre"), "cache"),
    **dict.fromkeys((".eggs", ".pdm-build"), "build"),
    "htmlcov": "coverage",
}
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_BESIDE_MANIFEST = frozenset({"build", "dist", "coverage.xml", "coverage.json", "coverage.lcov", ".dmypy.json"})
_ENVIRONMENTS = frozenset({".venv", "venv", ".tox"})
_STATE = ("coverage", "junit", "store")  # of .nox/noxkit; `report` holds what sessions of the same call have said
_NEVER = frozenset({".git", ".hg", ".svn", "node_modules"})
_BARE = frozenset({"HEAD", "objects", "refs"})  # what a git repository without a work tree holds
_SQLITE = b"SQLite format 3\0"
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """One file, folder or link; `kept` says why it must stay, None where it may be removed. `size` is in bytes."""

    path: str
    kind: str
    size: int = 0
    kept: str | None = None
    is_folder: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where and what: `outputs` are further folders of built files, `in_use` the environment that runs this.

    `environments` says that virtual environments are asked for. `mounts` are paths below the root.
    """

    root: Path
    git: GitRunner | None
    outputs: tuple[str, ...] = ()
    in_use: Path | None = None
    environments: bool = False
    mounts: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A path with a known name. `sure` ones nobody writes by hand, so that git need not ignore them."""

    path: str
    kind: str
    sure: bool


def find_leftovers(search: Search) -> tuple[list[Leftover], int] | str:
    """Everything with a known name, sorted, and how many folders were looked at; or why nothing can be said.

    Links are not followed, and nested repositories, other file systems and `node_modules` not entered.
    """
    known = _Known.ask(search.git) if search.git is not None else None
    if isinstance(known, str):
        return known
    found: list[_Named] = []
    folders = _walk(search, found.append)
    judged = [_judged(search, known, named) for named in sorted(found, key=lambda named: named.path)]
    return [leftover for leftover in judged if leftover is not None], folders


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The paths that git tracks, and those that it would add; both sorted."""

    tracked: tuple[str, ...]
    untracked: tuple[str, ...]

    @classmethod
    def ask(cls, git: GitRunner) -> _Known | str | None:
        """What git says; None where it names nothing at all, since it then ignores the root itself."""
        tracked = git(["ls-files", "-z", "--cached"])
        untracked = git(["ls-files", "-z", "--others", "--exclude-standard"])
        if tracked is None or untracked is None:
            return GIT_SILENT
        if not tracked and not untracked:
            return None
        return cls(tracked=_paths(tracked), untracked=_paths(untracked))

    def keeps(self, named: _Named) -> str | None:
        """Why git keeps this from being removed."""
        count = _count_within(self.tracked, named.path)
        if count:
            return f"git tracks {count} of its files" if count > 1 else "git tracks it, or a file in it"
        if not named.sure and _count_within(self.untracked, named.path):
            return "git does not ignore it: it may be somebody's work"
        return None


def _paths(listed: bytes) -> tuple[str, ...]:
    return tuple(sorted(os.fsdecode(name).rstrip("/") for name in listed.split(b"\0") if name))


def _count_within(paths: Sequence[str], folder: str) -> int:
    """How many of the sorted `paths` are `folder` itself or below it."""
    first, last = (bisect.bisect_left(paths, f"{folder}{sign}") for sign in "/0")  # `0` is what follows `/`
    at = bisect.bisect_left(paths, folder)
    return last - first + (at < len(paths) and paths[at] == folder)


def _walk(search: Search, add: Callable[[_Named], None]) -> int:
    """Call `add` with each path that has a known name, and return how many folders were read."""
    device = search.root.stat().st_dev
    waiting, count = [""], 0
    while waiting:
        folder = waiting.pop()
        entries = list(_entries(search.root / folder, device))
        names = {entry.name for entry in entries}
        if folder and _is_foreign(search, folder, names):
            continue
        count += 1
        prefix = f"{folder}/" if folder else ""
        for entry in entries:
            path = f"{prefix}{entry.name}"
            is_folder = entry.is_dir(follow_symlinks=False)
            named = _named(search, path, entry, names=names, at_root=not folder)
            if named is not None:
                add(named)
            elif is_folder and path == ".nox":
                for own in _own_state(search.root):
                    add(own)
            elif is_folder and entry.name not in _NEVER and entry.name != ".nox":
                waiting.append(path)
    return count


def _entries(folder: Path, device: int) -> Iterator[os.DirEntry[str]]:
    """What a folder holds; nothing where it has gone, may not be read, or lies on another file system."""
    try:
        if folder.lstat().st_dev == device:
            with os.scandir(folder) as entries:
                yield from entries
    except OSError:
        return


def _is_foreign(search: Search, folder: str, names: set[str]) -> bool:
    return ".git" in names or names >= _BARE or folder in search.mounts


def _named(search: Search, path: str, entry: os.DirEntry[str], *, names: set[str], at_root: bool) -> _Named | None:
    name, is_folder = entry.name, entry.is_dir(follow_symlinks=False)
    folder_like = is_folder or entry.is_symlink()
    if folder_like and (name in _FOLDERS or name.endswith(".egg-info")):
        return _Named(path=path, kind=_FOLDERS.get(name, "build"), sure=True)
    if (at_root or names & _MANIFESTS) and name in _BESIDE_MANIFEST:
        return _Named(path=path, kind="coverage" if name.startswith("coverage.") else "build", sure=False)
    if path in search.outputs:
        return _Named(path=path, kind="build", sure=False)
    if (name in _ENVIRONMENTS and entry.is_symlink()) or (is_folder and _is_environment(entry)):
        return _Named(path=path, kind="environment", sure=False)
    if not folder_like and (name == ".coverage" or name.startswith(".coverage.")) and _is_data(entry):
        return _Named(path=path, kind="coverage", sure=True)
    if not folder_like and fnmatchcase(name, "*.py[co]"):
        return _Named(path=path, kind="cache", sure=False)
    return None


def _is_environment(entry: os.DirEntry[str]) -> bool:
    return entry.name == ".tox" or os.path.lexists(os.path.join(entry.path, "pyvenv.cfg"))  # noqa: PTH118 -- a scan


def _is_data(entry: os.DirEntry[str]) -> bool:
    """Whether it is data of coverage's: `.coverage.toml` would be somebody's own."""
    try:
        with open(entry.path, "rb") as file:  # noqa: PTH123 -- an entry has a path and is none
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def _own_state(root: Path) -> Iterator[_Named]:
    """noxkit's own folders below `.nox`, and the environments of nox and of noxkit."""
    nox = root / ".nox"
    for name in _STATE:
        if (nox / "noxkit" / name).is_dir() and not (nox / "noxkit").is_symlink():
            yield _Named(path=f".nox/noxkit/{name}", kind="cache", sure=False)
    for path in ("noxkit/environments", "noxkit/tools"):
        if (nox / path).is_dir() and not (nox / "noxkit").is_symlink():
            yield _Named(path=f".nox/{path}", kind="environment", sure=False)
    for folder in _subfolders(nox):
        if (folder / "pyvenv.cfg").is_file():
            yield _Named(path=f".nox/{folder.name}", kind="environment", sure=False)


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir() and not each.is_symlink())
    except OSError:
        return []


def _judged(search: Search, known: _Known | None, named: _Named) -> Leftover | None:
    """The leftover with its size, or with why it is kept; None where it has vanished, or is nobody's to say."""
    try:
        status = (search.root / named.path).lstat()
    except OSError:
        return None
    is_folder = stat.S_ISDIR(status.st_mode)
    kept = _kept(search, known, named)
    size = status.st_size
    if kept is None and is_folder:
        measured = _measured(search, named)
        kept, size = (measured, 0) if isinstance(measured, str) else (None, measured)
    return Leftover(path=named.path, kind=named.kind, size=size, kept=kept, is_folder=is_folder)


def _kept(search: Search, known: _Known | None, named: _Named) -> str | None:
    if named.kind == "environment":
        if not search.environments:
            return "a virtual environment, which `--environments` takes"
        folder = (search.root / named.path).resolve()
        if search.in_use is not None and search.in_use.resolve().is_relative_to(folder):
            return "it runs this very session"
    if known is not None:
        return known.keeps(named)
    own = named.sure or named.path.startswith(".nox/") or named.kind == "environment"
    return None if own else "there is no git here to say whether it is anybody's work"


def _measured(search: Search, named: _Named) -> int | str:
    """The bytes of all files below, or why it must stay: what it holds is more than a leftover."""
    device, total, waiting = search.root.stat().st_dev, 0, [named.path]
    while waiting:
        folder = waiting.pop()
        if folder in search.mounts:
            return "something is mounted on it" if folder == named.path else "something is mounted in it"
        try:
            if (search.root / folder).lstat().st_dev != device:
                return "it lies on another file system, or holds one"
            with os.scandir(search.root / folder) as scanned:
                entries = list(scanned)
        except OSError:
            continue  # gone meanwhile, or not readable: removing it says so
        held = _held(named, {entry.name for entry in entries})
        if held is not None:
            return held
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{folder}/{entry.name}")
            else:
                total += _size(entry)
    return total


def _held(named: _Named, names: Iterable[str]) -> str | None:
    held = set(names)
    if ".git" in held or held >= _BARE:
        return "it holds a git repository"
    if named.kind == "environment":
        return None
    if "pyvenv.cfg" in held:
        return "it holds a virtual environment"
    return "it holds a .env" if any(name == ".env" or name.startswith(".env.") for name in held) else None


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def mount_points(root: Path) -> frozenset[str]:
    """The paths below `root` on which something is mounted, as far as the system says (Linux: proc(5))."""
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return frozenset()
    base = str(root.resolve()).rstrip("/") + "/"
    points = (_unescaped(os.fsdecode(line.split(b" ")[4])) for line in lines if line.count(b" ") > 4)
    return frozenset(point.removeprefix(base) for point in points if point.startswith(base))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)
