# SPDX-License-Identifier: Apache-2.0
"""One unit of work of a run, decided before anything runs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from noxkit.diagnostics.model import Outcome
    from noxkit.tools._base import Tool

__all__ = ["Task", "ToolCall", "label_of"]


class ToolCall(Protocol):
    """Runs a tool in the environment of the task that it is given to."""

    def __call__(self, tool: Tool, /, *, paths: tuple[str, ...] | None = None) -> Outcome:
        """The outcome of one run of `tool`, on the paths of the task where no others are given."""
        ...


def label_of(name: str, *, python: str | None = None, package: str | None = None) -> str:
    """A task's name with its Python and package behind it: `ty[3.10]`, `tests[3.12, acme-core]`."""
    marks = [mark for mark in (python, package) if mark]
    return f"{name}[{', '.join(marks)}]" if marks else name


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be run, on what, and why.

    `not_due` is the fact for which there is nothing to do, or None. `why` is the fact for which the
    task is on. `advisory` tasks are noxkit's idea, not the repository's: their findings are at most
    warnings. `environment` is the Python of the project environment that the task needs. An `action` is
    given a way to run `tool`, `tools` and `optional` and the results of the tasks that it comes `after`; a task
    without one runs its `tool`. It does without those of `optional` that cannot be installed.
    """

    name: str
    tool: Tool | None = None
    tools: tuple[Tool, ...] = ()
    optional: tuple[Tool, ...] = ()
    action: Callable[[ToolCall, Mapping[str, object]], Outcome] | None = None
    python: str | None = None
    package: str | None = None
    paths: tuple[str, ...] = (".",)
    excluded: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    why: str = ""
    not_due: str | None = None
    advisory: bool = False
    environment: str | None = None
    after: tuple[str, ...] = ()
    write: bool = False
    cost: float = 0.0

    @property
    def label(self) -> str:
        """The name that is shown, unique in a run."""
        return label_of(self.name, python=self.python, package=self.package)
