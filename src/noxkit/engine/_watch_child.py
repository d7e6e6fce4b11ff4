# SPDX-License-Identifier: Apache-2.0
"""What runs beside `tests_watch`, in the environment of watchfiles and without noxkit:

python -I -B _watch_child.py FOLDER FILE

It appends a line of JSON to FILE for each batch of changes below FOLDER: a list of paths relative to it.
The first line is an empty list, as soon as it watches.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from pathlib import Path
from typing import IO, Protocol, cast

__all__: list[str] = []

_LIBRARY = "watchfiles"  # of its own environment: where noxkit runs, it is not there
_MODIFIED = 2  # watchfiles.Change.modified
_LEFT_OUT = frozenset(
    {
        *(".git", ".hg", ".svn", ".nox", ".tox", ".venv", "node_modules", "__pycache__", ".idea"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
    }
)
_OF_EDITORS = re.compile(r".*(\.py[cod]|\.sw.|\.swpx|~|___jb_...___)|\.#.*|4913|\.DS_Store")


class _Library(Protocol):
    def watch(self, *paths: str, **options: object) -> list[set[tuple[int, str]]]:
        """Yield sets of changes, for ever."""
        ...


def _main(folder: str, file: str) -> None:
    library = cast("_Library", importlib.import_module(_LIBRARY))

    def is_looked_at(_change: int, path: str) -> bool:
        parts = Path(path).relative_to(folder).parts
        return not _LEFT_OUT.intersection(parts) and _OF_EDITORS.fullmatch(parts[-1] if parts else "") is None

    options = {"watch_filter": is_looked_at, "rust_timeout": 200, "yield_on_timeout": True, "debounce": 400}
    with Path(file).open("a", encoding="utf-8") as out:
        ready = False
        for changes in library.watch(folder, raise_interrupt=False, ignore_permission_denied=True, **options):
            if not ready:
                _tell(out, [])
                ready = True
            # a folder is modified whenever something in it is, of which there is a change by itself
            paths = [path for change, path in changes if change != _MODIFIED or not Path(path).is_dir()]
            if paths:
                _tell(out, sorted(os.path.relpath(path, folder) for path in paths))


def _tell(out: IO[str], paths: list[str]) -> None:
    out.write(json.dumps(paths) + "\n")
    out.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:3])
