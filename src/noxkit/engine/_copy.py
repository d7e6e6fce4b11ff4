# SPDX-License-Identifier: Apache-2.0
"""A copy of the tree to change, so that the tree itself only ever sees whole and proven files."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.files import write_atomic
from noxkit.tasks.locks import LockTimeoutError, file_lock
from noxkit.workspace.discovery import discover
from noxkit.workspace.files import FileList

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from noxkit.engine._context import Context

__all__ = ["Change", "WorkingCopy", "deliver", "unified_diff", "working_copy"]

_PREFIX, _LOCK = "noxkit-copy-", ".lock"  # of the folder that holds a copy
_LARGEST = 4 << 20  # bytes: nothing that noxkit fixes is larger
_ABOVE = ("ruff.toml", ".ruff.toml", "pyproject.toml", ".editorconfig", "LICENSE", "LICENSE.txt", "LICENSE.md")
_RUN_BITS = 0o111


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file that a fix has made (`before` is None), changed, or removed (`after` is None); modes in full.

    `made_executable` is True where it could not be run before.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    made_executable: bool = False


class WorkingCopy:
    """The files of a repository in a folder of their own, and what has become of them."""

    def __init__(self, context: Context, folder: Path) -> None:
        self._context = context
        self.root = folder
        self._digests: dict[str, str] = {}
        self._modes: dict[str, int] = {}
        self.created: set[str] = set()

    def fill(self) -> None:
        """Copy every file that noxkit knows of, and what lies above the root and steers tools."""
        original = self._context.root
        for path in self._context.repository.files:
            source = original / path
            if self._is_left_out(source):
                continue
            data = source.read_bytes()
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            mode = stat.S_IMODE(source.stat().st_mode)
            target.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)
            self._digests[path] = hashlib.sha256(data).hexdigest()
            self._modes[path] = mode
        self._copy_what_is_above()

    def _is_left_out(self, source: Path) -> bool:
        """Links are left out: what they point to is fixed where it is itself."""
        with contextlib.suppress(OSError):
            return source.is_symlink() or source.stat().st_size > _LARGEST or not os.access(source, os.R_OK)
        return True

    def _copy_what_is_above(self) -> None:
        git_root = self._context.repository.git_root
        original, target = self._context.root, self.root
        while git_root is not None and original != git_root:
            original, target = original.parent, target.parent
            for name in _ABOVE:
                if (original / name).is_file():
                    shutil.copyfile(original / name, target / name)
        if target != self.root:
            (target / ".git").mkdir()  # the mark up to which rules and tools look for what is above

    def context(self) -> Context:
        """The run's context, with the copy for its repository."""
        options = self._context.config.options
        names = [name for name in {*self._digests, *self.created} if (self.root / name).exists()]
        files = FileList(paths=tuple(sorted(names)), from_git=self._context.repository.has_git)
        return dataclasses.replace(self._context, repository=discover(self.root, kinds=options.kinds, files=files))

    def state(self) -> str:
        """A digest of all files as they are now: equal after a pass that has changed nothing."""
        digest = hashlib.sha256()
        for path in sorted({*self._digests, *self.created}):
            file = self.root / path
            if file.exists():
                digest.update(f"{path}\0{file.stat().st_mode}\0".encode("utf-8", "surrogateescape"))
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def changes(self) -> list[Change]:
        """What differs from the files that were copied, by path."""
        return sorted(self._changes(), key=lambda change: change.path)

    def _changes(self) -> Iterator[Change]:
        for path, digest in self._digests.items():
            file = self.root / path
            after = file.read_bytes() if file.exists() else None
            bits = stat.S_IMODE(file.stat().st_mode) & _RUN_BITS if after is not None else None
            mode_changed = bits is not None and bits != self._modes[path] & _RUN_BITS
            if after is None or mode_changed or hashlib.sha256(after).hexdigest() != digest:
                before = (self._context.root / path).read_bytes()
                mode = self._modes[path] | (bits or 0)
                yield Change(path=path, before=before, after=after, mode=mode, made_executable=mode_changed)
        for path in self.created - self._digests.keys():
            yield Change(path=path, before=None, after=(self.root / path).read_bytes())

    def is_as_copied(self, path: str) -> bool:
        """Whether the file in the tree is still the one that was copied."""
        file = self._context.root / path
        try:
            return hashlib.sha256(file.read_bytes()).hexdigest() == self._digests.get(path)
        except FileNotFoundError:
            return path not in self._digests
        except OSError:
            return False


@contextlib.contextmanager
def working_copy(context: Context) -> Generator[WorkingCopy]:
    """A copy below the system's temporary folder, at the same depth below its git root; removed at the end."""
    git_root = context.repository.git_root
    below = context.root.relative_to(git_root) if git_root is not None else Path()
    _remove_leftovers(Path(tempfile.gettempdir()))
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder,
        file_lock(Path(folder) / _LOCK),
    ):
        root = (
            Path(folder).resolve() / context.root.name if str(below) == "." else Path(folder).resolve() / "top" / below
        )
        root.mkdir(parents=True)
        copy = WorkingCopy(context, root)
        copy.fill()
        yield copy


def _remove_leftovers(folder: Path) -> None:
    """Remove the copies of runs that were killed: a run that lives holds its lock."""
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError, LockTimeoutError):
            lock = left / _LOCK  # of another user's it cannot be opened
            if not left.is_symlink() and lock.is_file() and lock.stat().st_size:  # locked once, and signed
                with file_lock(lock, timeout=0):
                    shutil.rmtree(left, ignore_errors=True)


def deliver(copy: WorkingCopy, root: Path, change: Change) -> str | None:
    """Put one changed file into the tree, whole; or why it was left as it is."""
    target = root / change.path
    if not copy.is_as_copied(change.path):
        return "it was changed meanwhile"
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:
        return "it is read-only"
    try:
        if change.after is None:
            target.unlink()
            return None
        if change.after != change.before:
            write_atomic(target, change.after)
        if change.mode is not None:
            target.chmod(change.mode)
    except OSError as error:
        return f"it cannot be written: {error.strerror or error}"
    return None


def unified_diff(change: Change) -> str:
    """The change as a patch that `git apply` takes."""
    before, after = (
        (data or b"").decode("utf-8", "replace").splitlines(keepends=True) for data in (change.before, change.after)
    )
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    lines = difflib.unified_diff(before, after, old, new)
    text = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return f"{_header(change, is_empty=not text)}{text}"


def _header(change: Change, *, is_empty: bool) -> str:
    """What git says of a mode, and of a file without a line, which no hunk can show."""
    lines: list[str] = []
    if change.made_executable:
        lines = ["old mode 100644", "new mode 100755"]
    elif is_empty and change.after is None:
        lines = ["deleted file mode 100644", "index e69de29..0000000"]  # the digests of an empty file, and of none
    elif is_empty and change.before is None:
        lines = ["new file mode 100644", "index 0000000..e69de29"]
    return "".join(f"{line}\n" for line in [f"diff --git a/{change.path} b/{change.path}", *lines]) if lines else ""
