# SPDX-License-Identifier: Apache-2.0
"""What tools may read, by its content: the files of the tree, those above it that steer tools, and an environment."""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import functools
import hashlib
import json
import os
import re
import stat
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from noxkit.tasks.store import Store
    from noxkit.tools._base import Reads
    from noxkit.workspace.git import GitRunner

__all__ = ["Inputs", "Unknowable", "environment_digest"]

_PASSED_OVER = frozenset(
    """
    .git .hg .svn .nox .mypy_cache .ruff_cache .pytest_cache .hypothesis __pycache__
    """.split()  # noqa: SIM905 -- a column of strings hides what they are
)
_ABOVE = """
    pyproject.toml ruff.toml .ruff.toml ty.toml pyrefly.toml pyrightconfig.json mypy.ini .mypy.ini setup.cfg tox.ini
    typos.toml _typos.toml .typos.toml .gitignore .ignore .editorconfig
    """.split()  # noqa: SIM905 -- as above
_OF_THE_USER = """
    ruff/ruff.toml ruff/.ruff.toml ruff/pyproject.toml ty/ty.toml mypy/config git/ignore
    """.split()  # noqa: SIM905 -- as above
_AT_HOME = (".mypy.ini",)
_EXCLUDES = re.compile(rb"""(?im)^[ \t]*excludesfile[ \t]*=[ \t]*"?([^"\n]*?)"?[ \t]*$""")
_INCLUDES = re.compile(rb"(?im)^[ \t]*\[include")
_FRESH = 2_000_000_000  # nanoseconds: a file so young may change once more without its times changing
_CHUNK = 1 << 20


