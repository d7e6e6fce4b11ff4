# SPDX-License-Identifier: Apache-2.0
"""Patterns for paths: matching those of a list, and finding folders of a tree the way uv finds members."""

from __future__ import annotations

import fnmatch
import functools
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = ["expand", "has_wildcard", "is_below", "is_excluded", "matcher", "normal_path"]

_WILDCARD = re.compile(r"[*?\[]")


def has_wildcard(pattern: str) -> bool:
    """Whether `pattern` can match more than the one path that it spells."""
    return _WILDCARD.search(pattern) is not None


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it; `.` is the root, below which all paths lie."""
    return folder in {".", path} or path.startswith(f"{folder}/")


def normal_path(path: str) -> str:
    """`path` without `./`, doubled slashes and a slash at its end; `.` for the root."""
    return os.path.normpath(path or ".").replace(os.sep, "/")


@functools.lru_cache(maxsize=256)
def matcher(patterns: tuple[str, ...], *, below: bool = True) -> re.Pattern[str]:
    """A regular expression for `fullmatch` of paths that any of `patterns` matches.

    Paths are relative to the root with `/`. `*` and `?` stay within one part of a path, `**` does
    not; `.` and `**` stand for everything. With `below`, a pattern that names a folder stands for
    all that lies in it, too.
    """
    parts = [_whole(normal_path(pattern), below=below) for pattern in patterns]
    return re.compile("|".join(parts) if parts else r"(?!)", re.DOTALL)


def _whole(pattern: str, *, below: bool) -> str:
    if pattern in {".", "**"}:
        return ".*"
    pieces = ["(?:[^/]+/)*" if part == "**" else f"{_part(part)}/" for part in pattern.split("/")]
    if pattern.endswith("/**"):
        return "".join(pieces) + ".+"
    return "".join(pieces).removesuffix("/") + ("(?:/.*)?" if below else "")


def _part(part: str) -> str:
    """One part of a path as a regular expression: fnmatch's, with wildcards that stop at a slash."""
    out, position = "", 0
    while position < len(part):
        character = part[position]
        closing = part.find("]", position + 2) if character == "[" else -1
        if closing > 0:
            out += _character_set(part[position + 1 : closing])
            position = closing
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character))
        position += 1
    return out


def _character_set(inside: str) -> str:
    negated = "^" if inside.startswith("!") else ""
    members = inside.removeprefix("!").replace("\\", r"\\").replace("[", r"\[").replace("^", r"\^")
    try:
        re.compile(f"[{members}]")
    except re.error:  # a range that runs backwards matches nothing, as in the shell
        return "(?!)"
    return f"(?!/)[{negated}{members}]"


def expand(root: Path, pattern: str) -> list[str]:
    """The paths below `root` that `pattern` matches, sorted, relative with `/`; files and folders alike.

    Like uv: hidden names match too, and `**` matches folders only and does not follow links.
    """
    return sorted(set(_expand(str(root), "", normal_path(pattern).split("/"))))


def is_excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern of uv's `exclude` matches a member's folder: not by parts, its `*` crosses slashes."""
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _expand(root: str, prefix: str, parts: Sequence[str]) -> Iterator[str]:
    if not parts:
        yield normal_path(prefix)
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for folder in _folders(root, prefix):
            if rest:
                yield from _expand(root, folder, rest)
            elif folder != prefix:
                yield normal_path(folder)
    elif has_wildcard(part):
        for entry in _entries(root, prefix):
            if fnmatch.fnmatchcase(entry.name, part) and (not rest or _is_folder(entry)):
                yield from _expand(root, f"{prefix}{entry.name}/", rest)
    elif os.path.lexists(f"{root}/{prefix}{part}"):
        yield from _expand(root, f"{prefix}{part}/", rest)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def _folders(root: str, prefix: str) -> Iterator[str]:
    yield prefix
    for entry in _entries(root, prefix):
        if entry.is_dir(follow_symlinks=False):
            yield from _folders(root, f"{prefix}{entry.name}/")


def _entries(root: str, prefix: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(f"{root}/{prefix}") as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # not a folder, or one that may not be read: nothing matches in it
        return []
