# SPDX-License-Identifier: Apache-2.0
"""Where the root of a repository is, seen from a folder below it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord
from noxkit.workspace._globs import expand, is_excluded, normal_path
from noxkit.workspace._tables import strings, table
from noxkit.workspace._toml import read_toml
from noxkit.workspace.files import find_git_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["root_above"]

_NOXFILE, _PYPROJECT = "noxfile.py", "pyproject.toml"


def root_above(folder: Path) -> tuple[Path, str] | None:
    """The root that `folder`, an absolute path, lies below, and the fact that says so; None where it is the root.

    A noxfile decides, then a uv workspace that holds the folder, then the top of the git work tree,
    then the nearest pyproject.toml. Only a workspace names folders of another work tree as its own.
    """
    if os.path.lexists(folder / _NOXFILE):
        return None
    git_root = find_git_root(folder)
    above = _up_to(folder, git_root)[1:]
    with_noxfile = _nearest(above, _NOXFILE)
    if with_noxfile is not None:
        return with_noxfile, "has the noxfile.py"
    workspace = _workspace_of(folder)
    if workspace is not None:
        return None if workspace == folder else (workspace, "has the [tool.uv.workspace] that holds this folder")
    if git_root is not None and git_root != folder and os.path.lexists(git_root / _PYPROJECT):
        return git_root, "is the top of the git work tree and has a pyproject.toml"
    project = None if os.path.lexists(folder / _PYPROJECT) else _nearest(above, _PYPROJECT)
    return None if project is None else (project, "has the nearest pyproject.toml")


def _up_to(folder: Path, top: Path | None) -> Sequence[Path]:
    """`folder` and its parents, no further up than `top`."""
    folders = (folder, *folder.parents)
    return folders if top is None else folders[: folders.index(top) + 1]


def _nearest(folders: Sequence[Path], name: str) -> Path | None:
    return next((folder for folder in folders if os.path.lexists(folder / name)), None)


def _workspace_of(folder: Path) -> Path | None:
    """The root of the uv workspace to which the project around `folder` belongs."""
    project = _nearest(_up_to(folder, None), _PYPROJECT)
    if project is None:
        return None
    return next((root for root in _up_to(project, None) if _holds(root, project=project)), None)


def _holds(root: Path, *, project: Path) -> bool:
    """Whether `root` has a [tool.uv.workspace] of which `project` is the root or a member."""
    document = read_toml(root / _PYPROJECT, path=_PYPROJECT)
    if isinstance(document, ErrorRecord) or "workspace" not in table(document, "tool", "uv"):
        return False
    if project == root:
        return True
    workspace = table(document, "tool", "uv", "workspace")
    path = project.relative_to(root).as_posix()
    if is_excluded(path, map(normal_path, strings(workspace.get("exclude")))):
        return False
    return any(path in expand(root, entry) for entry in strings(workspace.get("members")))
