# SPDX-License-Identifier: Apache-2.0
"""RECORD against the files of its wheel: which rows can be compared, and what the digests should be."""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import TYPE_CHECKING

from noxkit.artifacts.model import MemberKind
from noxkit.artifacts.record import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.artifacts.record import Row
    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._base import Place

__all__ = [
    "digest_of",
    "encoded",
    "hashed_rows",
    "is_weak",
    "listed_files",
    "record_path",
    "row_place",
    "rows",
    "signatures",
]


def record_path(facts: WheelFacts) -> str:
    """Where RECORD lies, or should lie."""
    return f"{facts.wheel.info}/RECORD"


def signatures(facts: WheelFacts) -> frozenset[str]:
    """The files that sign RECORD, and so cannot be listed in it."""
    return frozenset(f"{record_path(facts)}.{suffix}" for suffix in ("jws", "p7s"))


def row_place(facts: WheelFacts, row: Row | None = None) -> Place:
    """The place of a row of RECORD, or of all of it."""
    return facts.at(record_path(facts), row.line if row is not None else None)


def rows(facts: WheelFacts) -> tuple[Row, ...]:
    """The rows of RECORD; none where it cannot be read as a whole: then nothing can be said of single files."""
    record = facts.wheel.record
    return record.rows if record is not None and record.error is None else ()


def hashed_rows(facts: WheelFacts) -> Iterator[tuple[Row, Member]]:
    """The whole rows of files that are in the wheel and have to have a hash, each with its file."""
    unhashed = {record_path(facts), *signatures(facts)}
    for row in rows(facts):
        member = facts.archive.by_name.get(row.path)
        if member is not None and member.is_file and len(row.columns) == 3 and row.path not in unhashed:
            yield row, member


def listed_files(facts: WheelFacts) -> list[str]:
    """The names of the entries that RECORD has to list: all but folders and its own signatures."""
    exempt = signatures(facts)
    names = (member.name for member in facts.archive.members if member.kind is not MemberKind.FOLDER)
    return [name for name in dict.fromkeys(names) if name not in exempt and not name.endswith("/")]


@functools.lru_cache(maxsize=32)
def is_weak(algorithm: str) -> bool:
    """Whether it is a hash function that the format of wheels forbids: all that are weaker than sha256."""
    return algorithm in ALGORITHMS and hashlib.new(algorithm, usedforsecurity=False).digest_size < 32


def digest_of(member: Member, algorithm: str) -> bytes | None:
    """The digest of a file; None where it cannot be had: the bytes were not kept, or not read at all."""
    if algorithm == "sha256":
        return bytes.fromhex(member.sha256) or None
    if member.other_hash is not None and member.other_hash[0] == algorithm:
        return bytes.fromhex(member.other_hash[1])
    if member.data is None or not member.sha256:
        return None
    return hashlib.new(algorithm, member.data, usedforsecurity=False).digest()


def encoded(digest: bytes) -> str:
    """A digest as RECORD writes it."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
