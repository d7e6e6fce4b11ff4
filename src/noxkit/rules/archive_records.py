# SPDX-License-Identifier: Apache-2.0
"""The records of a wheel's zip: every reader sees the same entries, and every byte of the file belongs to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.artifacts.model import FaultKind
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._archive_faults import faults_as_findings
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._entries import place_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import FileFacts, WheelFacts

__all__ = [
    "archive_cd_comment",
    "archive_comment",
    "archive_concatenated",
    "archive_data_descriptor",
    "archive_duplicate_entry",
    "archive_header_mismatch",
    "archive_hidden_member",
    "archive_prepended_data",
    "archive_trailing_data",
    "archive_zip64_malformed",
]

_REPACK = "build the wheel again, or unpack it and run `python -m wheel pack`, which writes plain records"
_REBUILD = "build the file again into an empty folder, and let nothing write to it afterwards"
_MOST = 25


@rule(code="NK-ARCHIVE-DUPLICATE-ENTRY", scope=Scope.WHEEL, since="1.0", standard=True)
def archive_duplicate_entry(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has several entries of one name.

    # Why
    One reader takes the first and another the last of them, so the index refuses the file. With hatchling it comes from
    `packages` of which one contains another, or `force-include` of what is included anyway.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    repeat = 2
    ```
    Or under a name that only the local headers have twice:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    "demo/b.py" = "import y"
    [members."demo/b.py"]
    local = "demo/a.py"
    ```

    # Passes
    Names that differ in letter case, or by the slash of a folder, are others:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    "demo/A.py" = "import x"
    "demo/" = ""
    ```

    # Fix
    hatch: name each file once in `packages`, `only-include` and `force-include` of `[tool.hatch.build.targets.wheel]`.

    # Options
    None.

    # When to ignore
    Never: the index refuses the file.
    """
    hint = "name each file once: hatch writes it twice where `packages` overlap, or `force-include` repeats one of them"
    twice = facts.archive.duplicates
    for name in twice[:_MOST]:
        count = sum(member.name == name for member in facts.archive.members)
        message = f"`{shown(name)}` stands {count} times in the archive"
        yield found(message, hint=hint, at=place_of(facts, facts.archive.by_name[name]))
    if len(twice) > _MOST:
        yield found(f"{len(twice) - _MOST} more names stand several times in the archive", hint=hint, at=facts.at())
    if not twice:
        yield from faults_as_findings(facts, FaultKind.LOCAL_DUPLICATE, hint=hint)


@rule(code="NK-ARCHIVE-HIDDEN-MEMBER", scope=Scope.WHEEL, since="1.0", standard=True)
def archive_hidden_member(facts: WheelFacts) -> Iterator[Found]:
    """An entry of a wheel has a local header, and is not in the central directory.

    # Why
    Who reads the file as a stream unpacks it, who reads its directory does not see it: a place to hide code from those
    who look. The index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    hidden = true
    ```

    # Passes
    A stored archive in the wheel has local headers of its own:
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/data.bin" = "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAGAAAAYS50eHQ="
    ```

    # Fix
    Build the wheel again; a tool that changes it must write the whole archive anew, not append to it.

    # Options
    None.

    # When to ignore
    Never.
    """
    hint = (
        "build the wheel again; a tool that edits wheels must write a new archive instead of appending to the old one"
    )
    yield from faults_as_findings(facts, FaultKind.HIDDEN_MEMBER, hint=hint)


@rule(code="NK-ARCHIVE-HEADER-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def archive_header_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """The local header of an entry and the central directory disagree on its name, size, checksum or method.

    # Why
    Readers that go by one unpack another file than those that go by the other. The index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    local = "demo/b.py"
    ```
    Or:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    local-size = 7
    ```

    # Passes
    The extra fields of both may differ:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/ä.py" = "import x"
    [members."demo/ä.py"]
    local-extra = "fefe0000"
    ```

    # Fix
    Build the wheel again.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.HEADER_MISMATCH, hint=_REPACK)


@rule(code="NK-ARCHIVE-DATA-DESCRIPTOR", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_data_descriptor(facts: WheelFacts) -> Iterator[Found]:
    """The sizes of an entry stand behind its data, in a data descriptor.

    # Why
    That is how archives are written to a pipe. Readers of a stream must guess then where an entry ends, so the index
    refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    flags = 8
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/data.bin" = "UEsHCAAAAAAAAAAAAAAAAA=="
    ```

    # Fix
    Rewrite the archive: `python -m wheel unpack` and `python -m wheel pack`; write archives to a file, not to a pipe.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.DATA_DESCRIPTOR, hint=_REPACK, display=True)


