# SPDX-License-Identifier: Apache-2.0
"""Where a tool looks: the folders of a scope, and what `paths` of the configuration leaves of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.workspace._globs import has_wildcard, is_below, normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.workspace.model import Repository

__all__ = ["nothing_left", "paths_for", "within"]

_ALL_BELOW = frozenset({"**", "*", "**/*"})


def paths_for(context: Context, scope: Scope, name: str) -> tuple[str, ...]:
    """The folders and files for the tool `name`: none where its `paths` match nothing, or nothing of the scope."""
    configured = context.config.options.paths.get(name)
    if configured is None:
        return scope.paths()
    found = tuple(dict.fromkeys(path for glob in configured for path in _matches(context.repository, glob)))
    return found if scope.packages is None else within(found, scope.paths())


def nothing_left(context: Context, scope: Scope, name: str) -> str | None:
    """Why `paths` leave nothing, where that is by the scope; None where they match nothing in all of the tree."""
    configured = context.config.options.paths.get(name)
    if configured is None or scope.packages is None or not context.repository.files_matching(configured):
        return None
    return f"nothing of `paths` for {name} is {scope.fact or 'in these packages'}"


def _matches(repository: Repository, glob: str) -> tuple[str, ...]:
    """What a glob stands for, as one folder where it means all of that folder; else file by file."""
    files = repository.files_matching((glob,))
    if not files:
        return ()
    parts = normal_path(glob).split("/")
    fixed = next((index for index, part in enumerate(parts) if has_wildcard(part)), len(parts))
    folder, rest = "/".join(parts[:fixed]), "/".join(parts[fixed:])
    if not rest or rest in _ALL_BELOW:
        return (folder or ".",)
    return files


def within(paths: Iterable[str], folders: Sequence[str]) -> tuple[str, ...]:
    """The parts of `paths` that lie in one of `folders`."""
    found: list[str] = []
    for path in paths:
        inside = any(is_below(path, folder) for folder in folders)
        found += [path] if inside else [folder for folder in folders if is_below(folder, path)]
    return tuple(dict.fromkeys(found))
