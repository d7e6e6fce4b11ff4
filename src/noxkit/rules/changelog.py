# SPDX-License-Identifier: Apache-2.0
"""Rules on changelogs: an entry for the version at hand, and the form of Keep a Changelog."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

from msgspec import Meta
from packaging.version import InvalidVersion, Version

from noxkit.config._types import Table
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._changelog import Entry, entry_hint, is_changelog, read_entry, versions_named
from noxkit.rules._markdown import Heading, Markdown, read_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.rules._facts import PackageFacts

__all__ = ["Options", "changelog_format", "changelog_version"]

_LEVEL, _SECTION_LEVEL = 2, 3
_FEW = 5  # findings that a changelog of another form gets one by one


class Options(Table, frozen=True, kw_only=True):
    """Options of `[tool.noxkit.rules.changelog]`."""

    sections: Annotated[
        tuple[str, ...],
        Meta(
            description="The sections that an entry may have.",
            examples=[["Added", "Changed", "Fixed", "Performance"]],
        ),
    ] = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


class _Section(NamedTuple):
    heading: Heading
    end: int


class _Part(NamedTuple):
    """An entry with its heading, the line behind its last one, and its sections."""

    heading: Heading
    entry: Entry
    end: int
    sections: tuple[_Section, ...]


@rule(code="NK-CHANGELOG-VERSION", scope=Scope.PACKAGE, since="1.0")
def changelog_version(facts: PackageFacts) -> Iterator[Found]:
    """The changelog that a package must have holds no entry for the package's version.

    # Why
    Users decide by the changelog whether to upgrade. An entry that is missing when the version is
    set is missing in the release. The version is compared as a whole: `1.2.30` is no entry for
    `1.2.3`.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.2.3"

    [[tool.noxkit.kinds]]
    name = "package"
    paths = ["."]
    required-files = ["CHANGELOG.md"]
    ```
    ```markdown CHANGELOG.md
    # Changelog

    ## [1.2.30] - 2026-01-31

    - A heading, and not text such as this 1.2.3, begins an entry.
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.2.3"

    [[tool.noxkit.kinds]]
    name = "package"
    paths = ["."]
    required-files = ["CHANGELOG.md"]
    ```
    ```markdown CHANGELOG.md
    # Changelog

    ## [1.2.3] - 2026-01-31

    ### Added

    - Everything.
    ```

    # Fix
    Write the entry. What has changed is nothing that noxkit can know, so there is no automatic fix.

    # Options
    `required-files` of the package's kind: the rule is about those kinds that require a changelog. Where `select`
    names the rule itself, it is about every package with a version.

    # When to ignore
    Where the version is raised long before the release: use a development version (`1.3.0.dev0`)
    instead, for which no entry is asked for.
    """
    version = _own_version(facts)
    required = [name for name in (facts.kind.required_files if facts.kind else ()) if _names_changelog(name)]
    selected = {*facts.whole.options.select, *(facts.kind.select if facts.kind else ())}
    meant = bool(required) or "NK-CHANGELOG-VERSION" in selected
    if version is None or version.is_devrelease or not meant:
        return
    paths = [path for path in facts.files if _beside_manifest(facts, path)]
    contents = [(path, data) for path in paths if (data := facts.whole.read(path)) is not None and data.strip()]
    if contents and not any(version in versions_named(path, data) for path, data in contents):
        yield found(
            f"no heading of {contents[0][0]} names version `{version}`",
            hint=entry_hint(*contents[0], version),
            at=facts.manifest.value("project", "version"),
        )
    if not paths and not required:  # a required one that is missing is another rule's finding
        hint = "write CHANGELOG.md beside it, with an entry for the version"
        yield found(f"no changelog names version `{version}`", hint=hint, at=facts.manifest.value("project", "version"))


def _own_version(facts: PackageFacts) -> Version | None:
    try:
        return Version(facts.package.version) if facts.package.version else None
    except InvalidVersion:  # another rule's finding
        return None


def _names_changelog(glob: str) -> bool:
    return is_changelog(glob.rpartition("/")[2].replace("*", "")) or is_changelog(glob.rpartition("/")[2].rstrip(".*"))


def _beside_manifest(facts: PackageFacts, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return (folder or ".") == facts.package.folder and is_changelog(name)


@rule(code="NK-CHANGELOG-FORMAT", scope=Scope.PACKAGE, since="1.0")
def changelog_format(facts: PackageFacts) -> Iterator[Found]:
    """A CHANGELOG.md does not follow Keep a Changelog.

    # Why
    People and programs find an entry by its form: the newest version first, each with its date,
    what changed under one of six names, and links that lead to the comparison of the right
    versions.

    # Fails
    ```markdown CHANGELOG.md
    # Changelog

    ## [1.0.0] - 2025-03-01

    ### Fixes

    - A crash.

    ## [1.1.0] - 01.04.2025

    ### Added

    - A feature.
    ```

    # Passes
    ```markdown CHANGELOG.md
    # Changelog

    ## [Unreleased]

    ## [1.1.0] - 2025-04-01

    ### Added

    - A feature.

    ## [1.0.0] - 2025-03-01

    ### Fixed

    - A crash.

    [unreleased]: https://git.example.com/acme/compare/v1.1.0...HEAD
    [1.1.0]: https://git.example.com/acme/compare/v1.0.0...v1.1.0
    [1.0.0]: https://git.example.com/acme/releases/tag/v1.0.0
    ```

    # Fix
    Correct what the finding names; see <https://keepachangelog.com/en/1.1.0/>. Only the author
    knows the date, the order or the section that is meant, so there is no automatic fix.

    # Options
    `sections` in `[tool.noxkit.rules.changelog]`: the names that sections may have.

    # When to ignore
    Where the changelog is written by a tool that has a form of its own, such as towncrier.
    """
    for path in facts.files:
        name = path.rpartition("/")[2].lower()
        data = facts.whole.read(path) if name == "changelog.md" and _beside_manifest(facts, path) else None
        if data is not None and data.strip():
            document = read_markdown(path, data)
            findings = list(_judge(document, facts.whole.settings.of(Options)))
            yield from findings if b"keepachangelog.com" in data else _in_short(document, findings)


def _in_short(document: Markdown, findings: list[Found]) -> list[Found]:
    """One finding for a changelog that does not say that it has this form, and has it nowhere."""
    if len(findings) <= _FEW:
        return findings
    hint = "bring it into the form, or accept it by `ignore` where it has one of its own"
    message = f"does not follow Keep a Changelog in {len(findings)} places; the first: {findings[0].message}"
    return [found(message, hint=hint, at=findings[0].place or document.place(1))]


def _judge(document: Markdown, options: Options) -> Iterator[Found]:
    parts = list(_parts(document))
    headings = [heading for heading in document.headings if heading.level == _LEVEL]
    if not headings:
        hint = "begin each version with `## [1.2.3] - 2026-01-31`, and what is not released with `## [Unreleased]`"
        yield found("no heading of the second level names a version", hint=hint, at=document.place(1))
    read = {part.heading.line for part in parts}
    wrong = [heading for heading in headings if heading.line not in read]
    for heading in wrong[:1] if len(wrong) > _FEW else wrong:
        more = f", nor are {len(wrong) - 1} others" if len(wrong) > _FEW else ""
        hint = "write `## [1.2.3] - 2026-01-31` or `## [Unreleased]`"
        yield _at(document, heading, f"`{heading.text}` is no heading of a version{more}", hint)
    for part in parts:
        yield from _dates(document, part)
        yield from _sections(document, part, options)
    yield from _order(document, parts)
    yield from _duplicates(document, parts)
    yield from _links(document, parts)


