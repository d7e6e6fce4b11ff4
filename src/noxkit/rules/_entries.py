# SPDX-License-Identifier: Apache-2.0
"""What the rules on entries of archives share: names that can be shown, places, and findings that stay few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.artifacts.model import FaultKind
from noxkit.rules._artifacts import WheelFacts
from noxkit.rules._base import Place, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.artifacts.model import Archive, Member
    from noxkit.diagnostics.model import Severity
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._base import Found

__all__ = ["each_of", "first_of", "is_whole", "place_of", "quoted", "raw_of", "shown", "written_paths"]

_SHOWN = 100  # characters of a name
_EACH = 10  # findings of one rule in one file
_BROKEN = (FaultKind.NOT_TAR, FaultKind.NOT_ZIP, FaultKind.CORRUPT, FaultKind.CRC, FaultKind.BOMB, FaultKind.LIMIT)


def is_whole(archive: Archive) -> bool:
    """Whether all entries were read, so that what is not among them is not there."""
    return not archive.faults_of(*_BROKEN)


def shown(name: str) -> str:
    """A name for people: what cannot be printed as an escape, and cut off where it is too long."""
    cut = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return "".join(each if each.isprintable() or each == "…" else _escaped(each) for each in cut)


def _escaped(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is not UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def quoted(names: Sequence[str], most: int = 3) -> str:
    """Names in backticks, the first few of them."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"`{shown(name)}`" for name in names[:most]) + rest


def place_of(facts: FileFacts, member: Member) -> Place:
    """The place of an entry; that of the file where its name is too long to be one."""
    return facts.at(member.path) if len(member.path) <= 4 * _SHOWN else facts.at()


def raw_of(member: Member) -> bytes:
    """The bytes of a name as written."""
    return member.raw or member.name.encode("utf-8", "surrogateescape")


def first_of(
    facts: FileFacts, members: Sequence[Member], says: str, *, hint: str, severity: Severity | None = None
) -> Iterator[Found]:
    """One finding for all `members`: it names the first, and counts the others. Nothing where there are none."""
    if members:
        rest = f" (the first of {len(members)} entries)" if len(members) > 1 else ""
        message = f"`{shown(members[0].path)}` {says}{rest}"
        yield found(message, hint=hint, at=place_of(facts, members[0]), severity=severity)


def each_of(facts: FileFacts, hits: Sequence[tuple[Member, str]], *, hint: str) -> Iterator[Found]:
    """A finding for each entry with what is wrong about it; of many the last one counts those that are left out."""
    for index, (member, says) in enumerate(hits[:_EACH]):
        left = len(hits) - _EACH
        rest = f" ({left} more entries are like that)" if index == _EACH - 1 and left > 0 else ""
        yield found(f"`{shown(member.path)}` {says}{rest}", hint=hint, at=place_of(facts, member))


def written_paths(facts: FileFacts, member: Member) -> tuple[str, ...]:
    """Where an entry may be written: at its name, and from a wheel's `.data/x/` at what is behind that."""
    parts = member.name.split("/", 2)
    if isinstance(facts, WheelFacts) and len(parts) == 3 and parts[0].endswith(".data"):
        return (member.name, parts[2])
    return (member.name,)
