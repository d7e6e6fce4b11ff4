# SPDX-License-Identifier: Apache-2.0
"""Stopping a run: one token that signals set and that everything which waits looks at."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
import weakref
from typing import TYPE_CHECKING

from noxkit.tasks import _guard, _posix

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

__all__ = ["Cancel", "handling_signals", "watching_parent"]

_LOOK = 0.5  # seconds between two looks at the parent
_SAME_PRESS = 0.25  # seconds: `uv run` may forward the SIGINT that the terminal has already sent to us
_LONGEST = 0.25  # seconds: where the kernel gives a signal to another thread, nothing else wakes the main one


class Cancel:
    """Whether the run is to stop, and which process groups are to be ended with it.

    Nothing in here takes a lock, because a signal handler may run between any two instructions of
    the main thread, also while that thread holds the lock: plain attributes and a pipe do.
    """

    def __init__(self) -> None:
        self.requested = False
        """Start nothing more, and end what runs."""
        self.urgent = False
        """End it without waiting for it."""
        self.signal: int | None = None
        """The first signal that asked for it."""
        self._shields = 0
        self._postponed = False
        self._groups: dict[int, None] = {}
        self._guard = _guard.Guard()
        self._readable, self._writable = os.pipe()
        os.set_blocking(self._writable, False)
        weakref.finalize(self, _close, self._readable, self._writable)

    def fileno(self) -> int:
        """A descriptor that is readable once the run is to stop, for `select.poll`. It is never read from."""
        return self._readable

    def set(self, number: int | None = None) -> None:
        """Ask everybody to stop. Safe from a signal handler and from any thread."""
        if self.signal is None:
            self.signal = number
        self.requested = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._writable, b"!")

    def kill(self) -> None:
        """Ask everybody to stop, and kill the groups that run. Safe wherever `set` is."""
        self.urgent = True
        self.set()
        for group in list(self._groups):
            _posix.signal_group(group, signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until the run is to stop; returns whether it is."""
        poll = select.poll()
        poll.register(self._readable, select.POLLIN)
        until = time.monotonic() + seconds
        left = seconds
        while left > 0 and not self.requested:
            poll.poll(min(left, _LONGEST) * 1000)
            left = until - time.monotonic()
        return self.requested

    def add_group(self, group: int) -> None:
        """Have `kill` reach this process group, and have it die with noxkit."""
        self._groups[group] = None
        self._guard.add(group)

    def remove_group(self, group: int) -> None:
        """Forget a process group that has ended."""
        del self._groups[group]
        self._guard.remove(group)

    @contextlib.contextmanager
    def shielded(self) -> Generator[None]:
        """Put KeyboardInterrupt off: a process that is between its start and its entry would be lost."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
            if self._postponed and not self._shields:
                self._postponed = False
                raise KeyboardInterrupt

    def interrupt(self) -> None:
        """Kill all groups and raise KeyboardInterrupt, now or at the shield's end: for the signal handler."""
        self.kill()
        if not self._shields:
            raise KeyboardInterrupt
        self._postponed = True


@contextlib.contextmanager
def handling_signals(cancel: Cancel) -> Generator[None]:
    """While inside, SIGINT, SIGTERM and SIGHUP set `cancel`, and a second SIGINT kills at once.

    The second SIGINT also raises KeyboardInterrupt in the main thread. A signal that is ignored on
    entry (nohup, a shell's background job) stays so. Outside the main thread nothing is changed,
    since Python allows handlers only there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    first = 0.0

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal first
        now = time.monotonic()
        if number == signal.SIGINT and cancel.signal is not None:
            if now - first >= _SAME_PRESS:
                cancel.interrupt()
            return
        first = now
        cancel.set(number)

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    caught = {number: old for number, old in previous.items() if old is not signal.SIG_IGN}
    try:
        for number in caught:
            signal.signal(number, handle)
        yield
    finally:
        for number, old in caught.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)


@contextlib.contextmanager
def watching_parent(cancel: Cancel) -> Generator[None]:
    """While inside, the end of the process that started this one sets `cancel`, as SIGTERM would.

    For the workers of `nox -j`: nox dies of SIGTERM without telling them.
    """
    parent, done = os.getppid(), threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK) and not cancel.requested:
            if os.getppid() != parent:
                cancel.set(signal.SIGTERM)

    threading.Thread(target=watch, name="noxkit-parent", daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
