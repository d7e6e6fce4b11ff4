# SPDX-License-Identifier: Apache-2.0
"""A built file as a whole: that it is the archive it claims to be, can be read to its end, and is not too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.artifacts.model import FaultKind
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._archive_faults import faults_as_findings
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._entries import place_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import FileFacts, WheelFacts

__all__ = [
    "archive_bomb",
    "archive_compression_method",
    "archive_corrupt",
    "archive_crc",
    "archive_encrypted",
    "archive_not_tar",
    "archive_not_zip",
    "archive_zip_and_tar",
    "content_forbidden",
    "size_limit",
]

_REBUILD = "build the file again, and copy it in binary mode; compare its size and digest with the first copy"
_ZIPS = (".whl", ".zip")
_SCANNED = 5 << 20
# Put together here: written out, they would make the index refuse noxkit's own files.
_PYARMOR = (
    b"(".join((b"__pyarmor__", b"__name__, __file__,")),
    *(b"__pyarmor_%s__" % hook for hook in (b"enter", b"exit", b"assert", b"bcc")),
)
_SOURCEDEFENDER = tuple(b"---%s PYE FILE---" % edge for edge in (b"BEGIN", b"END"))


@rule(code="NK-ARCHIVE-NOT-ZIP", scope=Scope.ARCHIVE, since="1.0", standard=True)
def archive_not_zip(facts: FileFacts) -> Iterator[Found]:
    """A wheel is no zip archive.

    # Why
    A wheel is a zip by definition. What has no end record of one was cut off while it was copied, or is another file
    under that name; no installer takes it, and the index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    truncate = -20
    ```
    Or:
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    format = "tar.gz"
    ```
    Or:
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    format = "empty"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    comment = "PK without more"
    ```
    Or an sdist, which is none either:
    ```toml demo-1.0.tar.gz
    ```

    # Fix
    Build it again, and copy it whole.

    # Options
    None.

    # When to ignore
    Never: nobody can install the file.
    """
    yield from faults_as_findings(facts, FaultKind.NOT_ZIP, hint=_REBUILD)


@rule(code="NK-ARCHIVE-NOT-TAR", scope=Scope.ARCHIVE, since="1.0", standard=True)
def archive_not_tar(facts: FileFacts) -> Iterator[Found]:
    """A source distribution is no tar archive compressed with gzip.

    # Why
    PEP 625 allows no other format, and the index refuses a file that has another under that name.

    # Fails
    ```toml demo-1.0.tar.gz
    [archive]
    format = "tar"
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [archive]
    format = "zip"
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [archive]
    format = "garbage"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [zeros]
    "{root}/PK" = 2000
    ```
    Or a wheel, which is none either:
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Build it again: `uv build --sdist` and `python -m build --sdist` write the right format.

    # Options
    None.

    # When to ignore
    Never.
    """
    if not facts.archive.file_name.endswith(_ZIPS):
        hint = "build it again with `uv build --sdist`, which writes a tar under gzip, and copy it in binary mode"
        yield from faults_as_findings(facts, FaultKind.NOT_TAR, hint=hint)


@rule(code="NK-ARCHIVE-CORRUPT", scope=Scope.ARCHIVE, since="1.0", standard=True)
def archive_corrupt(facts: FileFacts) -> Iterator[Found]:
    """An archive cannot be read to its end: a header, an offset or compressed data are wrong.

    # Why
    Installers stop at such an entry, or read something else than others do; the index refuses the file.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    method = 8
    stored = "ff00ff"
    ```
    Or two entries at one place:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    central-only = true
    ```
    Or an sdist that breaks off:
    ```toml demo-1.0.tar.gz
    [archive]
    truncate = -40
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.txt" = ""
    "demo/folder/" = ""
    [members."demo/empty.txt"]
    method = 8
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/src/demo/empty.txt" = ""
    ```

    # Fix
    Build it again, and copy it whole.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.CORRUPT, hint=_REBUILD)


@rule(code="NK-ARCHIVE-CRC", scope=Scope.ARCHIVE, since="1.0", standard=True)
def archive_crc(facts: FileFacts) -> Iterator[Found]:
    """The content of an entry does not have the checksum that the archive states.

    # Why
    The content was changed after it was packed, or got broken on its way. Installers refuse it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    crc = 1
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.txt" = ""
    [members."demo/empty.txt"]
    crc = 0
    ```

    # Fix
    Build it again; change no built file by hand.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from faults_as_findings(facts, FaultKind.CRC, hint=_REBUILD)