def _at(document: Markdown, heading: Heading, message: str, hint: str) -> Found:
    return found(message, hint=hint, at=document.place(heading.line, heading.text))


def _parts(document: Markdown) -> Iterator[_Part]:
    headings = [heading for heading in document.headings if heading.level <= _SECTION_LEVEL]
    ends = [heading.line for heading in headings[1:]] + [len(document.lines) + 1]
    for number, heading in enumerate(headings):
        entry = read_entry(heading.text) if heading.level == _LEVEL else None
        if entry is not None:
            rest = zip(headings[number + 1 :], ends[number + 1 :], strict=True)
            sections = tuple(_Section(*pair) for pair in itertools.takewhile(lambda pair: pair[0].level > _LEVEL, rest))
            yield _Part(heading, entry, sections[-1].end if sections else ends[number], sections)


def _dates(document: Markdown, part: _Part) -> Iterator[Found]:
    entry = part.entry
    if entry.version is None:
        return
    if entry.written is None:
        hint = "write the day of the release behind it, as ` - 2026-01-31`"
        yield _at(document, part.heading, f"version `{entry.name}` has no date", hint)
    elif entry.date is None:
        hint = "write year, month and day with hyphens, as `2026-01-31`"
        yield _at(document, part.heading, f"`{entry.written}` is no date of ISO 8601", hint)
    elif entry.date > dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=1):  # a day for those further east
        hint = "correct the date, or keep the entry under `## [Unreleased]` until the release"
        yield _at(document, part.heading, f"version `{entry.name}` is dated in the future, {entry.written}", hint)


