# SPDX-License-Identifier: Apache-2.0
"""Changelogs as data: the entries of versions, from Markdown by its headings, from other text by its titles."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.rules._markdown import read_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.rules._markdown import Markdown

__all__ = ["Entry", "changelogs_in", "entry_hint", "is_changelog", "read_entry", "versions_named"]

_STEMS = frozenset({"changelog", "changes", "history", "news", "release_notes", "release-notes", "releases"})
_SUFFIXES = frozenset({"", ".md", ".markdown", ".rst", ".txt"})
_HEADING = re.compile(
    r"(?P<open>\[)?(?P<name>[^\]\s]+)(?(open)\])(?:\((?P<address>[^)]*)\))?"
    r"(?:\s+[-\u2013\u2014]\s+(?P<date>\S+))?(?P<yanked>\s+\[YANKED\])?",
)
_UNDERLINE = re.compile(r"([=\-~^\"'#*+`:.])\1{2,}\s*")
_UNRELEASED = re.compile(r"\b(?:unreleased|next release|upcoming|in development)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(\[[^\]]*\])\([^)]*\)")
_ANY_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SPLIT = re.compile(r"[\s\[\](){},;:`*]+")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The heading of one version; `version` is None for what is not released, `written` is the date's text."""

    name: str
    version: Version | None
    bracketed: bool = False
    linked: bool = False
    written: str | None = None
    date: dt.date | None = None


def is_changelog(name: str) -> bool:
    """Whether a file's name, without its folder, is one that changelogs have."""
    stem, dot, suffix = name.lower().rpartition(".")
    return (
        (stem, f".{suffix}") in {(each, end) for each in _STEMS for end in _SUFFIXES} if dot else name.lower() in _STEMS
    )


def changelogs_in(files: Iterable[str], folder: str) -> list[str]:
    """Those of `files`, paths below the root, that lie in `folder` (`.` for the root) and are changelogs; sorted."""
    there = "" if folder == "." else folder
    return sorted(path for path in files if path.rpartition("/")[0] == there and is_changelog(path.rpartition("/")[2]))


def read_entry(heading: str) -> Entry | None:
    """The entry that a heading of Keep a Changelog begins; None where it is in another form."""
    match = _HEADING.fullmatch(heading.strip())
    if match is None:
        return None
    bracketed, linked = match["open"] is not None, match["address"] is not None
    if match["name"].lower() == "unreleased":
        return None if match["date"] else Entry(name="Unreleased", version=None, bracketed=bracketed, linked=linked)
    version = _version(match["name"])
    if version is None:
        return None
    written = match["date"]
    return Entry(
        name=match["name"],
        version=version,
        bracketed=bracketed,
        linked=linked,
        written=written,
        date=_date(written) if written else None,
    )


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def versions_named(path: str, data: bytes) -> frozenset[Version]:
    """The versions that headings of a changelog name, each as a whole: `1.2` does not name `1.2.3`."""
    return frozenset(
        version
        for title in _titles(path, data)
        for word in _SPLIT.split(title)
        if word and (version := _version(word)) is not None
    )


def entry_hint(path: str, data: bytes, version: Version) -> str:
    """What to do about a changelog that does not name a version: its heading, written as those of others are."""
    document = read_markdown(path, data)
    titles = _titled_lines(document)
    today = dt.datetime.now(dt.timezone.utc).date().isoformat()
    heading = next(
        (named for _, line in titles if (named := _renamed(line, version, today))), f"## [{version}] - {today}"
    )
    waiting = _waiting(titles, document.lines)
    if waiting is not None:
        return f"what has changed stands under `{waiting}`: make that heading `{heading}`"
    return f"write the entry `{heading}`, with what has changed"


def _renamed(line: str, version: Version, today: str) -> str | None:
    """The heading of another version, made that of this one; None where it names none."""
    word = next((word for word in _SPLIT.split(line) if word and _version(word)), None)
    if word is None:
        return None
    named = _ANY_DATE.sub(today, line.replace(word, f"{'v' * word.startswith('v')}{version}", 1))
    return _ADDRESS.sub(r"\1", named).strip()


def _waiting(titles: Sequence[tuple[int, str]], lines: Sequence[str]) -> str | None:
    """The heading of what is not released, where something stands below it: lines, or headings of sections."""
    for (number, line), (end, after) in zip(titles, [*titles[1:], (len(lines) + 1, "")], strict=False):
        if _UNRELEASED.search(line):
            below = [text for text in lines[number : end - 1] if text.strip() and not _UNDERLINE.fullmatch(text)]
            return line.strip() if below or _depth(after) > _depth(line) else None
    return None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip("#"))


def _titled_lines(document: Markdown) -> list[tuple[int, str]]:
    """The lines with titles and their 1-based numbers, in their order, whole as they are written."""
    found = {heading.line: document.lines[heading.line - 1] for heading in document.headings}
    return sorted((found | dict(_underlined(document))).items())


def _underlined(document: Markdown) -> Iterator[tuple[int, str]]:
    """The titles of text that is not Markdown, with their 1-based lines."""
    path = document.path
    if path.lower().endswith((".rst", ".txt")) or "." not in path.rpartition("/")[2]:
        pairs = zip(document.lines, document.lines[1:], strict=False)
        for number, (line, under) in enumerate(pairs, 1):
            if line.strip() and _UNDERLINE.fullmatch(under):
                yield number, line


def _titles(path: str, data: bytes) -> Iterator[str]:
    document = read_markdown(path, data)
    yield from (line for _, line in _underlined(document))
    yield from (heading.text for heading in document.headings)
