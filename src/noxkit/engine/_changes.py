# SPDX-License-Identifier: Apache-2.0
"""The changes that a watcher has seen, less what nobody has made on purpose."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING, cast

from noxkit.engine._context import git_runner
from noxkit.workspace.files import is_left_out
from noxkit.workspace.git import ignored_files, untracked_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.tasks.process import Runner

__all__ = ["Changes"]

_CODE = (".py", ".pyi", ".toml", ".cfg", ".ini")


class Changes:
    """Reads what the watcher appends to `file`. What git ignores is no change, nor is the same content again.

    A change to the code ends a round early, unless the same files have ended the one before, so that a
    program that writes them all the time does not keep every round from its end. Files that are not
    in git, are no code, and change during two rounds one after another are written by the tests
    themselves, and left out from then on.
    """

    def __init__(self, context: Context, runner: Runner, file: Path) -> None:
        self.file = file
        self._root = context.root
        self._git = git_runner(runner, context.root) if context.repository.has_git else None
        self._lock = threading.Lock()
        self._offset = 0
        self._digests: dict[str, str | None] = {}
        self._known: frozenset[str] = frozenset()
        self._own: frozenset[str] = frozenset()
        self._waiting: set[str] = set()
        self._during: set[str] = set()
        self._blamed: frozenset[str] = frozenset()
        self._products: frozenset[str] = frozenset()
        self._left_out: dict[str, bool] = {}  # and whether that has been said

    def has_begun(self) -> bool:
        """Whether the watcher watches."""
        return self.file.is_file() and self.file.stat().st_size > 0

    def look_at(self, context: Context) -> set[str]:
        """Begin a round and return what has changed since it was asked for; noxkit's own reports are no changes."""
        run = context.config.run
        targets = [pattern.replace("{session}", context.session) for _, pattern in context.config.reports]
        with self._lock:
            self._known |= frozenset(context.repository.files)
            about = self._waiting | self._read()
            self._own = frozenset(os.path.normpath(path) for path in (*targets, *([run.events] if run.events else [])))
            self._waiting = set()
            self._during = set()
        return about - self._own

    def are_urgent(self) -> bool:
        """Whether something has changed during a round for which it is to be ended and begun again."""
        with self._lock:
            self._during |= self._read()
            code = {path for path in self._during if path.endswith(_CODE)}
            if not code - self._blamed:
                return False
            self._blamed = frozenset(code)
            return True

    def end_round(self) -> None:
        """What has changed during the round asks for the next one, but for what the tests write themselves."""
        with self._lock:
            self._during |= self._read()
            products = self._untracked(path for path in self._during if not path.endswith(_CODE))
            for path in products & self._products:
                self._left_out.setdefault(path, False)
            if not any(path.endswith(_CODE) for path in self._during):
                self._blamed = frozenset()
            self._products = frozenset(products)
            self._waiting |= self._during - self._left_out.keys()
            self._during = set()

    def left_out_now(self) -> list[str]:
        """The files that have been left out since this was asked last."""
        new = [path for path, said in self._left_out.items() if not said]
        self._left_out.update(dict.fromkeys(new, True))
        return new

    def settled(self) -> frozenset[str]:
        """What has changed since the last round began, once; nothing as long as more comes in."""
        with self._lock:
            new = self._read()
            self._waiting |= new
            if new:
                return frozenset()
            settled, self._waiting = frozenset(self._waiting), set()
            return settled

    def _read(self) -> set[str]:
        """What the watcher has written since the last time, as far as it counts."""
        with self.file.open("rb") as file:
            file.seek(self._offset)
            lines = file.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        self._offset += len(whole)
        paths = {path for line in whole.splitlines() for path in cast("list[str]", json.loads(line))}
        named = {path.replace(os.sep, "/") for path in paths} - self._left_out.keys() - self._own
        return {path for path in named - self._ignored(named) if self._is_new(path)}

    def _ignored(self, paths: Iterable[str]) -> set[str]:
        if self._git is None:
            return {path for path in paths if is_left_out(path)}
        return ignored_files(self._git, paths, tracked=False)

    def _is_new(self, path: str) -> bool:
        """Whether the content is not what it was when it changed last; a file that came and went at once is none."""
        file = self._root / path
        try:
            digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
        except OSError:
            digest = None
        if path in self._digests and self._digests[path] == digest and not file.is_dir():
            return False
        if digest is None and not file.is_dir() and path not in self._digests and path not in self._known:
            return False
        self._digests[path] = digest
        return True

    def _untracked(self, paths: Iterable[str]) -> set[str]:
        """Those of `paths` that git does not track; none without git, which nothing tells apart then."""
        return set() if self._git is None else untracked_files(self._git, paths)