def _sections(document: Markdown, part: _Part, options: Options) -> Iterator[Found]:
    seen: set[str] = set()
    first = part.sections[0].heading.line if part.sections else part.end
    for line in document.lists:
        if part.heading.line < line < first:
            hint = f"put the list under one of `### {'`, `### '.join(options.sections)}`"
            message = f"the changes of `{part.entry.name}` stand in no section"
            yield found(message, hint=hint, at=document.place(line))
    for heading, end in part.sections:
        name = heading.text
        if name not in options.sections:
            hint = f"the sections are: {', '.join(options.sections)}"
            yield _at(document, heading, f"`{name}` is no section of Keep a Changelog", hint)
        if name in seen:
            message = f"the section `{name}` is there twice in `{part.entry.name}`"
            yield _at(document, heading, message, "join the two")
        elif part.entry.version is not None and not any(heading.line < line < end for line in document.blocks):
            message = f"the section `{name}` of `{part.entry.name}` is empty"
            yield _at(document, heading, message, "take it out, or say what has changed")
        seen.add(name)


def _order(document: Markdown, parts: Sequence[_Part]) -> Iterator[Found]:
    for part in parts[1:]:
        if part.entry.version is None and parts[0].entry.version is not None:
            yield _at(document, part.heading, "`Unreleased` stands below a version", "move it to the top")
    released = [part for part in parts if part.entry.version is not None]
    for above, below in itertools.pairwise(released):
        if _is_older(above.entry, below.entry):
            message = f"version `{below.entry.name}` stands below `{above.entry.name}`, which is older"
            yield _at(document, below.heading, message, "put the newest version first")


def _is_older(above: Entry, below: Entry) -> bool:
    """Whether the upper one is the older one by its version, and by its date as well where both have one.

    A release of an old branch may stand by its version or by its date.
    """
    if above.version is None or below.version is None or above.version >= below.version:
        return False
    return above.date is None or below.date is None or above.date < below.date or above.date == below.date


def _duplicates(document: Markdown, parts: Sequence[_Part]) -> Iterator[Found]:
    seen: set[Version | None] = set()
    for part in parts:
        if part.entry.version in seen:
            message = f"`{part.entry.name}` has an entry already"
            yield _at(document, part.heading, message, "join the two entries, or correct the version")
        seen.add(part.entry.version)


def _links(document: Markdown, parts: Sequence[_Part]) -> Iterator[Found]:
    labels = {part.entry.name.upper(): part for part in parts}
    defined = {definition.label: definition for definition in document.definitions}
    some = any(label in defined for label in labels)
    for label, part in labels.items():
        entry = part.entry
        if entry.bracketed and not entry.linked and label not in defined and some:
            hint = f"add `[{entry.name}]: https://…` at the end, or take the brackets away"
            yield _at(document, part.heading, f"`[{entry.name}]` is a link without an address", hint)
    for definition in document.repeated_definitions:
        message = f"the link `[{definition.label.lower()}]` is defined twice"
        yield found(message, hint="take the wrong one out", at=document.place(definition.line))
    for label, definition in defined.items():
        entry = read_entry(f"[{label}]")
        if entry is None:
            continue
        if label not in labels and entry.version not in {part.entry.version for part in parts}:
            message = f"the link `[{label.lower()}]` belongs to no entry"
            yield found(message, hint="write the entry, or take the link out", at=document.place(definition.line))
        elif entry.version is not None and not _is_named(label, definition.address):
            message = f"the address of `[{label.lower()}]` does not name that version"
            hint = f"lead it to {label.lower()}; a line that was copied from another version is the usual cause"
            yield found(message, hint=hint, at=document.place(definition.line, definition.address))


def _is_named(label: str, address: str) -> bool:
    bare = re.escape(label.lower().removeprefix("v"))
    return re.search(rf"(?<![\d.]){bare}(?!\.?\d)", address.lower()) is not None
