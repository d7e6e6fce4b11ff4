# SPDX-License-Identifier: Apache-2.0
"""What rules on builds are asked about: what the builds of one package have given, and how two of them differ."""

from __future__ import annotations

import dataclasses
import enum
import time
from typing import TYPE_CHECKING

from noxkit.rules._base import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Archive, Member
    from noxkit.rules._facts import PackageFacts

__all__ = ["BuildFacts", "Built", "Cause", "Difference", "Failure", "Round", "Target", "first_difference"]


class Target(enum.Enum):
    """What a step makes."""

    SDIST = "the sdist"
    WHEEL = "the wheel from the sdist"
    TREE_WHEEL = "the wheel from the tree"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that has given no file: `reason` is the backend's own word in one line, `lines` its last ones."""

    target: Target
    reason: str
    lines: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One file that a step has made. `began` and `ended` are when, `stamp` is the time in its gzip header.

    Times are in seconds since 1970; `folder` is where it was built.
    """

    archive: Archive
    folder: str = ""
    began: float = 0.0
    ended: float = 0.0
    stamp: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The same file built twice: `mended` says whether both are equal with a SOURCE_DATE_EPOCH, None where that was
    not tried. `failure` is that of the second build.
    """

    first: Built
    second: Built | None = None
    failure: Failure | None = None
    mended: bool | None = None
    fixed_time: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class BuildFacts:
    """What the builds of `package` have given. `output` is the folder of built files, relative to the root.

    `wheel` is made from the sdist, `tree_wheel` from the tree. `warnings` are the backend's, cleaned, each once.
    `outside` are files that builds have written and that are not the package's.
    """

    package: PackageFacts
    output: str = "dist"
    backend: str | None = None
    failures: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()
    sdist: Built | None = None
    wheel: Built | None = None
    tree_wheel: Built | None = None
    sdists: Round | None = None
    wheels: Round | None = None
    outside: tuple[str, ...] = ()

    def failure(self, target: Target) -> Failure | None:
        """Why a step has given nothing."""
        return next((failure for failure in self.failures if failure.target is target), None)

    @property
    def made(self) -> tuple[Built, ...]:
        """What is put into the folder of built files."""
        return tuple(built for built in (self.sdist, self.wheel) if built is not None)

    @property
    def place(self) -> Place:
        """The place of what says how the package is built."""
        return self.package.manifest.key("build-system")

    def at(self, built: Built, member: str | None = None) -> Place:
        """The place of a built file, or of an entry in it."""
        path = f"{self.output}/{built.archive.file_name}"
        if member is None:
            return Place(path)
        shown = member.encode("utf-8", "backslashreplace").decode("utf-8").strip("/")
        return Place(f"{path}/{shown}")


