# SPDX-License-Identifier: Apache-2.0
"""What would run and why, without running it: `--dry-run` and `--why`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._execute import pin_for
from noxkit.engine._names import task_names
from noxkit.engine._select import all_tools, checkers
from noxkit.environments.tool import locked_version
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import Task

__all__ = ["SHOW_THEMSELVES", "describe_plan", "explain"]

SHOW_THEMSELVES = frozenset({"clean", "deps_update"})
"""The sessions that do their work under `--dry-run`, all but the writing: what they would write is what they find."""


def describe_plan(context: Context, tasks: Sequence[Task]) -> str:
    """A line a task: what would run, on what and why, and what would not."""
    due = [task for task in tasks if task.not_due is None]
    lines = [f"{context.session} would run {len(due)} of {len(tasks)} tasks:"]
    for task in sorted(tasks, key=lambda task: (task.not_due is not None, -task.cost)):
        if task.not_due is not None:
            lines.append(f"  - {task.label}: skipped: {task.not_due}")
            continue
        advice = " (advice: its findings are warnings)" if task.advisory else ""
        lines.append(f"  + {task.label}{_version(context, task)} on {', '.join(task.paths)}: {task.why}{advice}")
    return "\n".join(lines) + "\n"


def explain(context: Context, tasks: Sequence[Task], name: str) -> str:
    """Everything that decides about the task `name` in this session. Raises NoxkitError for an unknown one."""
    tools = all_tools(context)
    if name not in tools and name not in {task.name for task in tasks}:
        hint = did_you_mean(name, task_names(context))
        raise NoxkitError(
            ErrorRecord(code="NK-ARGUMENT-VALUE", message=f"`--why {name}`: there is no such task", hint=hint)
        )
    own = [task for task in tasks if task.name == name]
    tool = tools.get(name)
    if not own and tool is not None and tool.type_checker and context.family in tool.sessions:
        on = ", ".join(checkers(context))
        return f"{name} is off: {tool.choice(context.repository).why}; the type checkers that are on: {on}\n"
    if not own:
        sessions = ", ".join(sorted(tools[name].sessions)) if name in tools else "none"
        return f"{name} is not part of {context.session}; it belongs to: {sessions}\n"
    return "\n".join(line for task in own for line in _explained(context, task)) + "\n"


def _explained(context: Context, task: Task) -> Iterator[str]:
    yield f"{task.label}: {'skipped' if task.not_due is not None else 'runs'}"
    yield f"  because: {task.not_due if task.not_due is not None else task.why}"
    if task.not_due is not None:
        return
    yield f"  on: {', '.join(task.paths)}" + (f", without {', '.join(task.excluded)}" if task.excluded else "")
    if task.tool is not None and task.tool.own_environment:
        yield f"  version:{_version(context, task)}, from {pin_for(context, task.tool).source}"
    if task.environment:
        yield f"  project environment: Python {task.environment}"
    yield f"  findings count: {'as warnings, since this repository has not chosen it' if task.advisory else 'in full'}"


def _version(context: Context, task: Task) -> str:
    if task.tool is None or not task.tool.own_environment:
        return ""
    pin = pin_for(context, task.tool)
    return f" {pin.specifier or locked_version(task.tool.distribution) or ''}"
