# SPDX-License-Identifier: Apache-2.0
"""A release that has begun: what a run that was interrupted has left for the next one, in any checkout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.engine._moment import changed_files
from noxkit.engine._scope import Scope, published
from noxkit.engine._tags import tag_template, tagged_versions
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.release._journal import state_folder
from noxkit.release._together import written_by_us

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.engine._context import Context

__all__ = ["UnderWay", "changes", "forget", "head_of", "keep", "kept", "tagged_here"]


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """A release: the commit that it was planned on, its own commit, and what is released, by the members' names.

    `is_tagged` says that tags may be there, after which nothing of it changes any more; `is_done` that all is done.
    """

    base: str
    versions: dict[str, str]
    commit: str | None = None
    is_tagged: bool = False
    is_done: bool = False


def _file(context: Context) -> Path:
    return state_folder(context) / "release.json"


def kept(context: Context) -> UnderWay | None:
    """The last release that was begun, done or not. Raises NoxkitError where it cannot be read."""
    file = _file(context)
    try:
        return msgspec.json.decode(file.read_bytes(), type=UnderWay)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        message = f"{file} says which release is under way, and cannot be read: {error}"
        hint = "remove it: the tags, the tree and the index say the rest"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint)) from error


def keep(context: Context, release: UnderWay) -> None:
    """Keep it for the next run. Raises OSError."""
    write_atomic(_file(context), msgspec.json.encode(release))


def forget(context: Context) -> None:
    """As if it had never begun. Raises OSError."""
    _file(context).unlink(missing_ok=True)


def head_of(context: Context) -> str:
    """The id of the commit that is checked out. Raises NoxkitError where there is none."""
    git = context.repository.git
    said = git(["rev-parse", "--verify", "--quiet", "HEAD"]) if git is not None else None
    if said is None:
        message = "a release is a commit, and there is none"
        hint = "run it in a git work tree with a commit"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint=hint))
    return said.decode().strip()


def tagged_here(context: Context) -> dict[str, str]:
    """The versions that tags on this very commit name, by the packages' names."""
    git = context.repository.git
    said = (git(["tag", "--points-at", "HEAD"]) if git is not None else None) or b""
    tags = said.decode("utf-8", "replace").split()
    found: dict[str, str] = {}
    for package in published(context, Scope()):
        versions = tagged_versions(tag_template(context, package), tags)
        if versions:
            found[package.name] = str(max(versions.values()))
    return found


def changes(context: Context) -> tuple[list[str], list[str]]:
    """What is not committed: files as `bump` and `changelog` have written them, and all others; below the root.

    Raises NoxkitError where git does not say.
    """
    changed = changed_files(context)
    if changed is None:
        message = "git does not say what is not committed"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint="`git status` says why"))
    here = os.path.relpath(context.root, context.repository.git_root or context.root)
    paths = [path if here == "." else os.path.relpath(path, here) for path in changed]
    ours = written_by_us(context.root, context.state / "release")
    return [path for path in paths if path in ours], [path for path in paths if path not in ours]
