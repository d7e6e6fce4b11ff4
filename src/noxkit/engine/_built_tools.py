# SPDX-License-Identifier: Apache-2.0
"""External programs that look at built files: given those of `dist/`, those that are named, or what the run builds."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._contents import built_paths
from noxkit.engine._task import Task
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.tools._base import Tool

__all__ = ["plan_built_tools"]


def plan_built_tools(context: Context, scope: Scope, session: str, *, after: Sequence[Task] = ()) -> list[Task]:
    """A task for each tool of `session` that reads built files; some have nothing to say of what is there."""
    tools = [tool for tool in load_tools().values() if tool.reads_built and session in tool.sessions]
    return [_task(context, scope, tool, after) for tool in tools]


def _task(context: Context, scope: Scope, tool: Tool, after: Sequence[Task]) -> Task:
    not_due = "in `skip` of [tool.noxkit]" if tool.name in context.config.options.skip else None
    if not context.config.run.files:
        not_due = not_due or (scope.fact if scope.nothing else None)
        if after and all(task.not_due is not None for task in after):
            not_due = not_due or after[0].not_due
    if not after and not_due is None:
        files = built_paths(context, scope, {})
        not_due = None if not files else tool.not_due(context.repository, files)
    return Task(
        name=tool.name,
        tool=tool,
        action=functools.partial(_run, context, scope, tool=tool),
        not_due=not_due,
        why=f"reads built files: {tool.summary}",
        after=tuple(task.label for task in after),
        cost=1.0,
    )


def _run(context: Context, scope: Scope, call: ToolCall, needs: Mapping[str, object], *, tool: Tool) -> Outcome:
    files = built_paths(context, scope, needs)
    if not files:
        hint = "build first: `nox -s build`; or mend what the builds report"
        return Outcome(name=tool.name, status=Status.INCONCLUSIVE, reason="no wheel and no sdist is there", hint=hint)
    reason = tool.not_due(context.repository, files)
    if reason is not None:
        return Outcome(name=tool.name, status=Status.SKIPPED, reason=reason)
    return call(tool, paths=files)