class Cause(enum.Enum):
    """What is not the same in two files."""

    MISSING = "missing"
    ORDER = "order"
    CONTENT = "content"
    PATH = "path"
    TIME = "time"
    MODE = "mode"
    OWNER = "owner"
    HEADER = "header"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first entry that differs, and in what; `text` completes a sentence that begins with its name.

    `count` is how many differ in all, and `causes` in what. `member` is None where it is the archive itself.
    """

    cause: Cause
    text: str
    member: str | None = None
    count: int = 1
    causes: frozenset[Cause] = frozenset()

    @property
    def is_timely(self) -> bool:
        """Whether it may be a matter of time alone, so that a SOURCE_DATE_EPOCH could mend it."""
        return ({self.cause} | self.causes).isdisjoint({Cause.ORDER, Cause.PATH, Cause.MODE, Cause.OWNER})

    @property
    def is_outward(self) -> bool:
        """Whether it is in nothing but the times and modes of entries: whoever unpacks both has the same files."""
        return ({self.cause} | self.causes) <= {Cause.TIME, Cause.MODE}


def first_difference(first: Built, second: Built, *, fixed_time: bool = False) -> Difference | None:
    """The first thing in which two builds differ; None where they are equal byte by byte, and would be at any time.

    With `fixed_time` the time of the build was given, so that entries may have it.
    """
    if first.archive.sha256 == second.archive.sha256:
        return None if fixed_time else _made_now(first)
    names = [member.name for member in first.archive.members]
    others = [member.name for member in second.archive.members]
    lost = next((name for name in names if name not in set(others)), None)
    added = next((name for name in others if name not in set(names)), None)
    if lost is not None or added is not None:
        which = "first" if lost is not None else "second"
        return Difference(cause=Cause.MISSING, text=f"is only in the {which} build", member=lost or added)
    if names != others:
        place = next(index for index, name in enumerate(names) if name != others[index])
        text = f"is entry {place + 1} of the first build, and `{others[place]}` that of the second"
        return Difference(cause=Cause.ORDER, text=text, member=names[place])
    return _first_member(first, second) or _header(first, second)


def _first_member(first: Built, second: Built) -> Difference | None:
    pairs = zip(first.archive.members, second.archive.members, strict=True)
    found = [difference for one, two in pairs for difference in _member(one, two, first, second)]
    if not found:
        return None
    lists = [each for each in found if each.member is not None and not each.member.endswith("/RECORD")]
    lead = (lists or found)[0]
    causes = frozenset(each.cause for each in found)
    return dataclasses.replace(lead, count=len({each.member for each in found}), causes=causes)


def _member(one: Member, two: Member, first: Built, second: Built) -> Iterator[Difference]:
    if (one.sha256, one.size, one.target) != (two.sha256, two.size, two.target):
        yield _content(one, two, first, second)
    if one.mode != two.mode:
        text = f"has the mode {one.mode or 0:04o} in one build and {two.mode or 0:04o} in the other"
        yield Difference(cause=Cause.MODE, text=text, member=one.name)
    if one.time != two.time:
        text = f"has the time {_shown(one.time)} in one build and {_shown(two.time)} in the other"
        yield Difference(cause=Cause.TIME, text=text, member=one.name)
    if (one.user, one.group) != (two.user, two.group):
        yield Difference(cause=Cause.OWNER, text="belongs to another user or group", member=one.name)


def _content(one: Member, two: Member, first: Built, second: Built) -> Difference:
    folders = (first.folder.encode(), second.folder.encode())
    if all(folders) and folders[0] in (one.data or b"") and folders[1] in (two.data or b""):
        return Difference(cause=Cause.PATH, text="holds the path of the folder that it was built in", member=one.name)
    return Difference(cause=Cause.CONTENT, text=f"has other content{_line(one, two)}", member=one.name)


def _line(one: Member, two: Member) -> str:
    """The first line that differs, where both are text."""
    lines, others = (one.text or "").splitlines(), (two.text or "").splitlines()
    for number, (line, other) in enumerate(zip(lines, others, strict=False), 1):
        if line != other:
            return f" from line {number} on: `{line.strip()[:80]}` and `{other.strip()[:80]}`"
    return ""


def _header(first: Built, second: Built) -> Difference:
    if first.stamp != second.stamp:
        text = f"has the time {_shown(first.stamp)} in its gzip header, and then {_shown(second.stamp)}"
        return Difference(cause=Cause.TIME, text=text)
    return Difference(cause=Cause.HEADER, text="differs in what lies around its entries")


def _made_now(built: Built) -> Difference | None:
    """Two builds in the same second have the same time: it is that of the build all the same."""
    for member in built.archive.members:
        if member.time is not None and _within(member.time, built, local=built.archive.format == "zip"):
            return Difference(
                cause=Cause.TIME, text=f"has the time of the build, {_shown(member.time)}", member=member.name
            )
    if built.stamp is not None and _within(built.stamp, built, local=False):
        return Difference(cause=Cause.TIME, text=f"has the time of the build in its gzip header, {_shown(built.stamp)}")
    return None


def _within(moment: float, built: Built, *, local: bool) -> bool:
    """Whether a time lies within the build; the times of a zip have no zone, and are even."""
    began = built.began // 2 * 2
    offset = -time.localtime(moment).tm_gmtoff if local else 0
    return any(began <= each <= built.ended + 1 for each in (moment, moment + offset))


def _shown(moment: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment)) if moment is not None else "none"
