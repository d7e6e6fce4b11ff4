# SPDX-License-Identifier: Apache-2.0
"""Paths of entries in wheels and sdists: nothing leads out of the folder that it is unpacked into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, rule
from noxkit.rules._entries import each_of, raw_of, written_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import FileFacts

__all__ = [
    "path_absolute",
    "path_backslash",
    "path_not_normalised",
    "path_not_utf8",
    "path_traversal",
    "path_unprintable",
]

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_REBUILD = "build it again with a build backend; do not write archives by hand"


def _climbs(path: str) -> bool:
    """Whether a relative path leads above where it begins, read with either kind of slash."""
    depth = 0
    for segment in path.replace("\\", "/").split("/"):
        depth += -1 if segment == ".." else 0 if segment in {"", "."} else 1
        if depth < 0:
            return True
    return False


@rule(code="NK-PATH-TRAVERSAL", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_traversal(facts: FileFacts) -> Iterator[Found]:
    """An entry's path leads out of the folder that the file is unpacked into, by `..`.

    # Why
    An installer that trusts it overwrites files anywhere on the machine; one that does not refuses the file. In a
    wheel, what stands below `NAME-VERSION.data/SCHEME/` is written below that scheme's folder and may not leave it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/../../evil.py" = ""
    ```
    Or out of the folder of a scheme:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/data/../evil.py" = ""
    ```
    Or with the slashes of Windows:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/..\\\\..\\\\evil.py" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/..data/...py" = ""
    "demo-1.0.data/data/share/..demo" = ""
    ```
    Or one that stays inside, which NK-PATH-NOT-NORMALISED is about:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/src/demo/../other.py" = ""
    ```

    # Fix
    Find what has put it there (a `force-include`, a `data_files` with `..`), and build again.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [
        (member, "leads out of the folder that it is unpacked into")
        for member in facts.archive.members
        if any(_climbs(path) for path in written_paths(facts, member))
    ]
    hint = "take the `..` out of what names the file in the build's configuration (`force-include`, `data_files`)"
    yield from each_of(facts, hits, hint=hint)


@rule(code="NK-PATH-ABSOLUTE", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_absolute(facts: FileFacts) -> Iterator[Found]:
    """An entry's path is absolute: it begins with a slash, a drive or the name of a host.

    # Why
    It is written there, and not where the package is installed, or the file is refused. Installers join what stands
    below `.data/SCHEME/` to that scheme's folder, so a slash there is just as absolute.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "/etc/demo.conf" = ""
    ```
    Or on another drive:
    ```toml demo-1.0.tar.gz
    [files]
    "C:/demo.conf" = ""
    ```
    Or behind a scheme:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/data//etc/demo.conf" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/data/etc/demo.conf" = ""
    "demo/C/d.conf" = ""
    ```

    # Fix
    Name the target relative to the environment: `etc/demo.conf` under `[tool.setuptools.data-files]` or hatch's
    `shared-data`.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [
        (member, "is an absolute path")
        for member in facts.archive.members
        if any(_ABSOLUTE.match(path) for path in written_paths(facts, member))
    ]
    hint = "name the target relative to the environment (`shared-data` of hatch, `data-files` of setuptools and pdm)"
    yield from each_of(facts, hits, hint=hint)


@rule(code="NK-PATH-BACKSLASH", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_backslash(facts: FileFacts) -> Iterator[Found]:
    r"""An entry's path has a backslash.

    # Why
    On Windows it separates folders, elsewhere it is part of a file's name: the same file unpacks into two different
    trees. Both formats ask for `/`.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    'demo\data.txt' = ""
    ```
    Or in an sdist:
    ```toml demo-1.0.tar.gz
    [files]
    'demo-1.0/src\demo\data.txt' = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data.txt" = "a\\b"
    ```

    # Fix
    Build with a current backend; a build script of your own must replace `os.sep` by `/`.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [(member, "has a backslash in its path") for member in facts.archive.members if "\\" in member.name]
    yield from each_of(facts, hits, hint="write `/` between folders, on Windows as well; current build backends do")


@rule(code="NK-PATH-NOT-NORMALISED", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_not_normalised(facts: FileFacts) -> Iterator[Found]:
    """An entry's path has an empty segment, `.`, or a `..` that stays inside.

    # Why
    The file is unpacked under another name than the one that is listed: RECORD does not find it, and two
    names may be one file.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo//data.txt" = ""
    ```
    Or as `tar` writes it where it is given `.`:
    ```toml demo-1.0.tar.gz
    [files]
    "./demo-1.0/data.txt" = ""
    ```
    Or by a way around:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/sub/../data.txt" = ""
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/data/" = ""
    "demo-1.0/.data" = ""
    "demo-1.0/data./x" = ""
    "demo-1.0/..." = ""
    ```

    # Fix
    Build with a build backend instead of `tar` or `zip`; look for a `//` or `./` in its configuration.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [
        (member, "is not the shortest form of its path")
        for member in facts.archive.members
        if _is_roundabout(member.name) and not any(map(_is_told, written_paths(facts, member)))
    ]
    yield from each_of(facts, hits, hint=f"take `//`, `./` and `../` out of it; {_REBUILD}")


def _is_roundabout(name: str) -> bool:
    segments = name.removesuffix("/").split("/")
    return not {"", ".", ".."}.isdisjoint(segments)


def _is_told(path: str) -> bool:
    """Whether another rule tells of a path: that it is absolute, or leads out."""
    return _climbs(path) or _ABSOLUTE.match(path) is not None


@rule(code="NK-PATH-UNPRINTABLE", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_unprintable(facts: FileFacts) -> Iterator[Found]:
    r"""An entry's path has a control character.

    # Why
    The index refuses it; Windows cannot write it; in a terminal it can hide what is listed.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a\u0007.txt" = ""
    ```
    Or the character DEL, in an sdist:
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/a\u007f.txt" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a b.txt" = "\u0007"
    "demo/é.txt" = ""
    ```

    # Fix
    Rename the file in the tree (macOS' `Icon\r` is to be excluded), and build again.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [
        (member, "has a control character in its path")
        for member in facts.archive.members
        if _CONTROL.search(raw_of(member))
    ]
    yield from each_of(facts, hits, hint="rename the file, or exclude it from the build")


@rule(code="NK-PATH-NOT-UTF8", scope=Scope.ARCHIVE, since="1.0", standard=True)
def path_not_utf8(facts: FileFacts) -> Iterator[Found]:
    """The bytes of an entry's path are not UTF-8, whatever a flag in the archive says.

    # Why
    Each reader guesses another encoding, so the file's name depends on the machine; the index refuses such a wheel.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/data.txt"]
    raw = "64656d6f2fe92e747874"
    ```
    Or in an sdist:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/data.txt"]
    raw = "64656d6f2d312e302fe92e747874"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/data.txt"]
    raw = "64656d6f2fc3a92e747874"
    ```

    # Fix
    Rename the file in the tree to UTF-8 (`convmv`), and build again.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [(member, "has a path that is not UTF-8") for member in facts.archive.members if not _is_utf8(member)]
    yield from each_of(facts, hits, hint="rename the file so that its name is UTF-8; ASCII is safest")


def _is_utf8(member: Member) -> bool:
    try:
        raw_of(member).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