class Unknowable(Exception):  # noqa: N818 -- not an error: a result is then not kept
    """Raised where not all that a tool may read can be known; the message says what."""


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of a file: size, times of its content and of its inode in nanoseconds, and its hashes."""

    size: int
    modified: int
    changed: int
    inode: int
    blob: str
    digest: str

    def fits(self, status: os.stat_result) -> bool:
        return (self.size, self.modified, self.changed, self.inode) == _times(status)


_MEMO = msgspec.json.Decoder(dict[str, _Known])


@dataclasses.dataclass(frozen=True, slots=True)
class _Walked:
    """The files found, and a link among them that leaves the tree."""

    files: dict[str, os.stat_result]
    leaves: str | None


class Inputs:
    """The files below `root` as they were when they were first asked for. Several threads may ask at once.

    A hash is computed once for a file of the same size, times and inode, where git's index does not say otherwise.
    `matching` gives those files that git does not ignore by patterns; `environ` is that of the tools, and `opened` the
    time (`time.time_ns()`) at which the run has begun to read.
    """

    def __init__(  # noqa: PLR0913 -- what a run knows of itself
        self,
        root: Path,
        *,
        matching: Callable[[Sequence[str]], Iterable[str]],
        store: Store,
        git: GitRunner,
        environ: Mapping[str, str],
        opened: int,
    ) -> None:
        self._root = root
        self._select = matching
        self._store = store
        self._git = git
        self._environ = environ
        self._opened = opened
        self._lock = threading.Lock()
        self._place = key_of("contents", str(root))
        self._known: dict[str, _Known] = {}
        self._keys: dict[Reads, str] = {}

    def key(self, reads: Reads) -> str:
        """One hash over the files that are read, and over what steers tools from above the root.

        Raises Unknowable where a link leaves the tree, and OSError where a file cannot be read.
        """
        with self._lock:
            if self._walked.leaves is not None:
                raise Unknowable(f"the link {self._walked.leaves} leads out of the tree")
            if reads not in self._keys:
                files = self._matching(self._walked, reads)
                self._hash(files)
                lines = (f"{path}\0{self._known[path].digest}" for path in sorted(files))
                self._keys[reads] = key_of(*lines, *self._outside)
            return self._keys[reads]

    def keys(self, reads: Reads, owner: Callable[[str], str]) -> dict[str, str]:
        """A hash over the files that are read of each owner, which `owner` says of a path."""
        with self._lock:
            files = self._matching(self._walked, reads)
            self._hash(files)
            lines: dict[str, list[str]] = {}
            for path in sorted(files):
                lines.setdefault(owner(path), []).append(f"{path}\0{self._known[path].digest}")
            return {name: key_of(*found) for name, found in lines.items()}

    def digest(self, path: str) -> str | None:
        """The SHA-256 of the content of one file below the root, in hexadecimal; None where it cannot be read."""
        with self._lock:
            try:
                self._hash({path: self._walked.files[path]})
            except (KeyError, OSError, Unknowable):
                return None
            return self._known[path].digest

    def changed(self, reads: Reads) -> list[str]:
        """The files that are read and are not as they were when an earlier run last hashed them; gone ones, too."""
        with self._lock:
            files = self._matching(self._walked, reads)
            self._hash(files)
            old, now = self._old, self._known
            new = {path for path in files if path not in old or old[path].digest != now[path].digest}
            match = _matcher(reads.names)
            gone = {path for path in old.keys() - self._walked.files.keys() if match(path.rpartition("/")[2])}
            return sorted(new | gone)

    def is_unchanged(self, reads: Reads) -> bool:
        """Whether no such file has come, gone or changed since the run began to read, by size, times and inode."""
        with self._lock:
            before = self._matching(self._walked, reads)
        now = self._matching(_walk(self._root), reads)
        return before.keys() == now.keys() and all(
            _times(status) == _times(now[path]) and status.st_ctime_ns < self._opened for path, status in before.items()
        )

    def keep(self) -> None:
        """Remember the hashes for the next run: of files that have been as they are for a while."""
        with self._lock:
            settled = time.time_ns() - _FRESH
            known = {path: each for path, each in self._known.items() if max(each.modified, each.changed) < settled}
            if known and known != self._memo:
                self._store.put(self._place, msgspec.json.encode({**self._memo, **known}))

    @functools.cached_property
    def _walked(self) -> _Walked:
        return _walk(self._root)

    @functools.cached_property
    def _old(self) -> dict[str, _Known]:
        kept = self._store.get(self._place)
        try:
            return {} if kept is None else _MEMO.decode(kept)
        except msgspec.DecodeError:
            return {}

    @functools.cached_property
    def _memo(self) -> dict[str, _Known]:
        return {path: each for path, each in self._old.items() if path in self._walked.files}

    def _matching(self, walked: _Walked, reads: Reads) -> dict[str, os.stat_result]:
        match = _matcher(reads.names)
        found = {path: status for path, status in walked.files.items() if match(path.rpartition("/")[2])}
        if reads.ignored:
            return found
        listed = frozenset(self._select(reads.paths))
        return {path: status for path, status in found.items() if path in listed}

    def _hash(self, files: Mapping[str, os.stat_result]) -> None:
        for path, status in files.items():
            if path in self._known:
                continue
            old = self._memo.get(path)
            if old is None or not old.fits(status) or self._index.get(path, old.blob) != old.blob:
                old = _known(self._root / path, status)
            self._known[path] = old

    @functools.cached_property
    def _index(self) -> dict[str, str]:
        """The blob of each file as git's index has it."""
        listed = self._git(["ls-files", "-s", "-z"]) or b""
        found: dict[str, str] = {}
        for line in listed.split(b"\0"):
            facts, tab, name = line.partition(b"\t")
            if tab:
                found[os.fsdecode(name)] = facts.split()[1].decode("ascii", "replace")
        return found

    @functools.cached_property
    def _outside(self) -> tuple[str, ...]:
        """The files above the root and in the user's home that steer tools, with their hashes."""
        home = self._environ.get("HOME", "")
        settings = self._environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
        files = [
            (f"{level} above", folder / name) for level, folder in enumerate(self._root.parents) for name in _ABOVE
        ]
        files += [("of the user", Path(settings) / name) for name in _OF_THE_USER]
        files += [("at home", Path(home) / name) for name in _AT_HOME]
        files.append(("of the clone", self._root / ".git" / "info" / "exclude"))
        configured = [Path(home) / ".gitconfig", Path(settings) / "git" / "config", self._root / ".git" / "config"]
        files += [("of git", file) for each in configured for file in _steering(each, home)]
        found: list[str] = []
        for where, file in files:
            with contextlib.suppress(OSError):
                found.append(f"{where}\0{file.name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}")
        return tuple(found)


