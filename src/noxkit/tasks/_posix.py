# SPDX-License-Identifier: Apache-2.0
"""What POSIX systems give to tasks: file locks, process groups, priorities and the table of processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import signal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ProcessRow",
    "descendants",
    "group_alive",
    "home_of_user",
    "lower_priority",
    "open_exit",
    "row_alive",
    "signal_group",
    "signal_row",
    "try_lock",
]

_PROC = Path("/proc")


class ProcessRow(NamedTuple):
    """One process of the table; `start` tells it from a later process with the same number."""

    pid: int
    state: str
    parent: int
    group: int
    start: str


def home_of_user() -> str | None:
    """The home folder in the table of users, for who has no HOME; None where the user is not in it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir or None
    except KeyError:  # a container that runs under a number of its own choice
        return None


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock of an open file without waiting; False where another holds it.

    The lock belongs to the open file: the kernel lets it go when the process dies, however it dies.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def signal_group(group: int, number: int) -> bool:
    """Send a signal to every process of a group; False where nobody could be reached."""
    if group <= 1:
        # 0 would be noxkit's own group, and 1 everybody
        raise ValueError(f"{group} is not the group of a process that was started here")
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def group_alive(group: int) -> bool:
    """Whether a process of the group still runs.

    The signal 0 answers for the usual case in a microsecond, but it also reaches processes that have
    ended and that nobody reaps, as in a container whose first process is no init; only the table tells those.
    """
    if not signal_group(group, 0):
        return False
    if not _PROC.joinpath("self", "stat").exists():
        return True
    return any(row.group == group and row.state not in "ZX" for row in _rows())


def open_exit(pid: int) -> int | None:
    """A descriptor that is readable once the child `pid` has ended; None where the system has none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def lower_priority(group: int, nice: int) -> None:
    """Give a group that has just started less of the processor; what the system refuses is left as it is.

    Linux schedules a new session as one unit where `sched_autogroup` is on, and compares the niceness
    of processes only inside of it: the unit's own niceness is what counts against other sessions.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PGRP, group, nice)
    with contextlib.suppress(OSError):
        _PROC.joinpath(str(group), "autogroup").write_text(str(nice), encoding="ascii")


def descendants(pid: int) -> list[ProcessRow]:
    """What `pid` and its children have started and what still hangs below it, in whatever session."""
    children: dict[int, list[ProcessRow]] = {}
    for row in _rows():
        children.setdefault(row.parent, []).append(row)
    found: list[ProcessRow] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += [row.pid for row in below]
    return found


def row_alive(row: ProcessRow) -> bool:
    """Whether exactly that process still runs."""
    now = _row(str(row.pid))
    return now is not None and now.start == row.start and now.state not in "ZX"


def signal_row(row: ProcessRow, number: int) -> None:
    """Send a signal to exactly that process, and to no later one with its number."""
    if row_alive(row):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(row.pid, signal.Signals(number))


def _rows() -> Iterator[ProcessRow]:
    try:
        names = os.listdir(_PROC)  # noqa: PTH208 -- a Path for each of a thousand processes costs more than reading them
    except OSError:  # no such table on this system
        return
    for name in names:
        row = _row(name) if name.isdigit() else None
        if row is not None:
            yield row


def _row(pid: str) -> ProcessRow | None:
    """One line of the table (proc_pid_stat(5)); the name in brackets may hold anything, also brackets."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 -- as above
            text = file.read()
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    return ProcessRow(int(pid), fields[0].decode(), int(fields[1]), int(fields[2]), fields[19].decode())
