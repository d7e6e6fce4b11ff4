# SPDX-License-Identifier: Apache-2.0
"""Names of entries in wheels and sdists: every system can write them, and no two of them become one file."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._artifacts import WheelFacts
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._entries import each_of, first_of, place_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import FileFacts

__all__ = [
    "path_case_collision",
    "path_non_ascii",
    "path_spaces",
    "path_too_long",
    "path_unicode_collision",
    "path_windows_invalid",
    "path_windows_reserved",
]

_LONG = 200
_LONGEST = 2000  # a name beyond is told as too long, and compared with no other
_COLLISIONS = 10
_RESERVED = re.compile(
    r"(?i)(?:^|[/\\])(?:CON|PRN|AUX|NUL|COM[0-9\u00b9\u00b2\u00b3]|LPT[0-9\u00b9\u00b2\u00b3]|CONIN\$|CONOUT\$)"
    r" *(?:\.[^/\\]*)?(?=[/\\]|$)"
)
_INVALID = re.compile(r'[<>:"|?*]')
_DRIVE = re.compile(r"^[A-Za-z]:(?=[/\\])")


@rule(code="NK-PATH-CASE-COLLISION", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_case_collision(facts: FileFacts) -> Iterator[Found]:
    """Two paths, files or folders, differ only by letter case.

    # Why
    On Windows and macOS they are one: the second overwrites the first, or two packages become one.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/Client.py" = ""
    "demo/client.py" = ""
    ```
    Or folders:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "Demo/other.py" = ""
    ```
    Or where one of them comes by way of a scheme:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data.txt" = ""
    "demo-1.0.data/purelib/demo/Data.txt" = ""
    ```
    Or letters that fold to the same:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/straße.txt" = ""
    "demo-1.0/STRASSE.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/Client.py" = ""
    "demo/client.pyi" = ""
    "demo/sub/client.py" = ""
    "demo-1.0.data/data/Demo/x" = ""
    ```

    # Fix
    Rename one of them.

    # Options
    None.

    # When to ignore
    For files of an sdist that only a test on Linux reads.
    """
    yield from _collisions(facts, str.casefold, "but for letter case")


@rule(code="NK-PATH-UNICODE-COLLISION", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_unicode_collision(facts: FileFacts) -> Iterator[Found]:
    r"""Two paths differ only by the form in which Unicode writes the same letters.

    # Why
    macOS takes a composed and a decomposed letter for the same: the second file overwrites the first.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/caf\u00e9.txt" = ""
    "demo/cafe\u0301.txt" = ""
    ```
    Or by letter case too:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/CAF\u00c9.txt" = ""
    "demo-1.0/cafe\u0301.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/caf\u00e9.txt" = ""
    "demo/cafe.txt" = ""
    "demo/Cafe.txt" = ""
    ```

    # Fix
    Rename one of them, best to ASCII.

    # Options
    None.

    # When to ignore
    For files of an sdist that only a test on Linux reads.
    """
    yield from _collisions(facts, _composed, "but for the form of their letters in Unicode", unless=str.casefold)


def _composed(path: str) -> str:
    # Once more behind the folding, which takes some letters apart.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _collisions(
    facts: FileFacts, folded: Callable[[str], str], says: str, unless: Callable[[str], str] | None = None
) -> Iterator[Found]:
    seen: dict[str, str] = {}
    reported: set[str] = set()
    for member in facts.archive.members:
        for path in _prefixes(_installed(facts, member)):
            key = folded(path)
            first = seen.setdefault(key, path)
            if first == path or (unless is not None and unless(first) == unless(path)):
                continue
            # What lies below has been told with its folder.
            if key not in reported and len(reported) < _COLLISIONS:
                yield found(
                    f"`{shown(path)}` and `{shown(first)}` are the same path {says}",
                    hint="rename one of them: on Windows and macOS one overwrites the other",
                    at=place_of(facts, member),
                )
            reported.add(key)
            break


def _installed(facts: FileFacts, member: Member) -> str:
    """Where a file comes to lie: what `.data/purelib/` and `.data/platlib/` hold stands beside the rest of a wheel."""
    parts = member.path.split("/", 2)
    if isinstance(facts, WheelFacts) and len(parts) == 3 and parts[0].endswith(".data"):
        return parts[2] if parts[1] in {"purelib", "platlib"} else member.path
    return member.path


def _prefixes(path: str) -> Iterator[str]:
    """The folders of a path from the top, and itself."""
    if len(path) <= _LONGEST:
        for index, character in enumerate(path):
            if character == "/":
                yield path[:index]
        yield path


@rule(code="NK-PATH-WINDOWS-RESERVED", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_windows_reserved(facts: FileFacts) -> Iterator[Found]:
    """A file or folder has the name of a device of Windows, with or without a suffix.

    # Why
    Windows opens the device instead: the file cannot be unpacked, nor the repository cloned.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/aux.py" = ""
    ```
    Or a folder:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/Con/a.txt" = ""
    ```
    Or with two suffixes, a space or a digit:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/nul.tar.gz" = ""
    "demo/com1 .txt" = ""
    "demo/CONIN$" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/auxiliary.py" = ""
    "demo/console/con_.py" = ""
    "demo/com10.txt" = ""
    "demo/x.aux" = ""
    "demo/null" = ""
    ```

    # Fix
    Rename it (`aux_.py`), and leave a module with the old name as an alias made in code.

    # Options
    None.

    # When to ignore
    For files of an sdist that only a test on Linux reads.
    """
    hits = [
        (member, "has the name of a device of Windows")
        for member in facts.archive.members
        if _RESERVED.search(member.path)
    ]
    yield from each_of(facts, hits, hint="rename it: Windows cannot write a file or folder of that name")


@rule(code="NK-PATH-WINDOWS-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_windows_invalid(facts: FileFacts) -> Iterator[Found]:
    """A name has a character that Windows does not allow, or ends in a dot or a space.

    # Why
    The file cannot be unpacked there, or gets another name than the one that is listed.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/12:30.txt" = ""
    ```
    Or at its end:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/data./a.txt" = ""
    "demo-1.0/what " = ""
    ```
    Or wildcards and pipes:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    'demo/<a>|"b"?*' = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.b;c,d+e=f@g#h$i%j&k'l!m~n`o^p(q)[r]{s}.txt" = ""
    "demo/.hidden/ x.txt" = ""
    ```

    # Fix
    Rename it.

    # Options
    None.

    # When to ignore
    For files of an sdist that only a test on Linux reads.
    """
    hits = [
        (member, f"has a name that Windows does not allow ({reason})")
        for member in facts.archive.members
        if (reason := _invalid(member.path)) is not None
    ]
    yield from each_of(facts, hits, hint="rename it: Windows cannot write it, or writes it under another name")


def _invalid(path: str) -> str | None:
    rest = _DRIVE.sub("", path, count=1)  # an absolute path is told as such
    character = _INVALID.search(rest)
    if character is not None:
        return f"`{character[0]}`"
    for segment in rest.split("/"):
        if segment.endswith((".", " ")) and segment not in {".", ".."}:
            return "it ends in a dot" if segment.endswith(".") else "it ends in a space"
    return None


@rule(code="NK-PATH-TOO-LONG", scope=Scope.ARCHIVE, since="1.0", standard=True, severity=Severity.WARNING)
def path_too_long(facts: FileFacts) -> Iterator[Found]:
    """A path is longer than 200 characters.

    # Why
    Windows allows 260 for the whole path, and an environment's folder takes its part of them.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a-folder-with-a-name-that-says-everything-about-what-is-in-it/another-folder-with-a-name-that-says-everything-about-what-is-in-it/and-a-file-with-a-name-that-says-everything-about-what-is-in-it-as-well.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a-folder-with-a-name-that-says-everything-about-what-is-in-it/another-folder-with-a-name-that-says-everything-about-what-is-in-it/and-a-file-with-a-name.txt" = ""
    ```

    # Fix
    Shorten the names of folders; keep long test data in an archive.

    # Options
    None.

    # When to ignore
    For a package that never runs on Windows.
    """  # noqa: E501 -- the paths are the example
    hits = [member for member in facts.archive.members if len(member.path) > _LONG]
    says = f"is {len(hits[0].path)} characters long, more than {_LONG}" if hits else ""
    yield from first_of(facts, hits, says, hint="shorten the names of its folders: Windows allows 260 for a whole path")


@rule(code="NK-PATH-SPACES", scope=Scope.ARCHIVE, since="1.0", standard=True, severity=Severity.INFO)
def path_spaces(facts: FileFacts) -> Iterator[Found]:
    """A path has a space.

    # Why
    Scripts of build systems that do not quote break on it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/my data.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/my_data.txt" = "my data"
    ```

    # Fix
    Rename it with `_` or `-`.

    # Options
    None.

    # When to ignore
    Where the name is what the file is about, such as a font's.
    """
    hits = [member for member in facts.archive.members if " " in member.path]
    yield from first_of(facts, hits, "has a space in its path", hint="write `_` or `-` for it")


@rule(code="NK-PATH-NON-ASCII", scope=Scope.ARCHIVE, since="1.0", standard=True, severity=Severity.INFO)
def path_non_ascii(facts: FileFacts) -> Iterator[Found]:
    """A path has a letter outside of ASCII.

    # Why
    Systems write such a letter in different forms, and some locales not at all.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/größe.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/groesse.txt" = "größe"
    ```
    Or bytes that are no letter of any kind, which NK-PATH-NOT-UTF8 is about:
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/data.txt"]
    raw = "64656d6f2fe92e747874"
    ```

    # Fix
    Rename it.

    # Options
    None.

    # When to ignore
    For test data about such names.
    """
    hits = [m for m in facts.archive.members if not m.path.isascii() and not _has_surrogates(m.path)]
    yield from first_of(facts, hits, "has letters outside of ASCII in its path", hint="rename it to ASCII")


def _has_surrogates(path: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in path)