@rule(code="NK-ARCHIVE-ZIP-AND-TAR", scope=Scope.ARCHIVE, since="1.0", standard=True)
def archive_zip_and_tar(facts: FileFacts) -> Iterator[Found]:
    """A file is a zip and a tar at once.

    # Why
    What is in it depends on who reads it, so that what was looked at is not what is installed. The index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    format = "zip+tar"
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [archive]
    format = "zip+tar"
    ```

    # Passes
    A file that only holds the other:
    ```toml demo-1.0-py3-none-any.whl
    [archive]
    append-hex = "1f8b0800000000000203"
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [bytes]
    "{root}/tests/data/empty.zip" = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
    ```

    # Fix
    Build it again; no backend writes such a file.

    # Options
    None.

    # When to ignore
    Never.
    """
    hint = "build it again, and find out what put two archives into one file: no backend does"
    yield from faults_as_findings(facts, FaultKind.ZIP_AND_TAR, hint=hint)


@rule(code="NK-ARCHIVE-ENCRYPTED", scope=Scope.WHEEL, since="1.0", standard=True)
def archive_encrypted(facts: WheelFacts) -> Iterator[Found]:
    """An entry of a wheel is encrypted.

    # Why
    No installer asks for a password.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    flags = 1
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/ü.py" = "import x"
    [members."demo/ü.py"]
    flags = 6
    ```

    # Fix
    Pack it without a password.

    # Options
    None.

    # When to ignore
    Never.
    """
    hint = "build the wheel with a backend, which encrypts nothing; what is secret has no place in a wheel"
    yield from faults_as_findings(facts, FaultKind.ENCRYPTED, hint=hint)


