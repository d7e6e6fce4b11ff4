# SPDX-License-Identifier: Apache-2.0
"""The files of a repository: those that git knows or would add, else those that a walk finds."""

from __future__ import annotations

import dataclasses
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from noxkit.workspace.git import GitRunner

__all__ = ["FileList", "find_git_root", "is_left_out", "list_files"]

_LEFT_OUT = frozenset(
    """
    .git .hg .svn .nox .tox .venv .eggs .cache .mypy_cache .ruff_cache .pytest_cache .pyre .pytype .hypothesis
    .ipynb_checkpoints .direnv .pixi .pdm-build .import_linter_cache .benchmarks node_modules __pycache__
    __pypackages__ build dist
    """.split()  # noqa: SIM905 -- a column of twenty strings hides what they are
)
_MARKERS = ("pyvenv.cfg", "CACHEDIR.TAG")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileList:
    """Paths relative to the root with `/`, sorted; `from_git` says whether git named them.

    Names that are not UTF-8 carry surrogates, as `os.fsdecode` makes them.
    """

    paths: tuple[str, ...]
    from_git: bool


def find_git_root(root: Path) -> Path | None:
    """The top of the git work tree that `root` lies in, by the `.git` that marks it."""
    return next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), None)


def list_files(root: Path, *, git: GitRunner | None) -> FileList:
    """The regular files below `root` and links to such: nothing deleted, broken, ignored or of a submodule.

    A tree in which git names nothing (it is ignored by the work tree around it) is walked.
    """
    listed = git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]) if git is not None else None
    if listed:
        names = dict.fromkeys(os.fsdecode(name) for name in listed.split(b"\0") if name)
        return FileList(paths=tuple(sorted(_existing(root, names))), from_git=True)
    return FileList(paths=tuple(sorted(_walk(root))), from_git=False)


def is_left_out(path: str) -> bool:
    """Whether a walk without git would not come to this path: it lies in a folder of tools or of built files."""
    return any(part in _LEFT_OUT or part.endswith(".egg-info") for part in path.split("/"))


def _existing(root: Path, names: Iterable[str]) -> Iterator[str]:
    base = str(root)
    for name in names:
        try:
            mode = os.stat(f"{base}/{name}").st_mode  # noqa: PTH116 -- half the time, and there are thousands
        except OSError:  # deleted, or a link to nothing or in a loop
            continue
        if stat.S_ISREG(mode):
            yield name


def _walk(root: Path) -> Iterator[str]:
    for folder, subfolders, names in os.walk(root):
        relative = os.path.relpath(folder, root)
        prefix = "" if relative == "." else f"{relative}/"
        if prefix and any(marker in names for marker in _MARKERS):
            subfolders.clear()
            continue
        subfolders[:] = [name for name in subfolders if name not in _LEFT_OUT and not name.endswith(".egg-info")]
        yield from _existing(root, (f"{prefix}{name}" for name in names))
