# SPDX-License-Identifier: Apache-2.0
"""What would run and why, without running it: `--dry-run` and `--why`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._execute import pin_for
from noxkit.engine._last import last_outcomes
from noxkit.engine._names import task_names
from noxkit.engine._scope import scope_of
from noxkit.engine._select import all_tools, checkers
from noxkit.environments.tool import locked_version
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.report._verdict import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Outcome
    from noxkit.engine._context import Context
    from noxkit.engine._task import Task

__all__ = ["SHOW_THEMSELVES", "describe_plan", "explain"]

SHOW_THEMSELVES = frozenset({"bump", "changelog", "clean", "deps_update", "publish", "release", "tag"})
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
    for name, reason in scope_of(context).reasons.items():
        yield f"  affected: {name or 'everything'}, since {reason}"
    yield f"  on: {', '.join(task.paths)}" + (f", without {', '.join(task.excluded)}" if task.excluded else "")
    if task.tool is not None and task.tool.own_environment:
        yield f"  version:{_version(context, task)}, from {pin_for(context, task.tool).source}"
    if task.environment:
        yield f"  project environment: Python {task.environment}"
    if task.tool is not None and task.tool.reads_only is None:
        yield "  kept: never; what it says depends on more than files"
    last = next((each for each in last_outcomes(context.root, context.session) if label(each) == task.label), None)
    if last is not None:
        yield f"  last time: {_last(last)}"
    yield f"  findings count: {'as warnings, since this repository has not chosen it' if task.advisory else 'in full'}"


def _last(outcome: Outcome) -> str:
    """What was done in the last run of the session: the tool was run, and why, or what it said before was replayed."""
    if outcome.cached:
        when = outcome.evidence.get("result_of")
        return f"not run again, since nothing that it reads had changed; the result is of {when}"
    not_kept, since = outcome.evidence.get("not_kept"), outcome.evidence.get("run_since")
    if not_kept is not None:
        return f"run; its result cannot be kept: {not_kept}"
    return f"run; {since}" if since is not None else "run"


def _version(context: Context, task: Task) -> str:
    if task.tool is None or not task.tool.own_environment:
        return ""
    pin = pin_for(context, task.tool)
    return f" {pin.specifier or locked_version(task.tool.distribution) or ''}"
