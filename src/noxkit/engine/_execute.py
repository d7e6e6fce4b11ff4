# SPDX-License-Identifier: Apache-2.0
"""Running the tasks of a plan: environments first, then the tools, each as soon as what it needs is there."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
import traceback
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.events import TaskFinished, TaskStarted
from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._context import Span
from noxkit.engine._facts import development_specifiers
from noxkit.engine._job import Homes, Share, run_tool
from noxkit.engine._verdict import left_over
from noxkit.environments.project import STAND_IN, ProjectEnvironment
from noxkit.environments.tool import Pin, ToolEnvironment, pin_of
from noxkit.environments.uv import InstallFailedError
from noxkit.errors import NoxkitError
from noxkit.tasks.graph import Node, NotStartedError, run_graph
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._judge import Judge
    from noxkit.engine._task import Task
    from noxkit.tools._base import Tool

__all__ = ["execute", "pin_for", "pin_of_distribution"]

_NICE = 5  # for all but the task that decides how long the run takes
_NICER = 10  # where there is time for them while that one runs


def execute(context: Context, tasks: Sequence[Task], judge: Judge) -> list[Outcome]:
    """Run every due task and return the outcomes in the order of `tasks`, with a row for each environment.

    Nothing that goes wrong in one task stops another: a tool that cannot be installed, crashes or
    hangs has an outcome of its own.
    """
    due = [task for task in tasks if task.not_due is None]
    context.shares.update({task.label: _share(context, task, due) for task in due})
    environments = _environment_nodes(context, due)
    if environments or any(task.tool is not None and task.tool.executable == "uv" for task in due):
        _ = context.uv  # where none fits, the run ends here, before any task
    nodes = [*environments, *(_task_node(context, task, due, judge=judge) for task in due)]
    results = run_graph(nodes, jobs=context.workers, cancel=context.cancel)
    outcomes = [_outcome(task, results.get(task.label)) for task in tasks]
    return [*_environment_outcomes(context, due, results), *outcomes]


def _environment_nodes(context: Context, due: Sequence[Task]) -> list[Node[object]]:
    """One node for each tool's environment and each project environment that the due tasks need."""
    makers: dict[str, tuple[Callable[[Mapping[str, object]], object], float]] = {}
    for task in due:
        for tool in _tools_of(task):
            make: Callable[[Mapping[str, object]], object] = functools.partial(_ensure_tool, context, tool)
            makers.setdefault(f"tool:{tool.distribution}", (make, task.cost))
        if task.environment is not None:
            make = functools.partial(_ensure_project, context, task.environment)
            makers.setdefault(f"project:{task.environment}", (make, task.cost))
    return [Node(name=name, run=make, cost=cost) for name, (make, cost) in makers.items()]


def _tools_of(task: Task) -> list[Tool]:
    """The tools of a task that have an environment of their own."""
    tools = (*((task.tool,) if task.tool is not None else ()), *task.tools, *task.optional)
    return [tool for tool in tools if tool.own_environment]


def _ensure_tool(context: Context, tool: Tool, _needs: Mapping[str, object]) -> ToolEnvironment:
    pin = pin_for(context, tool)
    return context.tool_environments.ensure(pin, task=tool.name)


def pin_for(context: Context, tool: Tool) -> Pin:
    """Which version of `tool` this repository gets, and who says so."""
    return pin_of_distribution(context, tool.distribution)


def pin_of_distribution(context: Context, distribution: str) -> Pin:
    """Which version of a distribution this repository gets, and who says so."""
    repository = context.repository
    return pin_of(
        distribution,
        configured=context.config.options.tools,
        locked=repository.locked_versions,
        declared=development_specifiers(repository),
        hooks=repository.pre_commit_versions,
    )


def _ensure_project(context: Context, python: str, _needs: Mapping[str, object]) -> ProjectEnvironment:
    started = time.perf_counter()
    try:
        return context.project_environments.ensure(python, task="environment")
    finally:
        context.making[python] = _span(context, started)


