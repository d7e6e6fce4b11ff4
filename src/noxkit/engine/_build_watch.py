# SPDX-License-Identifier: Apache-2.0
"""Whether builds leave the tree alone: what git says of it, or what its files are, before and after."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noxkit.engine._context import Context

__all__ = ["Watch"]


class Watch:
    """The state of the tree since the last look."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._before: dict[str, tuple[object, ...]] | None = None

    def start(self) -> None:
        """Take the state of the tree, unless that has been done."""
        with self._lock:
            if self._before is None:
                self._before = self._state()

    def changes(self) -> list[str]:
        """What has changed since the last look, relative to the root."""
        with self._lock:
            before, now = self._before or {}, self._state()
            self._before = now
        return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))

    def _state(self) -> dict[str, tuple[object, ...]]:
        """The known files with size and time; with git, untracked ones as well, and as git sees the others."""
        paths = set(self._context.repository.files)
        git = self._context.repository.git
        if git is not None and self._context.repository.has_git:
            listed = git(["ls-files", "-z", "--others", "--exclude-standard"])
            paths.update(os.fsdecode(name) for name in (listed or b"").split(b"\0") if name)
        return {path: self._facts(path) for path in paths}

    def _facts(self, path: str) -> tuple[object, ...]:
        try:
            found = os.stat(self._context.root / path)  # noqa: PTH116 -- there are thousands
        except OSError:
            return ()
        return found.st_size, found.st_mtime_ns, found.st_mode
