# SPDX-License-Identifier: Apache-2.0
"""Runs one program: the only place in noxkit where a process starts."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import shutil
import signal
import time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS
from noxkit.diagnostics.events import CommandFinished, CommandStarted
from noxkit.tasks import _posix, environ
from noxkit.tasks._child import STATUS_LOST, Child, Ending
from noxkit.tasks.cancel import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from noxkit.diagnostics.events import Observer

__all__ = [
    "KEPT_BYTES",
    "STATUS_LOST",
    "Completed",
    "FolderNotFoundError",
    "ProgramNotFoundError",
    "Runner",
    "StartError",
]

KEPT_BYTES = 256 << 20
"""How much of each of its two outputs is kept of a process: the last 256 MiB."""

_NO_CHANGES: Mapping[str, str | None] = MappingProxyType({})


class StartError(Exception):
    """Raised where a process could not be started; `program` is what was asked for, `reason` why not."""

    def __init__(self, program: str, reason: str) -> None:
        self.program = program
        self.reason = reason
        super().__init__(f"{program}: {reason}")


class ProgramNotFoundError(StartError):
    """Raised where there is no such program, or none that can be executed."""


class FolderNotFoundError(StartError):
    """Raised where the folder to start in does not exist."""


@dataclasses.dataclass(frozen=True, slots=True)
class Completed:
    """A process that has ended, with all that it printed.

    `returncode` is negative for a signal and `STATUS_LOST` where it could not be had; `seconds` is
    wall time until everything that it had started was gone as well. `timed_out` and `cancelled` say
    that noxkit has ended it, `truncated` that more than `Runner.kept` was printed and the first part dropped.
    """

    command: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool = False
    cancelled: bool = False
    truncated: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Starts programs for one run.

    `environment` is what they get before the changes of one call: `environ.current()`, or that
    scrubbed for project code. `credentials` are the patterns of the variables whose values no event
    shows. `kept` is how many bytes of each output are kept, and `umask` the one of what is started, noxkit's own
    where it is None. Another environment or limit is another runner, by `dataclasses.replace`.
    """

    root: Path
    environment: Mapping[str, str] = dataclasses.field(default_factory=environ.current)
    cancel: Cancel = dataclasses.field(default_factory=Cancel)
    observer: Observer | None = None
    credentials: Sequence[str] = CREDENTIAL_PATTERNS
    kept: int = KEPT_BYTES
    umask: int | None = None

    def run(  # noqa: PLR0913 -- six facts about one process; an object around them would be unpacked right here
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        task: str,
        cwd: Path | None = None,
        environment: Mapping[str, str | None] = _NO_CHANGES,
        timeout: float | None = None,
        nice: int = 0,
        sink: Callable[[bytes], None] | None = None,
    ) -> Completed:
        """Run a program to its end in `cwd` (default: the root), and end all that it leaves behind.

        A variable of `environment` with the value None is removed. After `timeout` seconds, and when
        the run is cancelled, the process and all below it get TERM, and KILL two seconds later.
        After a cancel nothing is started any more: the result is `cancelled`, without an event.
        A `sink` is given what is printed on standard output while it is, and nothing of that is kept.
        Raises ProgramNotFoundError, FolderNotFoundError or their base StartError, and what `sink` raises.
        """
        arguments = tuple(os.fspath(part) for part in command)
        folder = self.root if cwd is None else cwd
        if self.cancel.requested:
            return Completed(arguments, -signal.SIGTERM, b"", b"", 0.0, cancelled=True)
        began = time.monotonic()
        actual = environ.changed(self.environment, environment)
        with self._child(arguments, folder, actual, sink) as child:
            if nice:
                _posix.lower_priority(child.pid, nice)
            self._announce(child.pid, task=task, command=arguments, folder=folder, environment=actual)
            ending = child.wait(math.inf if timeout is None else began + timeout, self.cancel)
            returncode = child.end(ending, self.cancel)
            completed = Completed(
                arguments,
                returncode,
                child.stdout.content(),
                child.stderr.content(),
                time.monotonic() - began,
                timed_out=ending is Ending.TIMED_OUT,
                cancelled=ending is Ending.CANCELLED,
                truncated=child.stdout.truncated or child.stderr.truncated,
            )
        self._conclude(child.pid, task=task, completed=completed)
        return completed

    @contextlib.contextmanager
    def _child(
        self,
        command: tuple[str, ...],
        folder: Path,
        environment: Mapping[str, str],
        sink: Callable[[bytes], None] | None,
    ) -> Generator[Child]:
        """A started process that is gone at the end, whatever happens in between."""
        child: Child | None = None
        try:
            with self.cancel.shielded():
                child = self._start(command, folder, environment, sink)
                self.cancel.add_group(child.pid)
            yield child
        finally:
            if child is not None:
                with self.cancel.shielded():
                    child.kill()
                    child.close()
                    self.cancel.remove_group(child.pid)

    def _start(
        self,
        command: tuple[str, ...],
        folder: Path,
        environment: Mapping[str, str],
        sink: Callable[[bytes], None] | None,
    ) -> Child:
        program = command[0]
        try:
            return Child(command, cwd=folder, environment=environment, limit=self.kept, umask=self.umask, sink=sink)
        except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
            if not folder.is_dir():
                raise FolderNotFoundError(program, f"there is no folder {folder} to start it in") from error
            if not os.access(folder, os.X_OK):
                raise FolderNotFoundError(program, f"the folder {folder} may not be entered") from error
            path = folder / program if "/" in program else program
            raise ProgramNotFoundError(program, _why_not(path, environment)) from error
        except (OSError, ValueError) as error:  # arguments too long, no more processes, a zero byte, no format
            raise StartError(program, f"it could not be started: {error}") from error

    def _announce(
        self, pid: int, *, task: str, command: tuple[str, ...], folder: Path, environment: Mapping[str, str]
    ) -> None:
        if self.observer is not None:
            inside = folder.is_relative_to(self.root)
            self.observer(
                CommandStarted(
                    task=task,
                    command=_shown(command),
                    folder=folder.relative_to(self.root).as_posix() if inside else str(folder),
                    environment=environ.difference(environ.current(), environment, self.credentials),
                    pid=pid,
                )
            )

    def _conclude(self, pid: int, *, task: str, completed: Completed) -> None:
        if self.observer is not None:
            self.observer(
                CommandFinished(
                    task=task,
                    command=_shown(completed.command),
                    pid=pid,
                    returncode=completed.returncode,
                    seconds=completed.seconds,
                    timed_out=completed.timed_out,
                    cancelled=completed.cancelled,
                )
            )


def _shown(command: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(environ.strip_user_information(part) for part in command)


def _why_not(program: Path | str, environment: Mapping[str, str]) -> str:
    if shutil.which(program, path=environment.get("PATH")):
        return "the interpreter that its first line names does not exist"
    return "it may not be executed" if Path(program).exists() else "there is no such program"
