# SPDX-License-Identifier: Apache-2.0
"""Which files of a tree a build is given: all that is there, but for what builds, tools and environments have left."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.engine._context import Context

__all__ = ["LEFTOVERS", "Sources", "source_files"]

LEFTOVERS = frozenset(
    """
    .git .hg .svn .nox .tox .venv .eggs .cache .mypy_cache .ruff_cache .pytest_cache .pyre .pytype .hypothesis .idea
    .vscode .ipynb_checkpoints .direnv .pixi .pdm-build .import_linter_cache .benchmarks .coverage .DS_Store
    node_modules __pycache__ __pypackages__
    """.split()  # noqa: SIM905 -- a column of thirty strings hides what they are
)
"""Names of folders and files that no distribution is made of."""

_MARKERS = ("pyvenv.cfg", "CACHEDIR.TAG")
_LINK, _SUBMODULE = "120000", "160000"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Paths relative to the root: `files` are read by builds, `ignored` are those of them that git ignores."""

    files: tuple[str, ...]
    ignored: frozenset[str] = frozenset()


def source_files(context: Context) -> Sources:
    """The files of the tree as it is: those of git, links to folders, submodules, and what git ignores.

    A wheel may well hold what git ignores: a version file, a bundle of scripts, translations. What an earlier build
    has left (`build`, `*.egg-info`) must not be in it.
    """
    walker = _Walker(context)
    if not context.repository.has_git:
        return Sources(files=tuple(sorted(walker.below(""))))
    known = dict.fromkeys(context.repository.files)
    for mode, path in _special(context):
        known.update(dict.fromkeys(walker.below(path) if mode == _SUBMODULE else [path]))
    ignored = frozenset(walker.all_of(_ignored(context)))
    return Sources(files=tuple(sorted({*known, *ignored})), ignored=ignored - known.keys())


def _git(context: Context, *arguments: str) -> list[str]:
    git = context.repository.git
    listed = git(list(arguments)) if git is not None else None
    return [os.fsdecode(name) for name in (listed or b"").split(b"\0") if name]


def _special(context: Context) -> Iterator[tuple[str, str]]:
    """The links and the submodules that git knows of, with their modes."""
    for line in _git(context, "ls-files", "-z", "--stage"):
        facts, _, path = line.partition("\t")
        mode = facts.partition(" ")[0]
        if mode in {_LINK, _SUBMODULE} and os.path.lexists(context.root / path):
            yield mode, path


def _ignored(context: Context) -> list[str]:
    return _git(context, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")


class _Walker:
    """Lists files below folders of the root, and leaves out what is none of the sources."""

    def __init__(self, context: Context) -> None:
        self._root = context.root
        folders = {package.folder for package in context.repository.workspace.packages}
        self._packages = {"", *("" if folder == "." else folder for folder in folders)}
        self._output = context.config.options.build.output

    def all_of(self, entries: Iterable[str]) -> Iterator[str]:
        """Those entries that are sources; of those that end in a slash what lies below them."""
        for entry in entries:
            path = entry.rstrip("/")
            if any(self._is_left_out(*parts) for parts in _steps(path)):
                continue
            if entry.endswith("/"):
                yield from self.below(path)
            elif (self._root / path).is_file():
                yield path

    def below(self, folder: str) -> Iterator[str]:
        """The files below `folder`, links to folders as what they are."""
        for current, folders, names in os.walk(self._root / folder):
            relative = os.path.relpath(current, self._root).replace(os.sep, "/")
            base = "" if relative == "." else relative
            if base and any(marker in names for marker in _MARKERS):
                folders.clear()
                continue
            links = [name for name in folders if Path(current, name).is_symlink()]
            folders[:] = [name for name in folders if name not in links and not self._is_left_out(base, name)]
            for name in (*names, *links):
                if not self._is_left_out(base, name) and Path(current, name).exists():
                    yield f"{base}/{name}".lstrip("/")

    def _is_left_out(self, folder: str, name: str) -> bool:
        if name in LEFTOVERS or name.endswith((".egg-info", ".pyc", ".pyo")):
            return True
        path = f"{folder}/{name}".lstrip("/")
        if path == self._output:
            return True
        full = self._root / path
        if name in {"build", "dist"} and folder in self._packages:
            return full.is_dir() and not (full / "__init__.py").is_file()
        return any((full / marker).is_file() for marker in _MARKERS)


def _steps(path: str) -> Iterator[tuple[str, str]]:
    """Each folder on the way to `path`, and what is next in it."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        yield "/".join(parts[:index]), part
