# SPDX-License-Identifier: Apache-2.0
"""One process with all that it starts: reading what it prints, and seeing to it that all of it ends."""

from __future__ import annotations

import collections
import enum
import math
import os
import select
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from noxkit.tasks import _posix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from noxkit.tasks.cancel import Cancel

__all__ = ["GRACE", "STATUS_LOST", "Child", "Ending"]

STATUS_LOST = -1000
"""The exit code of a process whose status somebody else has taken: no signal and no program gives it."""

GRACE = 2.0
"""Seconds between TERM and KILL."""

_LINGER = 0.25  # seconds for what a shell leaves in the background (`> >(tee log)`) to print its last
_UNKILLABLE = 5.0  # seconds after KILL: a process that waits for a dead network file system is given up
_STEP = 0.01  # seconds between two looks at a group, and at a process without a descriptor for its exit
_LONGEST = 0.25  # seconds: where the kernel gives a signal to another thread, nothing else wakes the main one
_CHUNK = 1 << 18  # bytes


class Ending(enum.Enum):
    """Why noxkit has stopped waiting."""

    EXITED = enum.auto()
    TIMED_OUT = enum.auto()
    CANCELLED = enum.auto()


class Stream:
    """The end of what was written to one pipe: all of it up to `limit` bytes; nothing where a `sink` takes it."""

    def __init__(self, limit: int, sink: Callable[[bytes], None] | None = None) -> None:
        self._sink = sink
        self._chunks: collections.deque[bytes] = collections.deque()
        self._limit = limit
        self._size = 0
        self.truncated = False

    def add(self, data: bytes) -> None:
        """Take the next bytes, and let go of the first chunks that are not needed any more."""
        if self._sink is not None:
            self._sink(data)
            return
        self._chunks.append(data)
        self._size += len(data)
        while self._size - len(self._chunks[0]) >= self._limit:
            self._size -= len(self._chunks.popleft())
            self.truncated = True
        self.truncated = self.truncated or self._size > self._limit

    def content(self) -> bytes:
        """What is kept."""
        data = b"".join(self._chunks)
        return data[-self._limit :] if self.truncated else data


class Child:
    """A process in a session and group of its own, whose output is read by whoever waits for it.

    Pipes and not temporary files: a script that writes to /dev/stderr would empty a file, and a
    process that never stops printing would fill the disk. No reader thread: one poll over both
    pipes, the exit and the cancel token wakes up for all of them. The number of a process cannot be
    given to another one while anybody is in its group, and until it is reaped in `_gone`.
    """

    def __init__(  # noqa: PLR0913 -- what a process is started with
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        limit: int,
        umask: int | None = None,
        sink: Callable[[bytes], None] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=cwd,
            env=environment,
            start_new_session=True,
            umask=-1 if umask is None else umask,
        )
        self.pid = self._process.pid
        self.stdout, self.stderr = Stream(limit, sink), Stream(limit)
        self._open: dict[int, Stream] = {}
        self._poll = select.poll()
        for pipe, stream in ((self._process.stdout, self.stdout), (self._process.stderr, self.stderr)):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._open[pipe.fileno()] = stream
                self._poll.register(pipe, select.POLLIN)
        self._exit = _posix.open_exit(self.pid)
        if self._exit is not None:
            self._poll.register(self._exit, select.POLLIN)
        self._exited = False
        self._all_gone = False
        self._escaped: list[_posix.ProcessRow] = []

    def wait(self, until: float, cancel: Cancel) -> Ending:
        """Read until the process itself ends, `until` (monotonic) has passed, or the run is to stop."""
        self._poll.register(cancel.fileno(), select.POLLIN)
        step = math.inf if self._exit is not None else _STEP
        self._pump(lambda: self._ended() or cancel.requested, until=until, step=step)
        self._poll.unregister(cancel.fileno())
        if self._exited:
            return Ending.EXITED
        return Ending.CANCELLED if cancel.requested else Ending.TIMED_OUT

    def end(self, ending: Ending, cancel: Cancel) -> int:
        """End all that is left of the group, by TERM and after two seconds by KILL; returns the exit code.

        After a normal end that is what the process has left behind. Before one, it is also what has
        made a session of its own below the process, as test suites do with their servers.
        """
        if ending is Ending.EXITED:
            self._pump(lambda: not self._open or cancel.requested, until=time.monotonic() + _LINGER)
        else:  # before the first signal: an orphan cannot be told from a stranger
            self._escaped = [row for row in _posix.descendants(self.pid) if row.group != self.pid]
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)  # what is stopped takes no other signal
        self._pump(lambda: self._gone() or cancel.urgent, until=time.monotonic() + GRACE)
        self.kill()
        self._drain()
        return self._status()

    def kill(self) -> None:
        """Kill the group and wait for it; nothing happens where it has gone."""
        if not self._gone():
            self._signal(signal.SIGKILL)
            self._pump(self._gone, until=time.monotonic() + _UNKILLABLE)

    def close(self) -> None:
        """Let go of the descriptors."""
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        if self._exit is not None:
            os.close(self._exit)
        self._status()  # a process that is given up is no concern of Popen's any more

    def _pump(self, done: Callable[[], bool], *, until: float, step: float = _STEP) -> bool:
        """Read what comes until `done`, at most until then; returns whether it is done."""
        while not done():
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._read(min(left, step, _LONGEST))
        return True

    def _read(self, seconds: float) -> int:
        """Wait for something to happen, and take it; returns the number of bytes read."""
        count = 0
        for descriptor, _ in self._poll.poll(math.ceil(seconds * 1000)):
            if descriptor in self._open:
                count += self._take(descriptor)
            elif descriptor == self._exit:
                self._exited = True
                self._poll.unregister(descriptor)
        return count

    def _take(self, descriptor: int) -> int:
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return 0
        if data:
            self._open[descriptor].add(data)
        else:
            self._poll.unregister(descriptor)
            del self._open[descriptor]
        return len(data)

    def _drain(self) -> None:
        """Read what is in the pipes by now, but not for ever what somebody outside still writes."""
        until = time.monotonic() + 1.0
        while self._open and self._read(0.0) and time.monotonic() < until:
            pass

    def _ended(self) -> bool:
        if not self._exited and self._exit is None:
            self._exited = self._reap()
        return self._exited

    def _gone(self) -> bool:
        if not self._all_gone and self._ended() and self._reap():
            alive = _posix.group_alive(self.pid) or any(map(_posix.row_alive, self._escaped))
            self._all_gone = not alive
        return self._all_gone  # from then on the number may be somebody else's: it is not asked for again

    def _reap(self) -> bool:
        """Take the exit status; True once it is there.

        Popen would call the status 0, a success, where the process that started noxkit has left
        SIGCHLD ignored and the kernel therefore keeps no status.
        """
        if self._process.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self._process.returncode = STATUS_LOST
            else:
                self._process.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self._process.returncode is not None

    def _status(self) -> int:
        if not self._reap():
            self._process.returncode = -signal.SIGKILL
        return self._process.returncode

    def _signal(self, number: int) -> None:
        if self._process.returncode is None or _posix.group_alive(self.pid):
            _posix.signal_group(self.pid, number)
        for row in self._escaped:
            _posix.signal_row(row, number)
