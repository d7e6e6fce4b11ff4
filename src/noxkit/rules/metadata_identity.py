# SPDX-License-Identifier: Apache-2.0
"""What METADATA says a file is: its name and version, its summary, who made it, and which fields the build computes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import limited, refused, shown
from noxkit.rules._form import first_address, why_no_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts, WheelFacts
    from noxkit.rules._core_metadata import CoreMetadata

__all__ = [
    "metadata_dynamic_invalid",
    "metadata_email_invalid",
    "metadata_local_version",
    "metadata_name_invalid",
    "metadata_name_mismatch",
    "metadata_summary_multiline",
    "metadata_summary_too_long",
    "metadata_version_mismatch",
]

_LONGEST_SUMMARY = 512
# What Python takes for the end of a line, and so what some reader of the file does.
_LINE_END = re.compile("[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")


@rule(code="NK-METADATA-NAME-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_name_invalid(facts: FileFacts) -> Iterator[Found]:
    """The project's name is missing or is none, or that of an extra is none.

    # Why
    The package index refuses the file. A name has ASCII letters, digits, `-`, `_` and `.`, with a letter or digit at
    both ends.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Name = "demo-"
    ```
    Or none:
    ```toml demo-1.0.tar.gz
    [metadata]
    Name = false
    ```
    Or an extra:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Provides-Extra = "käse"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Name = "D.e_-m.O"
    Provides-Extra = ["1", "a__b.C"]
    ```

    # Fix
    Correct `name`, or the key of `[project.optional-dependencies]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or not core.headers.fields:
        return
    hint = "use letters, digits, `-`, `_` and `.`, the first and the last a letter or digit, and rebuild"
    name = core.field("Name")
    if name is None:
        yield found("there is no `Name`", hint="rebuild with `name` in [project]", at=facts.at_field(None))
    elif not _is_name(name.value.strip()):
        yield found(f"`{shown(name.value)}` is no name of a project", hint=hint, at=facts.at_field(name))
    wrong = (field for field in core.fields("Provides-Extra") if not _is_name(field.value.strip()))
    found_ = (
        found(f"`{shown(field.value)}` is no name of an extra", hint=hint, at=facts.at_field(field)) for field in wrong
    )
    yield from limited(found_, facts.at(facts.headers_path))


def _is_name(name: str) -> bool:
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        return False
    return "\n" not in name


@rule(code="NK-METADATA-NAME-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def metadata_name_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """METADATA names another project than the wheel's file name.

    # Why
    The package index refuses the wheel, and installers do. For an sdist it is NK-SDIST-PKG-INFO-MISMATCH.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Name = "demos"
    ```

    # Passes
    ```toml acme_demo-1.0-py3-none-any.whl
    [metadata]
    Name = "Acme.-_Demo"
    ```

    # Fix
    Rebuild: a wheel is never renamed.

    # Options
    None.

    # When to ignore
    Never.
    """
    core, written = facts.core, facts.written
    stated = core.value("Name") if core is not None else None
    if core is None or stated is None or written is None or canonicalize_name(stated) == written.name:
        return
    yield found(
        f"METADATA says `Name: {shown(stated)}`, the file name `{written.written_name}`",
        hint="rebuild the wheel, and do not rename it",
        at=facts.at_field(core.field("Name")),
    )


@rule(code="NK-METADATA-VERSION-MISMATCH", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_version_mismatch(facts: FileFacts) -> Iterator[Found]:
    """METADATA states another version than the file name, or one that is none.

    # Why
    The package index refuses the file, and installers do. An sdist of another valid version is
    NK-SDIST-PKG-INFO-MISMATCH.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Version = "1.0.1"
    ```
    Or what is no version by PEP 440:
    ```toml demo-1.0.tar.gz
    [metadata]
    Version = "1.0-final"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Version = "v1.0.0"
    ```

    # Fix
    Rebuild: a built file is never renamed.

    # Options
    None.

    # When to ignore
    Never.
    """
    core, written = facts.core, facts.written
    stated = core.value("Version") if core is not None else None
    if core is None or stated is None:
        return
    version, at = _version(stated), facts.at_field(core.field("Version"))
    if version is None:
        hint = "set a version such as `1.2.3` or `1.2.3rc1` (PEP 440), and rebuild"
        yield found(f"`Version: {shown(stated)}` is no version", hint=hint, at=at)
    elif written is not None and version != written.version and facts.headers_path.endswith("/METADATA"):
        yield found(
            f"METADATA says `Version: {shown(stated)}`, the file name `{written.written_version}`",
            hint="clean the folder of builds, rebuild the wheel, and do not rename it",
            at=at,
        )


def _version(text: str) -> Version | None:
    try:
        return Version(text) if len(text) < 1000 else None
    except InvalidVersion:
        return None


@rule(code="NK-METADATA-LOCAL-VERSION", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_local_version(facts: FileFacts) -> Iterator[Found]:
    """The version has a local part, such as `+cu124`.

    # Why
    The package index refuses it: local versions are for those who patch what others publish. Tools that read the
    version from git write one for a commit behind the tag, or for a tree that is not clean.

    # Fails
    ```toml demo-1.0+d20240101-py3-none-any.whl
    ```
    Or of a development version:
    ```toml demo-1.1.dev3+gabc1234.tar.gz
    ```

    # Passes
    ```toml demo-1!1.0rc1.post2.dev3-py3-none-any.whl
    ```

    # Fix
    Build from the tag, in a clean tree; or keep the local part away: `local_scheme = "no-local-version"` for
    setuptools-scm and hatch-vcs. Beside a tree whose version is computed, a development version is a warning: between
    two tags there is nothing to release.

    # Options
    None.

    # When to ignore
    For a file that goes to an index of your own.
    """
    core = facts.core
    stated = core.value("Version") if core is not None else None
    version = _version(stated) if stated is not None else None
    if core is not None and version is not None and version.local is not None:
        yield found(
            f"`{shown(str(version))}` has the local part `+{shown(version.local)}`, which the index does not take",
            hint='build from a clean checkout of the tag, or set `local_scheme = "no-local-version"` (setuptools-scm, '
            "hatch-vcs)",
            at=facts.at_field(core.field("Version")),
            severity=Severity.WARNING if version.is_devrelease and _is_computed(facts) else None,
        )


def _is_computed(facts: FileFacts) -> bool:
    return facts.package is not None and facts.package.package.version is None


@rule(code="NK-METADATA-SUMMARY-MULTILINE", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_summary_multiline(facts: FileFacts) -> Iterator[Found]:
    """The summary has more than one line.

    # Why
    The package index and the uploaders refuse it. Not only newlines end a line: so do U+0085 and U+2028, which
    text brings along that was copied from a web page.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nSummary: one\\n  two\\n"
    ```
    Or a separator that nobody sees:
    ```toml demo-1.0.tar.gz
    [metadata]
    Summary = "one\\u2028two"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\r\\nName: demo\\r\\nVersion: 1.0\\r\\nSummary: \\t one\\u00a0 two\\\\nthree \\r\\n"
    ```

    # Fix
    Write `description` of `[project]` on one line, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    summary = core.field("Summary") if core is not None else None
    if summary is not None and (match := _LINE_END.search(summary.value)) is not None:
        what = "goes on in a second line" if match[0] == "\n" else f"holds U+{ord(match[0]):04X}, which ends a line"
        yield found(
            f"the summary {what}: `{shown(summary.value)}`",
            hint="write `description` of [project] on one line, and rebuild",
            at=facts.at_field(summary),
        )


