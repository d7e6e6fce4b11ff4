# SPDX-License-Identifier: Apache-2.0
"""Whether builds leave the tree alone: what its files are, before and after."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.engine._context import Context

__all__ = ["changed_between", "tree_state"]


def tree_state(context: Context) -> Mapping[str, tuple[int, ...]]:
    """The files of the tree that git does not ignore, with size, time and mode; without what noxkit writes itself."""
    paths = set(context.repository.files)
    git = context.repository.git
    if git is not None and context.repository.has_git:
        listed = git(["ls-files", "-z", "--others", "--exclude-standard"])
        paths.update(os.fsdecode(name) for name in (listed or b"").split(b"\0") if name)
    own = (f"{context.config.options.build.output}/", ".nox/")
    written = {context.config.run.events, *(target.file for target in context.config.reports)}
    streams = set(_streams())
    found = {path: _facts(context, path) for path in paths if not path.startswith(own) and path not in written}
    return {path: facts for path, facts in found.items() if facts[3:] not in streams}


def _streams() -> Iterator[tuple[int, ...]]:
    """Device and number of the files that take what this process prints: `nox … > log.txt` writes to the tree, too."""
    for number in (1, 2):
        with contextlib.suppress(OSError):
            found = os.fstat(number)
            yield found.st_dev, found.st_ino


def _facts(context: Context, path: str) -> tuple[int, ...]:
    try:
        found = os.stat(context.root / path)  # noqa: PTH116 -- there are thousands
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_mode, found.st_dev, found.st_ino


def changed_between(before: Mapping[str, tuple[int, ...]], after: Mapping[str, tuple[int, ...]]) -> set[str]:
    """The paths that are not the same in both."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