def _task_node(context: Context, task: Task, due: Sequence[Task], *, judge: Judge) -> Node[object]:
    needs: list[str] = [label for label in task.after if any(other.label == label for other in due)]
    needs += [f"tool:{tool.distribution}" for tool in _tools_of(task)]
    if task.environment is not None:
        needs.append(f"project:{task.environment}")
    return Node(
        name=task.label,
        run=functools.partial(_run, context, task, judge),
        needs=tuple(needs),
        cost=task.cost,
    )


def _share(context: Context, task: Task, due: Sequence[Task]) -> Share:
    """All of the machine for the slowest task. The others stand back; further where one core does for all of them.

    A checker that decides how long the run takes has one busy thread. Beside others of as many
    threads as there are cores it took a quarter longer than alone.
    """
    slowest = max(other.cost for other in due)
    if task.cost >= slowest:
        return Share()
    spare = context.cores - 1
    if spare and sum(other.cost for other in due) - slowest <= slowest * spare:
        return Share(nice=_NICER, threads=spare)
    return Share(nice=_NICE)


def _run(context: Context, task: Task, judge: Judge, needs: Mapping[str, object]) -> Outcome:
    """One task from its start event to its finish event, with the wall time and the evidence."""
    context.fanout(TaskStarted(name=task.label))
    started = time.perf_counter()
    outcome = _unmet(task, needs) or _work(context, task, needs)
    span = _span(context, started)
    seconds = span.seconds
    outcome = _described(task, outcome, span)
    is_run = task.tool is not None and not outcome.cached and outcome.status in {Status.PASSED, Status.FAILED}
    if is_run:  # of others nobody asks how long they take
        context.store.put(key_of("seconds", task.name), f"{seconds:.3f}".encode())
    told = judge.one(outcome)
    context.fanout(TaskFinished(name=task.label, outcome=left_over(told) if task.write else told))
    return outcome


def _unmet(task: Task, needs: Mapping[str, object]) -> Outcome | None:
    """The outcome of a task whose environment could not be made. Raises what else went wrong in making it."""
    optional = {f"tool:{tool.distribution}" for tool in task.optional}
    for name, need in needs.items():
        if isinstance(need, InstallFailedError) and name in optional:
            continue
        if isinstance(need, InstallFailedError):
            return Outcome(name=task.name, status=Status.INCONCLUSIVE, reason=need.reason, hint=need.hint)
        if isinstance(need, Exception) and name.startswith(("tool:", "project:")):
            raise need
    return None


def _work(context: Context, task: Task, needs: Mapping[str, object]) -> Outcome:
    def call(tool: Tool, *, paths: tuple[str, ...] | None = None) -> Outcome:
        own, project = needs.get(f"tool:{tool.distribution}"), needs.get(f"project:{task.environment}")
        if isinstance(own, InstallFailedError):
            return Outcome(name=tool.name, status=Status.INCONCLUSIVE, reason=own.reason, hint=own.hint)
        homes = Homes(
            own=own if isinstance(own, ToolEnvironment) else None,
            project=project if isinstance(project, ProjectEnvironment) else None,
        )
        given = task if paths is None else dataclasses.replace(task, paths=paths)
        return run_tool(context, given, tool, homes=homes)

    if task.action is not None:
        return task.action(call, needs)
    assert task.tool is not None  # noqa: S101 -- a task has a tool or an action
    return call(task.tool)


def _span(context: Context, started: float) -> Span:
    """From `started` to now, in the thread that is one of the graph's workers."""
    place = threading.current_thread().name.rpartition("_")[2]
    return Span(
        began=started - context.clock,
        seconds=time.perf_counter() - started,
        worker=int(place) if place.isdecimal() else None,
    )


def _described(task: Task, outcome: Outcome, span: Span) -> Outcome:
    findings = tuple(
        msgspec.structs.replace(
            finding,
            pythons=finding.pythons or ((task.python,) if task.python else ()),
            package=finding.package or task.package,
        )
        for finding in outcome.findings
    )
    evidence: dict[str, EvidenceValue] = {**outcome.evidence, "why": task.why} if task.why else dict(outcome.evidence)
    return msgspec.structs.replace(
        outcome,
        name=task.name,
        seconds=span.seconds,
        began=span.began,
        worker=span.worker,
        after=task.after,
        python=task.python,
        package=task.package,
        advisory=task.advisory,
        evidence=evidence,
        findings=findings,
    )