@rule(code="NK-ARCHIVE-PREPENDED-DATA", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_prepended_data(facts: WheelFacts) -> Iterator[Found]:
    r"""Bytes stand before the first entry of a wheel.

    # Why
    They belong to no entry, and can be another file altogether, as a program that unpacks itself. The index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    prepend = "#!/usr/bin/env python3\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    order = ["{info}/RECORD"]
    ```

    # Fix
    Cut them off, by building the wheel again.

    # Options
    None.

    # When to ignore
    Never: a zipapp is no wheel.
    """
    yield from faults_as_findings(facts, FaultKind.PREPENDED, hint=_REPACK, display=True)


@rule(code="NK-ARCHIVE-TRAILING-DATA", scope=Scope.ARCHIVE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_trailing_data(facts: FileFacts) -> Iterator[Found]:
    r"""Bytes stand behind the end of an archive, or between the directory of a zip and its end record.

    # Why
    They belong to no entry: what is left of a longer file that was overwritten, or something hidden. The index refuses
    it, and some installers do not find the archive's end.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    append = "\n"
    ```
    Or behind the data of gzip:
    ```toml demo-1.0.tar.gz
    [archive]
    append = "more"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    comment = "\n"
    ```
    Or zeros, with which tapes were filled:
    ```toml demo-1.0.tar.gz
    [archive]
    append-hex = "0000000000"
    ```

    # Fix
    Cut them off, by building the file again.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.TRAILING, hint=_REBUILD, display=True)


@rule(code="NK-ARCHIVE-CONCATENATED", scope=Scope.ARCHIVE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_concatenated(facts: FileFacts) -> Iterator[Found]:
    """Several archives stand in one file.

    # Why
    Some readers unpack the first, others the last. The index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    concatenate = true
    ```

    # Passes
    An archive inside of an archive is an entry:
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/empty.zip" = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [bytes]
    "{root}/empty.zip" = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
    ```

    # Fix
    Build the file again, into an empty folder.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.CONCATENATED, hint=_REBUILD, display=True)


@rule(code="NK-ARCHIVE-CD-COMMENT", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_cd_comment(facts: WheelFacts) -> Iterator[Found]:
    """An entry of a wheel has a comment.

    # Why
    Nobody shows it, records can be hidden in it, and the index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    comment = "made by hand"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    comment = "of the archive, not of an entry"
    ```

    # Fix
    Write the archive without comments.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.ENTRY_COMMENT, hint=_REPACK, display=True)


@rule(
    code="NK-ARCHIVE-COMMENT",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def archive_comment(facts: WheelFacts) -> Iterator[Found]:
    """The archive of a wheel has a comment.

    # Why
    Nobody sees it, and it can hold another archive. The index takes it today; no backend writes one.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    comment = "made by hand"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    comment = "of an entry, which is another fault"
    ```

    # Fix
    Write the archive without comments.

    # Options
    None.

    # When to ignore
    Where a tool of your own reads it.
    """
    yield from faults_as_findings(facts, FaultKind.ARCHIVE_COMMENT, hint=_REPACK, display=True)


@rule(code="NK-ARCHIVE-ZIP64-MALFORMED", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_zip64_malformed(facts: WheelFacts) -> Iterator[Found]:
    """ZIP64 data or a Unicode path are malformed, doubled, or say something else than the header beside them.

    # Why
    Which of the values holds depends on the reader. The index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    extra = "0100040000000000"
    ```
    Or twice:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    central-extra = "0100000001000000"
    ```
    Or a Unicode path that is malformed:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    extra = "7570020001ff"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    "demo/b.py" = "import x"
    [members."demo/a.py"]
    extra = "5554050003000000007578040001000000"
    [members."demo/b.py"]
    local-extra = "0100100008000000000000000800000000000000"
    ```

    # Fix
    Rewrite the archive without them; below 4 GiB nothing needs them.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.ZIP64, hint=_REPACK, display=True)
