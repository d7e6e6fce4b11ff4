# SPDX-License-Identifier: Apache-2.0
"""What happens during a run, as data: the live display and the event log are two readers of one stream."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import msgspec

from noxkit.diagnostics.model import Outcome  # noqa: TC001 -- msgspec resolves the annotation at run time

__all__ = [
    "CommandFinished",
    "CommandStarted",
    "Event",
    "Observer",
    "Progress",
    "RunFinished",
    "RunStarted",
    "TaskFinished",
    "TaskStarted",
]


class RunStarted(msgspec.Struct, frozen=True, kw_only=True, tag="run-started", tag_field="event"):
    """A run begins: the session and the names of the tasks that are due, longest first."""

    session: str
    tasks: tuple[str, ...]


class TaskStarted(msgspec.Struct, frozen=True, kw_only=True, tag="task-started", tag_field="event"):
    """A task has a worker. `name` is the task's name, with its Python or package behind it (`ty[3.10]`)."""

    name: str


class TaskFinished(msgspec.Struct, frozen=True, kw_only=True, tag="task-finished", tag_field="event"):
    """A task has ended, with its outcome."""

    name: str
    outcome: Outcome


class CommandStarted(msgspec.Struct, frozen=True, kw_only=True, tag="command-started", tag_field="event"):
    """A process starts: the command as run, its folder, and how its environment differs from noxkit's own.

    Values of variables that match the credential list are never in `environment`: such a variable
    stands there with the value `"(hidden)"`. A variable that was removed has the value None.
    """

    task: str
    command: tuple[str, ...]
    folder: str
    environment: dict[str, str | None]
    pid: int


class CommandFinished(msgspec.Struct, frozen=True, kw_only=True, tag="command-finished", tag_field="event"):
    """A process has ended. `returncode` is negative for a signal; `seconds` is wall time."""

    task: str
    command: tuple[str, ...]
    pid: int
    returncode: int
    seconds: float
    timed_out: bool = False
    cancelled: bool = False
    cached: bool = False


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress", tag_field="event"):
    """A line about long work that is under way, such as an environment being made."""

    task: str
    message: str


class RunFinished(msgspec.Struct, frozen=True, kw_only=True, tag="run-finished", tag_field="event"):
    """A run has ended; `status` is the verdict's value."""

    session: str
    status: str
    seconds: float


Event: TypeAlias = RunStarted | TaskStarted | TaskFinished | CommandStarted | CommandFinished | Progress | RunFinished


class Observer(Protocol):
    """Whoever wants to know. Called from several threads at once; must not block for long."""

    def __call__(self, event: Event, /) -> None:
        """Take one event."""
        ...
