# SPDX-License-Identifier: Apache-2.0
"""Entries of wheels and sdists that are no plain files: links, devices, and files that are folders too."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING

from noxkit.artifacts.model import MemberKind
from noxkit.rules._base import Found, Scope, rule
from noxkit.rules._entries import each_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import FileFacts, SdistFacts, WheelFacts

__all__ = ["link_escape", "path_file_dir_conflict", "path_symlink", "special_file"]

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_LINKS = 40  # that one path may go through, as in Linux
_SEGMENTS = 1000


@rule(code="NK-PATH-SYMLINK", scope=Scope.WHEEL, since="1.0", standard=True)
def path_symlink(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has a symbolic link.

    # Why
    The format has none: installers write a file that holds the link's target as text, or follow the link.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/latest.txt"]
    link = "data.txt"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/latest.txt" = "data.txt"
    "demo/tool" = "../data.txt"

    [members."demo/tool"]
    mode = 0o755
    ```

    # Fix
    Ship a copy of the file, or read the one that the link leads to.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [
        (member, f"is a {member.kind.value}" + (f" to `{shown(member.target)}`" if member.target else ""))
        for member in facts.archive.members
        if member.kind in {MemberKind.SYMLINK, MemberKind.HARDLINK}
    ]
    yield from each_of(facts, hits, hint="ship a copy of the file that the link leads to")


@rule(code="NK-SDIST-LINK-ESCAPE", scope=Scope.SDIST, since="1.0", standard=True)
def link_escape(facts: SdistFacts) -> Iterator[Found]:
    """A link in an sdist leads out of its folder, or is absolute.

    # Why
    Unpacking it gives access to files of the machine, and lets a later entry write through it; pip and
    Python's own `data` filter refuse the whole file.

    # Fails
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/data"]
    link = "../../etc"
    ```
    Or an absolute one:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/passwd"]
    link = "/etc/passwd"
    ```
    Or by way of another link, which looks harmless alone:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/a/b/up"]
    link = "../.."

    [members."demo-1.0/a/b/out"]
    link = "up/.."
    ```
    Or a hard link, whose target counts from the top of the archive:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/passwd"]
    hardlink = "etc/passwd"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/docs/README.md"]
    link = "../README.md"

    [members."demo-1.0/docs/same"]
    link = "../../demo-1.0/./README.md"

    [members."demo-1.0/COPYING"]
    hardlink = "demo-1.0/LICENSE"

    [members."demo-1.0/loop"]
    link = "loop"
    ```

    # Fix
    Replace the link in the tree by a copy, or exclude it from the sdist.

    # Options
    None.

    # When to ignore
    Never.
    """
    links = {member.path: member.target or "" for member in facts.archive.members if member.kind is MemberKind.SYMLINK}
    hits = [
        (member, f"is a {member.kind.value} to `{shown(member.target or '')}`, outside of the sdist's folder")
        for member in facts.archive.members
        if member.kind in {MemberKind.SYMLINK, MemberKind.HARDLINK} and _escapes(member, links)
    ]
    yield from each_of(facts, hits, hint="replace the link by a copy of the file, or exclude it from the sdist")


def _escapes(member: Member, links: Mapping[str, str]) -> bool:
    root = member.path.split("/", 1)[0]
    target = member.target or ""
    if _ABSOLUTE.match(target):
        return True
    folder = member.path.rpartition("/")[0] if member.kind is MemberKind.SYMLINK else ""
    return _leaves(f"{folder}/{target}", root, links)


def _leaves(path: str, root: str, links: Mapping[str, str]) -> bool:
    """Whether a path from the archive's top, its links followed, leads above the top, or ends outside of `root`."""
    todo = path.split("/")[:_SEGMENTS][::-1]
    at: list[str] = []
    followed = 0
    while todo:
        segment = todo.pop()
        if segment in {"", "."}:
            continue
        if segment == "..":
            if not at:
                return True
            at.pop()
            continue
        at.append(segment)
        target = links.get("/".join(at))
        if target is not None:
            followed += 1
            if followed > _LINKS:
                return False  # a loop leads nowhere
            if _ABSOLUTE.match(target):
                return True
            at.pop()
            todo += target.split("/")[:_SEGMENTS][::-1]
    return at[:1] != [root]


@rule(code="NK-SDIST-SPECIAL-FILE", scope=Scope.SDIST, since="1.0", standard=True)
def special_file(facts: SdistFacts) -> Iterator[Found]:
    """An sdist has a device, a FIFO, or an entry of a kind that is none of a file, a folder and a link.

    # Why
    Unpacking it needs root, or hangs whoever reads the file; installers refuse it.

    # Fails
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/pipe"]
    type = "fifo"
    ```
    Or a device:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/null"]
    type = "char"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/plain"]
    type = "contiguous"
    ```

    # Fix
    Exclude it from the sdist: a test can make one where it needs one.

    # Options
    None.

    # When to ignore
    Never.
    """
    kinds = {MemberKind.DEVICE: "is a device", MemberKind.FIFO: "is a FIFO", MemberKind.OTHER: "is of an unknown kind"}
    hits = [(member, kinds[member.kind]) for member in facts.archive.members if member.kind in kinds]
    yield from each_of(facts, hits, hint="exclude it from the sdist, and let the test that needs one make it")


@rule(code="NK-PATH-FILE-DIR-CONFLICT", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_file_dir_conflict(facts: FileFacts) -> Iterator[Found]:
    """A path is a file, and the folder of another entry.

    # Why
    It cannot be unpacked; where the file is a link, what follows is written through it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data" = ""
    "demo/data/a.txt" = ""
    ```
    Or through a link:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/data"]
    link = "src"

    [files]
    "demo-1.0/data/a.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data/" = ""
    "demo/data/a.txt" = ""
    "demo/dat" = ""
    ```

    # Fix
    Rename one of the two. Where two targets of the build write to one place, drop one.

    # Options
    None.

    # When to ignore
    Never.
    """
    names = sorted(f"{m.path}/" if m.kind is MemberKind.FOLDER else m.path for m in facts.archive.members)
    hits = [
        (member, "is a file, and the folder of another entry")
        for member in facts.archive.members
        if member.kind is not MemberKind.FOLDER and _is_folder_of_any(member.path, names)
    ]
    yield from each_of(facts, hits, hint="rename one of the two, or let one target of the build write it")


def _is_folder_of_any(path: str, names: Sequence[str]) -> bool:
    """Whether one of the sorted names lies below `path`."""
    index = bisect.bisect_left(names, f"{path}/")
    return index < len(names) and names[index].startswith(f"{path}/")
