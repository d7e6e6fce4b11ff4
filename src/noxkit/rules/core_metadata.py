# SPDX-License-Identifier: Apache-2.0
"""METADATA and PKG-INFO as files of fields: that they are there, can be read, and hold the fields of their version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.artifacts.headers import MOST_FIELDS
from noxkit.errors import did_you_mean
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import FIELDS, VERSIONS, limited, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts, WheelFacts
    from noxkit.rules._core_metadata import CoreMetadata

__all__ = [
    "metadata_duplicate_field",
    "metadata_field_too_new",
    "metadata_header_injection",
    "metadata_missing",
    "metadata_not_utf8",
    "metadata_unknown_field",
    "metadata_version_missing",
    "metadata_version_unsupported",
]

_REBUILD = "rebuild with a current release of the build backend"
_BOM = "\ufeff"


@rule(code="NK-METADATA-MISSING", scope=Scope.WHEEL, since="1.0", standard=True)
def metadata_missing(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has no METADATA in its .dist-info folder, or one that is no file.

    # Why
    The package index refuses the wheel, and installers stop at it. A wheel without the folder is
    NK-DISTINFO-MISSING, an sdist without PKG-INFO NK-SDIST-PKG-INFO-MISSING.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/METADATA" = false
    ```
    Or under another name:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/METADATA" = false
    "{info}/metadata" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.0\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0"
    ```

    # Fix
    Rebuild: every build backend writes it.

    # Options
    None.

    # When to ignore
    Never.
    """
    member = facts.wheel.info_member("METADATA")
    is_read = member is not None and member.is_file and facts.headers is not None
    if facts.wheel.info is None or is_read:
        return
    if member is None:
        what = f"there is no `{facts.headers_path}`"
    elif not member.is_file:
        what = f"`{facts.headers_path}` is a {member.kind.value} and no file"
    else:
        what = f"`{facts.headers_path}` cannot be read: it is damaged, or too large with {member.size} bytes"
    yield found(what, hint=f"{_REBUILD}, and add nothing to the wheel by hand", at=facts.at(facts.headers_path))


