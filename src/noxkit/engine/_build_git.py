# SPDX-License-Identifier: Apache-2.0
"""A git repository for a copied tree: backends that read the version from git find the same commits and tags there.

It borrows the objects of the real one and has its own index, references and configuration: what a build does to it
is forgotten, and addresses with credentials, which a configuration may hold, do not come along.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

    from noxkit.engine._context import Context

__all__ = ["copy_repository", "settle_index"]

# Sections whose settings say how objects and files are to be read.
_SECTIONS = r"^(core|extensions)\."
_NOT_TAKEN = frozenset(
    """
    core.worktree core.hookspath core.fsmonitor core.sshcommand core.askpass core.editor core.pager core.excludesfile
    core.attributesfile core.untrackedcache core.splitindex core.sparsecheckout core.sparsecheckoutcone
    core.gitproxy extensions.partialclone extensions.worktreeconfig core.checkstat core.trustctime core.bare
    """.split()  # noqa: SIM905 -- a column of twenty strings hides what they are
)
_BATCH = 200  # paths in one command
_SHARED = ("HEAD", "index")
_COMMON = ("shallow", "info/exclude", "info/attributes")


def copy_repository(context: Context, top: Path) -> bool:
    """Make `top` a work tree of the same commit; returns whether there is one to be copied."""
    git = context.repository.git
    folders = git(["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"]) if git is not None else None
    names = os.fsdecode(folders or b"").splitlines()
    if git is None or len(names) != 2:
        return False
    own, common = map(Path, names)
    made = top / ".git"
    for folder in ("objects/info", "refs", "info"):
        (made / folder).mkdir(parents=True, exist_ok=True)
    for source, names in ((own, _SHARED), (common, _COMMON)):
        for name in names:
            if (source / name).is_file():
                shutil.copy2(source / name, made / name)
    (made / "objects/info/alternates").write_bytes(os.fsencode(f"{common / 'objects'}\n"))
    (made / "packed-refs").write_bytes(git(["for-each-ref", "--format=%(objectname) %(refname)"]) or b"")
    settings = git(["config", "--null", "--get-regexp", _SECTIONS]) or b""
    (made / "config").write_text(_config(os.fsdecode(settings)), encoding="utf-8", errors="surrogateescape")
    return True


def _config(settings: str) -> str:
    """The settings that are taken, and two that let the copied index hold although files have other numbers."""
    lines = ["[core]", "\tbare = false", "\tcheckStat = minimal", "\ttrustctime = false"]
    for setting in filter(None, settings.split("\0")):
        name, _, value = setting.partition("\n")
        section, _, key = name.partition(".")
        if name not in _NOT_TAKEN and "." not in key:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            lines += [f"[{section}]", f'\t{key} = "{escaped}"']
    return "\n".join([*lines, ""])


def settle_index(context: Context, top: Path, copied: Set[str]) -> None:
    """Let the index hold the times that the files have got, and miss none that was not copied.

    `copied` are paths relative to `top`. What git knows and what is not below the root is no change of the tree.
    """
    listed = _run(context, top, "ls-files", "-z")
    absent = [name for name in os.fsdecode(listed).split("\0") if name and name not in copied]
    gone = {os.path.relpath(context.root / path, _git_root(context)) for path in _deleted(context)}
    absent = [name for name in absent if name not in gone]
    for start in range(0, len(absent), _BATCH):
        _run(context, top, "update-index", "--skip-worktree", "--", *absent[start : start + _BATCH])
    _run(context, top, "update-index", "-q", "--refresh")


def _git_root(context: Context) -> Path:
    return context.repository.git_root or context.root


def _deleted(context: Context) -> list[str]:
    """What somebody has deleted and not committed: that is a change, in the copy too."""
    git = context.repository.git
    listed = git(["ls-files", "-z", "--deleted"]) if git is not None else None
    return [os.fsdecode(name) for name in (listed or b"").split(b"\0") if name]


def _run(context: Context, top: Path, *arguments: str) -> bytes:
    environment = {"GIT_DIR": None, "GIT_WORK_TREE": None, "GIT_INDEX_FILE": None, "LC_ALL": "C"}
    return context.runner.run(["git", *arguments], task="git", cwd=top, environment=environment).stdout