@rule(code="NK-ARCHIVE-COMPRESSION-METHOD", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def archive_compression_method(facts: WheelFacts) -> Iterator[Found]:
    """An entry of a wheel is compressed by something else than deflate.

    # Why
    Installers must read stored entries and deflate alone, and the index refuses others: bzip2, LZMA, Zstandard.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    [members."demo/a.py"]
    method = 14
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "import x"
    "demo/b.py" = "import x"
    [members."demo/a.py"]
    method = 0
    [members."demo/b.py"]
    method = 8
    ```

    # Fix
    Build it again with the backend's own settings, or repack it with `python -m wheel pack`.

    # Options
    None.

    # When to ignore
    Never.
    """
    hint = (
        "store it (method 0) or deflate it (8): build the wheel again, or unpack and repack it with `python -m wheel`"
    )
    yield from faults_as_findings(facts, FaultKind.COMPRESSION, hint=hint, display=True)


@rule(code="NK-ARCHIVE-BOMB", scope=Scope.ARCHIVE, since="1.0", standard=True)
def archive_bomb(facts: FileFacts) -> Iterator[Found]:
    """An archive grows out of all proportion where it is unpacked.

    # Why
    Beyond 64 MiB of content and 50 times the size of the file the index refuses a wheel; one entry of more than 64 MiB
    that is a hundred times as large as its compressed data is a bomb, or data that belong elsewhere.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [zeros]
    "demo/table.bin" = 68000000
    ```
    Or an entry that says less than it is:
    ```toml demo-1.0-py3-none-any.whl
    [zeros]
    "demo/table.bin" = 68000000
    [members."demo/table.bin"]
    size = 10
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [zeros]
    "{root}/table.bin" = 68000000
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [zeros]
    "demo/table.bin" = 60000000
    ```

    # Fix
    Leave the data out, make them when they are first needed, or store them in a format that is compressed itself.

    # Options
    None.

    # When to ignore
    Never for a public index.
    """
    hint = "leave such data out of the file: load or make them when they are needed, or store them compressed"
    yield from faults_as_findings(facts, FaultKind.BOMB, hint=hint)


@rule(code="NK-SIZE-LIMIT", scope=Scope.ARCHIVE, since="1.0", standard=True)
def size_limit(facts: FileFacts) -> Iterator[Found]:
    """A file is larger than the index takes, or so large that it soon will be.

    # Why
    The index refuses a file of more than 100 MiB, unless the project was given a higher limit. From three quarters of
    it on there is a warning: the next release may be the one that is refused, when everything else is done.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [zeros]
    "demo/table.bin" = 80000000
    [members."demo/table.bin"]
    method = 0
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [zeros]
    "demo/table.bin" = 78000000
    [members."demo/table.bin"]
    method = 0
    ```

    # Fix
    Leave out what is not needed to run: tests, debug sections of native code, data that can be downloaded.

    # Options
    `size-limit` of `[tool.noxkit.artifacts]`: the limit that the index has set for the project.

    # When to ignore
    Where the index has another limit, set that.
    """
    size, limit = facts.archive.size, facts.policy.size_limit
    hint = "leave out tests, debug sections and data that can be loaded later, or ask the index for a higher limit"
    if size > limit:
        yield found(f"the file has {_mib(size)} MiB, the limit is {_mib(limit)} MiB", hint=hint, at=facts.at())
    elif size * 4 > limit * 3:
        message = f"the file has {_mib(size)} MiB, {size * 100 // limit} % of the limit of {_mib(limit)} MiB"
        yield found(message, hint=hint, at=facts.at(), severity=Severity.WARNING)
    split = "split the distribution: neither noxkit nor others can look at all of it"
    yield from faults_as_findings(facts, FaultKind.LIMIT, hint=split)


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.1f}".removesuffix(".0")


@rule(code="NK-CONTENT-FORBIDDEN", scope=Scope.ARCHIVE, since="1.0", standard=True)
def content_forbidden(facts: FileFacts) -> Iterator[Found]:
    r"""A Python file is encrypted by PyArmor or SourceDefender.

    # Why
    The terms of the package index forbid source code that nobody can read; it looks for the marks of these two tools
    in `.py` and `.pye` files of up to 5 MiB and refuses the upload.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "__pyarmor\u005fenter__(3)\n"
    ```
    Or:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/src/demo/a.pye" = "---BEGIN\u0020PYE FILE---\nAAAA\n---END\u0020PYE FILE---\n"
    ```

    # Passes
    Code that only speaks of them:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "from pyarmor import __pyarmor__\nHEAD = '---BEGIN\u0020PYE FILE---'\n"
    "demo/a.txt" = "__pyarmor\u005fenter__\n"
    ```

    # Fix
    Publish the source as it is, compile it to native code, or use an index of your own.

    # Options
    None.

    # When to ignore
    For a file that never goes to the public index.
    """
    for member in facts.archive.files:
        mark = _forbidden(member)
        if mark is not None:
            tool = "PyArmor" if mark in _PYARMOR else "SourceDefender"
            yield found(
                f"`{shown(member.name)}` is encrypted by {tool}: `{mark.decode()}` stands in it",
                hint="publish the source or compile it to native code; the public index takes no encrypted code",
                at=place_of(facts, member),
            )


def _forbidden(member: Member) -> bytes | None:
    """The mark of encrypted code in a member, found as the index does."""
    data = member.data
    if data is None or len(data) > _SCANNED or not member.name.lower().endswith((".py", ".pye")):
        return None
    if all(mark in data for mark in _SOURCEDEFENDER):
        return _SOURCEDEFENDER[0]
    return next((mark for mark in _PYARMOR if mark in data), None)