@rule(code="NK-METADATA-NOT-UTF8", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_not_utf8(facts: FileFacts) -> Iterator[Found]:
    """METADATA or PKG-INFO is not UTF-8.

    # Why
    The specification asks for UTF-8. Uploaders leave out the fields that they cannot decode, or stop.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "{info}/METADATA" = "TWV0YWRhdGEtVmVyc2lvbjogMi4xCk5hbWU6IGRlbW8KVmVyc2lvbjogMS4wCkF1dGhvcjogSm9z6Qo="
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author = "José 東京 \\u0000 \\u0085"
    ```

    # Fix
    Save the file that the text comes from (pyproject.toml, setup.cfg, the readme) as UTF-8, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    headers = facts.headers
    if headers is None or headers.text is not None:
        return
    before = _before_fault(headers.raw)
    line = before.count(b"\n") + 1
    yield found(
        f"byte 0x{headers.raw[len(before)]:02x} at offset {len(before)} is not UTF-8",
        hint="save the author's name, the summary or the readme, whichever holds it, as UTF-8, and rebuild",
        at=facts.at(facts.headers_path, line),
    )


def _before_fault(raw: bytes) -> bytes:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return raw[: error.start]
    return raw


@rule(code="NK-METADATA-DUPLICATE-FIELD", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_duplicate_field(facts: FileFacts) -> Iterator[Found]:
    """A field that may stand once in METADATA or PKG-INFO stands there twice.

    # Why
    The package index and the uploaders refuse it, be the values equal or not: nobody can tell which one is meant. A
    description counts twice where it stands both in the field and behind the blank line.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nsummary: a\\nSummary: a\\n"
    ```
    Or the description:
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nDescription: a\\n\\nb\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nPlatform: a\\nPlatform: a\\n"
    ```
    Or a description that speaks of fields:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    body = "# demo\\n\\nSummary: a\\nSummary: b"
    ```

    # Fix
    Remove what adds the second one: a plugin of the build backend, or a hand-written file. Rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.core is not None and facts.headers is not None:
        at = facts.at(facts.headers_path)
        yield from limited(_duplicates(facts, facts.core), at)
        if len(facts.headers.fields) >= MOST_FIELDS:
            message = f"there are more than {MOST_FIELDS} fields, and what follows them is not read"
            yield found(message, hint="remove what writes so many fields, and rebuild", at=at)


def _duplicates(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    hint = f"remove what writes it a second time, and rebuild; `{facts.headers_path}` is never written by hand"
    for name in core.names:
        kind, fields = FIELDS.get(name), core.fields(name)
        if kind is not None and not kind.repeated and len(fields) > 1:
            values = " and ".join(f"`{shown(field.value, 40)}`" for field in fields[:2])
            message = f"`{kind.name}` may stand once, and stands {len(fields)} times: {values}"
            yield found(message, hint=hint, at=facts.at_field(fields[1]))
    in_field = core.field("Description")
    if in_field is not None and core.headers.body.strip():
        message = "the description stands twice: in the field `Description`, and behind the blank line"
        yield found(message, hint=hint, at=facts.at_field(in_field))


@rule(code="NK-METADATA-UNKNOWN-FIELD", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_unknown_field(facts: FileFacts) -> Iterator[Found]:
    """METADATA or PKG-INFO has a field that no version of core metadata knows.

    # Why
    Uploaders refuse to send the file. Most often a line of another field's text was not indented and became a field.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    "License-Files" = "LICENSE"
    ```
    Or a summary that goes on at the margin:
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nSummary: one\\nNote: two\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "metadata-version: 2.1\\nNAME: demo\\nversion: 1.0\\nplatform: a\\n\\nX-Nothing: text\\n"
    ```

    # Fix
    Remove what writes it, or write the field that was meant. Rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.core is not None:
        yield from limited(_unknown(facts, facts.core), facts.at(facts.headers_path))


def _unknown(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    names = [kind.name for kind in FIELDS.values()]
    for number, name in enumerate(name for name in core.names if name not in FIELDS):
        field = core.fields(name)[0]
        near = did_you_mean(field.name[:40], names) if number < len(names) else ""
        hint = near if near.startswith("did") else f"remove what writes the field, and {_REBUILD}"
        yield found(f"`{shown(field.name)}` is no field of core metadata", hint=hint, at=facts.at_field(field))


@rule(code="NK-METADATA-VERSION-MISSING", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_version_missing(facts: FileFacts) -> Iterator[Found]:
    """METADATA or PKG-INFO has no Metadata-Version, or no Version.

    # Why
    Both are required: the package index refuses the file, and installers stop at it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = false
    ```
    Or an empty version:
    ```toml demo-1.0.tar.gz
    [metadata]
    Version = ""
    ```
    Or a byte order mark, behind which no parser finds a field:
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "\\uFEFFMetadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Name: demo\\nVERSION:1.0\\nmetadata-version:\\t2.1\\n"
    ```

    # Fix
    Rebuild with a current release of the build backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    core, headers = facts.core, facts.headers
    if core is None or headers is None:
        return
    has_mark = not headers.fields and headers.body.startswith(_BOM)
    if has_mark:
        message, hint = "the file begins with a byte order mark, and no field is read", "write it as UTF-8 without one"
        yield found(message, hint=hint, at=facts.at(facts.headers_path, 1))
    for name in ("Metadata-Version", "Version"):
        if core.value(name) is None and not has_mark:
            why = f": line {headers.stopped} is no field, and ends them" if headers.stopped else ""
            message = f"there is no `{name}`{why}"
            yield found(message, hint=_REBUILD, at=facts.at(facts.headers_path, headers.stopped or 1))


@rule(code="NK-METADATA-VERSION-UNSUPPORTED", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_version_unsupported(facts: FileFacts) -> Iterator[Found]:
    """Metadata-Version is none that the package index takes.

    # Why
    The index refuses the file: 2.0 was never finished, and what is newer than 2.5 is not served yet.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.0"
    ```
    Or a version of two numbers that is none:
    ```toml demo-1.0.tar.gz
    [metadata]
    Metadata-Version = "2.10"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.5"
    ```

    # Fix
    Rebuild with a current release of the build backend; for a version that is too new, with an older one.

    # Options
    None.

    # When to ignore
    For a file that goes to an index of your own which takes it.
    """
    core = facts.core
    if core is not None and core.version and core.version not in VERSIONS:
        yield found(
            f"`Metadata-Version: {shown(core.version)}` is none of {', '.join(VERSIONS)}",
            hint=f"{_REBUILD}, such as `hatchling>=1.27` or `setuptools>=77`",
            at=facts.at_field(core.field("Metadata-Version")),
        )


@rule(code="NK-METADATA-FIELD-TOO-NEW", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_field_too_new(facts: FileFacts) -> Iterator[Found]:
    """A field is newer than the Metadata-Version that the file states.

    # Why
    The package index refuses it. License-File alone is let pass: setuptools wrote it for years before it was one.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.3"
    License-Expression = "MIT"
    ```
    Or in an sdist:
    ```toml demo-1.0.tar.gz
    [metadata-text]
    text = "Metadata-Version: 1.1\\nName: demo\\nVersion: 1.0\\nRequires-Python: >=3.10\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nLicense-File: LICENSE\\nProvides-Extra: a\\n"
    ```

    # Fix
    Rebuild with a current release of the build backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or core.version not in VERSIONS:
        return
    for name in core.names:
        kind = FIELDS.get(name)
        if kind is not None and VERSIONS.index(kind.added) > core.age and kind.name != "License-File":
            yield found(
                f"`{kind.name}` came with Metadata-Version {kind.added}, and the file states {core.version}",
                hint=f"{_REBUILD}: it raises `Metadata-Version` by itself",
                at=facts.at_field(core.fields(name)[0]),
            )


@rule(code="NK-METADATA-HEADER-INJECTION", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_header_injection(facts: FileFacts) -> Iterator[Found]:
    """A blank line, or one that is no field, stands before fields: they are read as description.

    # Why
    What a value brought a newline into METADATA cuts it in two: dependencies, licence or Requires-Python behind it
    are lost without a word, or a crafted value has put fields of its own there.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nAuthor: A\\n\\nRequires-Dist: httpx\\n\\n# demo\\n"
    ```
    Or without the blank line:
    ```toml demo-1.0.tar.gz
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nSummary: one\\ntwo\\nRequires-Dist: httpx\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    body = "\\n\\n# demo\\n\\nRequires-Dist: httpx\\nName: what it is called\\n"
    ```
    Or words that only look like fields:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    body = "Version 1.0\\nname : demo\\nLicensed: MIT\\nhttps://acme.org"
    ```

    # Fix
    Take the newline out of the value that stands before the blank line, in pyproject.toml or setup.py, and rebuild. A
    readme that really begins so can begin with its heading.

    # Options
    None.

    # When to ignore
    For a readme that describes core metadata in its first line.
    """
    headers = facts.headers
    if headers is None or not 0 < len(headers.fields) < MOST_FIELDS:
        return
    last = headers.fields[-1]
    field = _first_injected(headers.body, after_fields=headers.stopped is not None)
    if headers.stopped is not None:
        what = f"line {headers.stopped} is no field, and ends them"
        yield _injected(facts, f"{what}: `{field}` behind it is read as description" if field else what, last)
    elif field is not None:
        yield _injected(facts, f"the description begins with the field `{field}`, behind a blank line", last)


def _injected(facts: FileFacts, message: str, last: Field) -> Found:
    headers = facts.headers
    hint = f"take the newline out of the value of `{shown(last.name)}`, the last field that is read, and rebuild"
    return found(message, hint=hint, at=facts.at(facts.headers_path, headers.body_line if headers is not None else 1))


def _first_injected(body: str, *, after_fields: bool) -> str | None:
    """The name of the field that stands in the first line of text; `after_fields`, in one of the first fifty."""
    lines = body.lstrip("\n")[:10_000].split("\n")
    for line in lines[: 50 if after_fields else 1]:
        name, colon, rest = line.partition(":")
        kind = FIELDS.get(name.lower())
        if (
            colon
            and kind is not None
            and (name == kind.name or kind.name.lower() == "metadata-version")
            and rest[:1] in " \t"
        ):
            return kind.name
    return None