def _steering(config: Path, home: str) -> list[Path]:
    """What says which files git ignores: the files that its configuration names; itself where it includes others."""
    try:
        text = config.read_bytes()
    except OSError:
        return []
    named = [config.parent / os.fsdecode(name).replace("~", home, 1) for name in _EXCLUDES.findall(text)]
    return [*named, *([config] if _INCLUDES.search(text) else [])]


def _times(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _known(file: Path, status: os.stat_result) -> _Known:
    blob = hashlib.sha1(b"blob %d\0" % status.st_size, usedforsecurity=False)
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            blob.update(chunk)
            digest.update(chunk)
    size, modified, changed, inode = _times(status)
    return _Known(size, modified, changed, inode, blob.hexdigest(), digest.hexdigest())


def _matcher(patterns: Sequence[str]) -> Callable[[str], object]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns)).match


def _walk(root: Path) -> _Walked:
    """Every regular file, ignored or not: a checker reads what it imports, whatever git thinks of it.

    Folders of caches and of virtual environments are passed over, and so are links to folders: what they lead to
    in the tree is found there.
    """
    files: dict[str, os.stat_result] = {}
    leaves: list[str] = []
    base = os.path.realpath(root)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(f"{root}/{folder}"))
        except OSError as error:
            raise Unknowable(f"{folder} cannot be read: {error.strerror}") from error
        if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = f"{folder}{entry.name}"
            if entry.is_symlink() and not os.path.realpath(entry.path).startswith(f"{base}/"):
                leaves.append(path)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _PASSED_OVER:
                    waiting.append(f"{path}/")
            else:
                _add(files, path, entry)
    return _Walked(files, min(leaves, default=None))


def _add(files: dict[str, os.stat_result], path: str, entry: os.DirEntry[str]) -> None:
    try:
        status = entry.stat()
    except OSError:  # a link to nothing, or gone since
        return
    if stat.S_ISREG(status.st_mode):
        files[path] = status


def environment_digest(folder: Path, *, root: Path) -> str:
    """One hash over the sizes and times of all files installed in the virtual environment `folder`.

    Raises Unknowable where packages of the system are visible in it, or one from a folder outside of `root`.
    """
    digest = hashlib.sha256()
    try:
        settings = (folder / "pyvenv.cfg").read_text(encoding="utf-8")
        if re.search(r"(?im)^include-system-site-packages\s*=\s*true", settings):
            raise Unknowable("the environment shows the packages of the system")
        digest.update(f"{settings}\0{os.path.realpath(folder / 'bin' / 'python')}\0".encode())
        for packages in sorted(folder.glob("lib/python*/site-packages")):
            _refuse_foreign(packages, root)
            for line in sorted(_installed(str(packages))):
                digest.update(line.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise Unknowable(f"the environment cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _installed(folder: str) -> Iterator[str]:
    waiting = [folder]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    waiting.append(entry.path)
            else:
                status = entry.stat(follow_symlinks=False)
                yield f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\0"


def _refuse_foreign(packages: Path, root: Path) -> None:
    for record in packages.glob("*.dist-info/direct_url.json"):
        said = json.loads(record.read_text(encoding="utf-8"))
        url = str(said.get("url", ""))
        is_editable = bool(said.get("dir_info", {}).get("editable"))
        place = Path(urllib.request.url2pathname(urllib.parse.urlsplit(url).path)).resolve()
        if is_editable and not place.is_relative_to(root.resolve()):
            raise Unknowable(f"{record.parent.name.partition('-')[0]} is installed from {url}, outside of the tree")