@rule(code="NK-METADATA-SUMMARY-TOO-LONG", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_summary_too_long(facts: FileFacts) -> Iterator[Found]:
    """The summary has more than 512 characters.

    # Why
    The package index refuses it. Most often a readme went where one sentence belongs.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Summary = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
    0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Summary = "öööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööö\
    öööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööö\
    öööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööö\
    öööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööö\
    öööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööööö"
    ```

    # Fix
    Shorten `description` of `[project]`: the long text is the readme. Rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    summary = core.field("Summary") if core is not None else None
    if summary is not None and len(summary.value) > _LONGEST_SUMMARY:
        yield found(
            f"the summary has {len(summary.value)} characters, and may have {_LONGEST_SUMMARY}",
            hint="shorten `description` of [project] to one sentence; the long text belongs into `readme`",
            at=facts.at_field(summary),
        )


@rule(code="NK-METADATA-EMAIL-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_email_invalid(facts: FileFacts) -> Iterator[Found]:
    """The first address of Author-email or Maintainer-email is no e-mail address.

    # Why
    The package index refuses the file. It asks for a domain with a dot, and knows which domains get no mail.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author-email = "Nobody <nobody@localhost>"
    ```
    Or no address at all:
    ```toml demo-1.0.tar.gz
    [metadata]
    Maintainer-email = "team-at-acme.org"
    ```
    Or one with a dot too many:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author-email = '"Doe, J." <j.doe.@acme.org>, b@acme.org'
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author-email = '"Doe, J. (née Ö)" <j+d@mail.acme.co>, second@localhost'
    Maintainer-email = "UNKNOWN"
    ```
    Or a domain with accents:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author-email = "ü@münchen.example"
    ```

    # Fix
    Correct `email` of `authors` or `maintainers`, or leave it out, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    for name in ("Author-email", "Maintainer-email") if core is not None else ():
        field = core.field(name) if core is not None else None
        address = first_address(field.value) if field is not None else None
        why = why_no_address(address) if address is not None else None
        if field is not None and address is not None and why is not None:
            yield found(
                f"`{shown(address)}` of `{name}` is no e-mail address: {why}",
                hint="correct `email` of `authors` or `maintainers` in [project], or leave it out, and rebuild",
                at=facts.at_field(field),
            )


@rule(code="NK-METADATA-DYNAMIC-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def metadata_dynamic_invalid(facts: FileFacts) -> Iterator[Found]:
    """A Dynamic field names what is no field, or may not be dynamic.

    # Why
    The package index refuses the file: Name, Version and Metadata-Version are fixed once an sdist is made (PEP 643).

    # Fails
    ```toml demo-1.0.tar.gz
    [metadata]
    Dynamic = ["Classifier", "version"]
    ```
    Or a key of pyproject.toml instead of a field:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Dynamic = "dependencies"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [metadata]
    Dynamic = ["requires-dist", "DESCRIPTION", "License-File"]
    ```

    # Fix
    Rebuild with a current release of the build backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.core is not None:
        yield from limited(_wrong_dynamic(facts, facts.core), facts.at(facts.headers_path))


def _wrong_dynamic(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    seen: dict[str, Field] = {}
    for field in core.fields("Dynamic"):
        seen.setdefault(field.value.strip().lower()[:100], field)
    for field in seen.values():
        if reason := refused("dynamic", [field.value.strip()[:100]]):
            yield found(
                f"`Dynamic: {shown(field.value)}`: {reason}",
                hint="name fields of core metadata, such as `Requires-Dist`; rebuild with a current build backend",
                at=facts.at_field(field),
                display=True,
            )
