# SPDX-License-Identifier: Apache-2.0
"""One run from its plan to its report."""

from __future__ import annotations

import datetime as dt
import os
import time
from typing import TYPE_CHECKING, Protocol

import msgspec

from noxkit.diagnostics.events import RunFinished, RunStarted
from noxkit.diagnostics.model import Outcome, Report, Status
from noxkit.diagnostics.sources import SECRET_CODES
from noxkit.engine._baseline import gone_from_baseline, read_baseline
from noxkit.engine._execute import execute
from noxkit.engine._fix import write_in_copy
from noxkit.engine._judge import Judge
from noxkit.engine._names import apply_names, asked_away, check_names
from noxkit.engine._notes import notes_for
from noxkit.engine._readiness import readiness_of
from noxkit.engine._release import left_out
from noxkit.engine._scope import published, scope_of
from noxkit.engine._select import plan_commands
from noxkit.engine._stale import stale_ignores
from noxkit.engine._subject import no_subject
from noxkit.engine._verdict import verdict_of
from noxkit.engine._version import noxkit_version
from noxkit.tasks.cancel import handling_signals
from noxkit.tasks.environ import is_ci
from noxkit.workspace import git as git_module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = ["Planner", "plan", "run", "under_ci"]

_RELEASE = "release_check"
_STRICT_SESSIONS = frozenset({_RELEASE, "publish", "release"})


class Planner(Protocol):
    """What a session is: the tasks for a repository and the part of it that is looked at."""

    def __call__(self, context: Context, scope: Scope, /) -> list[Task]:
        """The tasks, due or not, in the order in which they are reported."""
        ...


def under_ci(context: Context) -> bool:
    """Whether the variable CI is set to anything but a spelling of no, or `--ci` is given."""
    return context.config.run.ci or is_ci(context.environ)


def plan(context: Context, planner: Planner) -> list[Task]:
    """The tasks of a run. Raises NoxkitError for arguments that name what does not exist."""
    return _tasks(context, planner, scope_of(context))


def _tasks(context: Context, planner: Planner, scope: Scope) -> list[Task]:
    check_names(context)
    tasks = planner(context, scope)
    return apply_names(context, [*tasks, *plan_commands(context, scope, {task.name for task in tasks})])


def run(context: Context, planner: Planner) -> Report:
    """Plan, run, judge. Findings are never lost: an interrupted run has a report too.

    Raises NoxkitError for arguments and configuration that cannot be used.
    """
    started, clock = dt.datetime.now(dt.timezone.utc), time.perf_counter()
    judge = Judge(context)
    with handling_signals(context.cancel):
        scope = scope_of(context)
        tasks = _tasks(context, planner, scope)
        due = sorted((task for task in tasks if task.not_due is None), key=lambda task: -task.cost)
        context.fanout(RunStarted(session=context.session, tasks=tuple(task.label for task in due)))
        outcomes = _outcomes(context, planner, tasks, judge=judge, scope=scope)
        context.inputs.keep()
        if context.shared is not None:
            context.shared.flush()
    excused = asked_away(context, tasks) or (scope.base is not None and scope.trouble is None)
    missing = no_subject(context, tasks)
    if missing is not None and not excused:
        outcomes = [*outcomes, missing]
    outcomes = [*outcomes, *stale_ignores(context, tasks, outcomes, scope=scope)]
    ended, findings = judge.all(outcomes, scope=scope)
    report = _report(context, ended, findings, excused=excused)
    if context.family == _RELEASE:
        packages = published(context, scope)
        releases = readiness_of(context, packages, ended, left_out=left_out(context))
        report = msgspec.structs.replace(report, releases=releases)
    report = msgspec.structs.replace(
        report,
        started=started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=time.perf_counter() - clock,
        notes=(*notes_for(context, tasks, ended), *_baseline_note(context, findings, ended, scope)),
    )
    context.fanout(RunFinished(session=report.session, status=report.status.value, seconds=report.seconds))
    return report


def _baseline_note(
    context: Context, findings: Sequence[Finding], ended: Sequence[Outcome], scope: Scope
) -> tuple[str, ...]:
    if context.config.run.write_baseline:
        return tuple(_written_baseline(context, findings))
    gone = gone_from_baseline(context, findings, outcomes=ended, scope=scope)
    if not gone:
        return ()
    return (
        f"{gone} of the baseline {'is' if gone == 1 else 'are'} mended: `-- --write-baseline` takes them out of it",
    )


def _written_baseline(context: Context, findings: Sequence[Finding]) -> Iterator[str]:
    held = len(read_baseline(context))
    yield f"{context.config.options.baseline} was written with {held} finding{'' if held == 1 else 's'}: commit it"
    secrets = sum(finding.code in SECRET_CODES and finding.suppressed is None for finding in findings)
    if secrets:
        named = "a secret is" if secrets == 1 else f"{secrets} secrets are"
        yield f"{named} not taken into it, and count{'s' if secrets == 1 else ''} on: revoke and remove what is one"


def _outcomes(context: Context, planner: Planner, tasks: list[Task], *, judge: Judge, scope: Scope) -> list[Outcome]:
    if scope.trouble:
        return [_unresolved(task, scope) for task in tasks]
    if any(task.write and task.not_due is None for task in tasks):
        return write_in_copy(context, lambda inner: _tasks(inner, planner, scope), judge=judge, scope=scope)
    return execute(context, tasks, judge)


def _unresolved(task: Task, scope: Scope) -> Outcome:
    if task.not_due is not None:
        return Outcome(
            name=task.name, python=task.python, package=task.package, status=Status.SKIPPED, reason=task.not_due
        )
    return Outcome(
        name=task.name,
        python=task.python,
        package=task.package,
        status=Status.INCONCLUSIVE,
        reason=scope.trouble,
        hint=scope.hint,
    )


def _report(context: Context, ended: Sequence[Outcome], findings: tuple[Finding, ...], *, excused: bool) -> Report:
    strict = under_ci(context) or context.session in _STRICT_SESSIONS
    verdict = verdict_of(ended, strict=strict, excused=excused)
    git_root = context.repository.git_root
    return Report(
        noxkit=noxkit_version(),
        session=context.session,
        status=verdict.status,
        started="",
        seconds=0.0,
        root=os.path.relpath(context.root, git_root).replace(os.sep, "/") if git_root else ".",
        git_root=os.path.relpath(git_root, context.root).replace(os.sep, "/") if git_root else None,
        tree=git_module.tree_id(context.repository.git) if context.repository.git and git_root else None,
        tasks=tuple(ended),
        findings=findings,
        files=tuple(dict.fromkeys(file for outcome in ended for file in outcome.files)),
        failing=verdict.failing,
        exit_code=verdict.exit_code,
        interrupted=context.cancel.requested,
    )
