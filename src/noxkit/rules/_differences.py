# SPDX-License-Identifier: Apache-2.0
"""How the wheel from an sdist and the wheel from its tree differ: names, bytes and metadata."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from noxkit.artifacts.headers import read_headers
from noxkit.rules._version_files import version_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Archive, Member
    from noxkit.rules._facts import PackageFacts

__all__ = ["Entry", "differing_entries"]

# What setuptools-scm and its like know of the commit, and no sdist does.
_COMMIT = re.compile(rb"^.*commit.*$", re.MULTILINE | re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry that differs."""

    member: str
    message: str
    hint: str
    only_in_tree: bool = False


def differing_entries(tree: Archive, sdist: Archive, package: PackageFacts) -> Iterator[Entry]:
    """The entries of two wheels that are not the same; RECORD follows from them."""
    ours = {member.name: member for member in tree.files if not member.name.endswith(".dist-info/RECORD")}
    theirs = {member.name: member for member in sdist.files if not member.name.endswith(".dist-info/RECORD")}
    for name in [name for name in ours if name not in theirs]:
        hint = "let the sdist hold it, or what it is made of (include settings, or MANIFEST.in), or keep it out of both"
        yield Entry(member=name, message=f"`{name}` is in the wheel from the tree only", hint=hint, only_in_tree=True)
    for name in [name for name in theirs if name not in ours]:
        hint = "find out why the sdist holds it and the tree does not, such as a generated file"
        yield Entry(member=name, message=f"`{name}` is in the wheel from the sdist only", hint=hint)
    written = version_files(package)
    for name, member in theirs.items():
        if name in ours and not _same(ours[name], member, loose=name in written or f"src/{name}" in written):
            yield _changed(name, ours[name], member)


def _same(ours: Member, theirs: Member, *, loose: bool) -> bool:
    if ours.sha256 == theirs.sha256:
        return True
    if not loose or ours.data is None or theirs.data is None:
        return False
    return _COMMIT.sub(b"", ours.data) == _COMMIT.sub(b"", theirs.data)


def _changed(name: str, ours: Member, theirs: Member) -> Entry:
    if name.endswith(".dist-info/METADATA"):
        fields = ", ".join(f"`{field}`" for field in _fields(ours, theirs)) or "the description"
        hint = "let the sdist hold the files that the metadata are read from, and let nothing depend on git"
        message = f"the metadata of the wheel from the sdist differ from those of the wheel from the tree in {fields}"
        return Entry(member=name, message=message, hint=hint)
    hint = "find out what the build reads that the sdist does not hold: git, a file, or the environment"
    return Entry(member=name, message=f"`{name}` has other content in the wheel from the sdist", hint=hint)


def _fields(ours: Member, theirs: Member) -> list[str]:
    one, two = read_headers(ours.data or b""), read_headers(theirs.data or b"")
    names = dict.fromkeys(field.name for field in (*one.fields, *two.fields))
    return [name for name in names if one.values(name) != two.values(name)]
