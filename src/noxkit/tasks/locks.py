# SPDX-License-Identifier: Apache-2.0
"""One at a time: a lock between processes, and between threads of one, on a file that stays."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from noxkit.tasks import _posix

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from noxkit.tasks.cancel import Cancel

__all__ = ["LockCancelledError", "LockError", "LockTimeoutError", "file_lock"]

_PAUSES = (0.005, 0.01, 0.02, 0.05, 0.1)  # seconds between two attempts; the last one repeats


class LockError(Exception):
    """Raised where a lock was not taken; `path` is its file, `holder` the process that has it, if known."""

    def __init__(self, path: Path, holder: int | None, why: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(f"{path} is locked by {_named(holder)}: {why}")


class LockTimeoutError(LockError):
    """Raised where the lock was not free in time."""


class LockCancelledError(LockError):
    """Raised where the run was cancelled while it waited."""


@contextlib.contextmanager
def file_lock(
    path: Path,
    *,
    timeout: float | None = None,
    on_wait: Callable[[str], None] | None = None,
    cancel: Cancel | None = None,
) -> Generator[None]:
    """Hold the exclusive lock of `path`, waiting at most `timeout` seconds for it (None: no limit).

    `on_wait` is called once, with a sentence, when there is something to wait for. The file is made
    where it is missing and never removed: whoever removed it would let two in. A process that dies
    leaves no lock behind, and programs that are started meanwhile do not inherit it.
    Raises LockTimeoutError, LockCancelledError, and OSError where the file cannot be made or the
    file system has no locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if not _posix.try_lock(descriptor):
            if on_wait is not None:
                on_wait(f"waiting for {_named(_holder(descriptor))}, which holds {path}")
            _wait(descriptor, path, timeout=timeout, cancel=cancel)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)  # which lets the lock go


def _wait(descriptor: int, path: Path, *, timeout: float | None, cancel: Cancel | None) -> None:
    until = None if timeout is None else time.monotonic() + timeout
    attempt = 0
    while not _posix.try_lock(descriptor):
        if cancel is not None and cancel.requested:
            raise LockCancelledError(path, _holder(descriptor), "cancelled while waiting")
        if until is not None and time.monotonic() >= until:
            raise LockTimeoutError(path, _holder(descriptor), f"not free after {timeout:g} s")
        pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
        attempt += 1
        if cancel is None:
            time.sleep(pause)
        else:
            cancel.wait(pause)


def _sign(descriptor: int) -> None:
    """Say who holds it, for the message of those who wait; on a full disk nobody is told."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _named(holder: int | None) -> str:
    return "another process" if holder is None else f"process {holder}"
