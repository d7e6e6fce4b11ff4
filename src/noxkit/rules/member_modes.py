# SPDX-License-Identifier: Apache-2.0
"""Modes, times and owners of entries in wheels and sdists: what the machine that built them should not have left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from noxkit.artifacts.model import MemberKind
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._entries import first_of, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import FileFacts, SdistFacts

__all__ = ["mode_setuid", "mode_unreadable", "mode_world_writable", "owner_leak", "timestamp_out_of_range"]

_FIRST = dt.datetime(1980, 1, 1, tzinfo=dt.timezone.utc).timestamp()
_DAY = 86400.0
_LINKS = {MemberKind.SYMLINK, MemberKind.HARDLINK}
_NOBODY = {"", "root"}


def _with_mode(facts: FileFacts, *, any_of: int = 0, none_of: int = 0) -> Sequence[Member]:
    """The entries whose mode has one of the bits `any_of`, or lacks all of `none_of`; links have none of their own."""
    return [
        member
        for member in facts.archive.members
        if member.mode is not None and member.kind not in _LINKS
        if member.mode & any_of or (none_of and not member.mode & none_of)
    ]


@rule(code="NK-FILE-MODE-SETUID", scope=Scope.ARCHIVE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def mode_setuid(facts: FileFacts) -> Iterator[Found]:
    """A file or folder is stored with the setuid or setgid bit.

    # Why
    Unpacked by root, such a program gives its rights to everybody; no package needs it. A folder that only hands
    its group on (setgid, as on shared disks) gets a warning.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    mode = 0o4755
    ```
    Or for a group, in an sdist:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md"]
    mode = 0o2644
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md"]
    mode = 0o1755
    ```

    # Fix
    `chmod -R ug-s` the tree, and build again.

    # Options
    None.

    # When to ignore
    Never.
    """
    members = _with_mode(facts, any_of=0o6000)
    shared = [m for m in members if m.kind is MemberKind.FOLDER and not (m.mode or 0) & 0o4000]
    for hits, severity in (
        ([m for m in members if m.kind is not MemberKind.FOLDER or (m.mode or 0) & 0o4000], None),
        (shared, Severity.WARNING),
    ):
        says = f"has the mode {hits[0].mode:#o}, with the setuid or setgid bit" if hits else ""
        hint = "`chmod -R ug-s` the tree, and build again"
        yield from _shown(first_of(facts, hits, says, hint=hint, severity=severity))


@rule(
    code="NK-FILE-MODE-WORLD-WRITABLE",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def mode_world_writable(facts: FileFacts) -> Iterator[Found]:
    """A file or folder is stored so that everybody may write it.

    # Why
    Unpacked with its mode, any user of the machine can change code that others run.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    mode = 0o666
    ```
    Or in an sdist:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md"]
    mode = 0o777
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    mode = 0o664
    ```
    Or a link, which has no mode of its own:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/docs/README.md"]
    link = "../README.md"
    mode = 0o777
    ```

    # Fix
    `chmod -R o-w` the tree and build under `umask 022`; folders that are mounted from Windows often say 0o777.

    # Options
    None.

    # When to ignore
    Never.
    """
    members = _with_mode(facts, any_of=0o002)
    says = f"has the mode {members[0].mode:#o}: everybody may write it" if members else ""
    hint = "`chmod -R o-w` the tree, and build again under `umask 022`"
    yield from _shown(first_of(facts, members, says, hint=hint))


@rule(
    code="NK-FILE-MODE-UNREADABLE",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def mode_unreadable(facts: FileFacts) -> Iterator[Found]:
    """A file or folder is stored so that its owner may not read it.

    # Why
    Unpacked with its mode, it cannot be imported, and a build from the sdist fails.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    mode = 0o200
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    mode = 0o400
    ```

    # Fix
    `chmod -R u+r` the tree, and build again.

    # Options
    None.

    # When to ignore
    Never.
    """
    members = _with_mode(facts, none_of=0o400)
    says = f"has the mode {members[0].mode:#o}: its owner may not read it" if members else ""
    yield from _shown(first_of(facts, members, says, hint="`chmod -R u+r` the tree, and build again"))


def _shown(findings: Iterator[Found]) -> Iterator[Found]:
    """The same findings, with the hint as the fix: building again."""
    for each in findings:
        yield found(each.message, hint=each.hint, at=each.place, display=True, severity=each.severity)


@rule(
    code="NK-TIMESTAMP-OUT-OF-RANGE",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.INFO,
    fix=FixSafety.DISPLAY,
)
def timestamp_out_of_range(facts: FileFacts) -> Iterator[Found]:
    """The time of an entry is before 1980 or in the future.

    # Why
    A zip cannot hold times before 1980, so a wheel that is built from such an sdist may fail; files from the
    future are built again by every `make`.

    # Fails
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md"]
    time = 1970-01-01T00:00:00
    ```
    Or a clock that is wrong:
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    time = 2099-01-01T00:00:00
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [members."demo/__init__.py"]
    time = 1980-01-01T00:00:00
    ```

    # Fix
    Set `SOURCE_DATE_EPOCH` to the time of the last commit: `git log -1 --format=%ct`.

    # Options
    None.

    # When to ignore
    Where the backend writes a fixed time of its own.
    """
    latest = facts.now + _DAY
    members = [m for m in facts.archive.members if m.time is not None and not _FIRST <= m.time <= latest]
    says = f"has a time {'before 1980' if (members[0].time or 0.0) < _FIRST else 'in the future'}" if members else ""
    hint = "set `SOURCE_DATE_EPOCH` to the time of the last commit (`git log -1 --format=%ct`), and build again"
    if all(not member.time for member in members):
        hint = "flit, uv_build and others write 0 themselves, which is as well; else set `SOURCE_DATE_EPOCH`"
    yield from _shown(first_of(facts, members, says, hint=hint))


@rule(
    code="NK-SDIST-OWNER-LEAK",
    scope=Scope.SDIST,
    since="1.0",
    standard=True,
    severity=Severity.INFO,
    fix=FixSafety.DISPLAY,
)
def owner_leak(facts: SdistFacts) -> Iterator[Found]:
    """An sdist names the user or the group who built it.

    # Why
    It tells the world a name of an account, and makes two builds of one tree differ.

    # Fails
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md"]
    user = "alice"
    group = "staff"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md"]
    user = "root"
    group = "root"
    ```

    # Fix
    hatchling, flit, uv_build and pdm write none; with setuptools, build in a container or as root.

    # Options
    None.

    # When to ignore
    Where the account is that of a build service.
    """
    members = [m for m in facts.archive.members if not {m.user, m.group} <= _NOBODY]
    owners = dict.fromkeys(name for m in members for name in (m.user, m.group) if name not in _NOBODY)
    hint = "build with hatchling, flit or uv_build, which name nobody, or in a container"
    yield from _shown(first_of(facts, members, f"names its owner, {quoted(list(owners))}", hint=hint))