def _outcome(task: Task, result: object) -> Outcome:
    """The outcome of a task from its node's result: a fault of noxkit's own is `crashed`, with its text."""
    if task.not_due is not None:
        evidence: dict[str, EvidenceValue] = {"why": task.why} if task.why else {}
        return Outcome(
            name=task.name,
            status=Status.SKIPPED,
            reason=task.not_due,
            python=task.python,
            package=task.package,
            advisory=task.advisory,
            evidence=evidence,
        )
    if isinstance(result, Outcome):
        return result
    if isinstance(result, NoxkitError):
        record = result.records[0]
        place = f" ({record.path}:{record.line})" if record.path and record.line else ""
        return Outcome(
            name=task.name,
            status=Status.INCONCLUSIVE,
            reason=f"{record.code}: {record.message}{place}",
            hint=record.hint,
            python=task.python,
            package=task.package,
        )
    if isinstance(result, BaseException) and not isinstance(result, NotStartedError):
        reason, hint = (
            f"noxkit failed: {type(result).__name__}: {result}",
            "this is a fault of noxkit's own: report it with the event log (`--events FILE`)",
        )
        frames = [line.rstrip() for line in traceback.format_exception(result)]
        return Outcome(
            name=task.name,
            status=Status.CRASHED,
            reason=reason,
            hint=hint,
            evidence={"output": frames},
            python=task.python,
            package=task.package,
        )
    return Outcome(
        name=task.name,
        status=Status.INCONCLUSIVE,
        reason="interrupted before it started",
        hint="run the session again",
        python=task.python,
        package=task.package,
    )


def _environment_outcomes(context: Context, due: Sequence[Task], results: Mapping[str, object]) -> list[Outcome]:
    """A row for each project environment that was made, or could not be made whole."""
    keys = list(dict.fromkeys(f"project:{task.environment}" for task in due if task.environment is not None))
    rows = ((key, _environment_outcome(context, key, results.get(key))) for key in keys)
    return [_timed(row, context.making.get(key.partition(":")[2])) for key, row in rows if row is not None]


def _timed(row: Outcome, span: Span | None) -> Outcome:
    if span is None:
        return row
    return msgspec.structs.replace(row, seconds=span.seconds, began=span.began, worker=span.worker)


def _environment_outcome(context: Context, key: str, result: object) -> Outcome | None:
    python, _, stand_in = key.partition(":")[2].partition(STAND_IN)
    if isinstance(result, InstallFailedError):
        return Outcome(
            name="environment", python=python, status=Status.INCONCLUSIVE, reason=result.reason, hint=result.hint
        )
    if not isinstance(result, ProjectEnvironment):
        return None
    evidence: dict[str, EvidenceValue] = {
        "version": result.version,
        "distributions": len(result.installed),
        "made_from": result.how,
        **({"stands_in_for": python} if stand_in else {}),
        "uv": f"{context.uv.version} ({context.uv.origin})",
    }
    failed = result.failed
    if result.missing:
        evidence["missing"] = list(result.missing)
    if failed:
        hint = "mend these requirements, or declare what excludes each other in `conflicts` of [tool.uv]"
        if any(mark in name for name in failed for mark in ("Failed to build", "Failed to parse", "build backend")):
            hint = "mend what they name: `lint` finds wrong metadata, and `uv sync` by hand shows all of its output"
        return Outcome(
            name="environment",
            python=python,
            status=Status.INCONCLUSIVE,
            reason=f"cannot be installed: {'; '.join(failed)}",
            hint=hint,
            evidence=evidence,
            cached=not result.made,
        )
    return Outcome(name="environment", python=python, status=Status.PASSED, evidence=evidence, cached=not result.made)
