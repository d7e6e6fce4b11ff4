# SPDX-License-Identifier: Apache-2.0
"""The sessions that write: fixes and formatters, applied in a copy until nothing changes, then delivered."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, FixSafety, Outcome, Severity, Status
from noxkit.engine._apply import Refusal, apply_fixes
from noxkit.engine._baseline import ACCEPTED
from noxkit.engine._copy import deliver, unified_diff, working_copy
from noxkit.engine._execute import execute
from noxkit.engine._judge import Judge
from noxkit.engine._verdict import left_over
from noxkit.workspace._tables import table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._copy import Change, WorkingCopy
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = ["CHANGES", "steers_lock", "write_in_copy"]

CHANGES = "changes"
"""The name of the row that says what was written."""

_LOCKED = frozenset({"name", "version", "requires-python", "dependencies", "optional-dependencies"})
_PASSES = 12  # what needs more is two fixes that undo each other


@dataclasses.dataclass(kw_only=True)
class _Fixing:
    """What has come of the passes so far."""

    outcomes: dict[str, Outcome] = dataclasses.field(default_factory=dict[str, Outcome])
    fixed: int = 0
    refused: dict[tuple[str, str | None, str], Refusal] = dataclasses.field(
        default_factory=dict[tuple[str, "str | None", str], Refusal]
    )
    settled: bool = False


def write_in_copy(
    context: Context, plan: Callable[[Context], list[Task]], *, judge: Judge, scope: Scope
) -> list[Outcome]:
    """Run the tasks that write in a copy until a pass changes nothing, then put the changed files into the tree.

    So an interrupted run leaves every file old or new. With `--diff` and `--check` nothing is put there.
    """
    tasks = plan(context)
    names = _command_names(context)
    own = [task for task in tasks if task.name in names]
    looking = context.config.run.check or context.config.run.diff
    with working_copy(context) as copy:
        fixing = _passes(context, copy, plan, scope=scope)
        changes = [] if context.cancel.requested else copy.changes()
        row = _changes_row(context, copy, changes, fixing)
    commands = _commands_aside(own) if looking else own
    rest = execute(
        context, [*(task for task in tasks if task.not_due is not None and task not in own), *commands], judge
    )
    rows = [fixing.outcomes[task.label] for task in tasks if task.label in fixing.outcomes]
    return [*rows, *rest, row]


def _command_names(context: Context) -> frozenset[str]:
    return frozenset(command.name for command in context.config.options.commands)


def _commands_aside(tasks: Sequence[Task]) -> list[Task]:
    return [
        dataclasses.replace(task, not_due="a program of the repository's own is run only to write") for task in tasks
    ]


def _passes(context: Context, copy: WorkingCopy, plan: Callable[[Context], list[Task]], *, scope: Scope) -> _Fixing:
    fixing = _Fixing()
    before = copy.state()
    for _ in range(_PASSES):
        _one_pass(copy, plan, fixing, scope=scope)
        after = copy.state()
        fixing.settled = after == before
        if fixing.settled or context.cancel.requested:
            break
        before = after
    return fixing


def _one_pass(copy: WorkingCopy, plan: Callable[[Context], list[Task]], fixing: _Fixing, *, scope: Scope) -> None:
    """The tools that write, one after another; then the rules on what they have left, and the fixes of both."""
    inner = copy.context()
    names = _command_names(inner)
    tasks = [task for task in plan(inner) if task.not_due is None and task.name not in names]
    tools = [task for task in tasks if task.tool is not None]
    chained = [
        dataclasses.replace(task, after=(*task.after, tools[number - 1].label) if number else task.after)
        for number, task in enumerate(tools)
    ]
    findings: list[Finding] = []
    for stage in (chained, [task for task in tasks if task.tool is None]):
        if not stage:
            continue
        judge = Judge(inner)
        ended, found = judge.all(execute(inner, stage, judge), scope=scope)
        findings += found
        for outcome in ended:
            _keep(fixing, outcome)
    _apply(inner, copy, findings, fixing)


def _keep(fixing: _Fixing, outcome: Outcome) -> None:
    """The outcome of the last pass."""
    label = f"{outcome.name}[{outcome.python}]" if outcome.python else outcome.name
    before = fixing.outcomes.get(label)
    seconds = outcome.seconds + (before.seconds if before is not None else 0.0)
    kept = left_over(outcome)
    counts = (outcome.evidence.get("changed"), before.evidence.get("changed") if before is not None else 0)
    evidence = dict(kept.evidence)
    if isinstance(counts[0], int) and isinstance(counts[1], int):
        evidence["changed"] = counts[0] + counts[1]
    fixing.outcomes[label] = msgspec.structs.replace(kept, seconds=seconds, evidence=evidence, cached=False)


def _apply(inner: Context, copy: WorkingCopy, findings: Sequence[Finding], fixing: _Fixing) -> None:
    safeties = {FixSafety.SAFE, *([FixSafety.UNSAFE] if inner.config.run.unsafe else [])}
    open_ones = [
        msgspec.structs.replace(finding, suppressed=None) if finding.suppressed == ACCEPTED else finding
        for finding in findings
    ]
    applied = apply_fixes(copy.root, open_ones, safeties=safeties, outer=inner.root)
    fixing.fixed += len(applied.done)
    copy.created |= {
        action.path for finding in applied.done for action in finding.actions if (copy.root / action.path).exists()
    }
    for refusal in applied.refused:
        finding = refusal.finding
        fixing.refused[finding.code, finding.path, finding.message] = refusal


def _changes_row(context: Context, copy: WorkingCopy, changes: Sequence[Change], fixing: _Fixing) -> Outcome:
    """Deliver, or show, and say what came of it."""
    if context.cancel.requested:
        return Outcome(
            name=CHANGES, status=Status.INCONCLUSIVE, reason="interrupted; nothing was written", hint="run it again"
        )
    if not fixing.settled:
        reason = f"after {_PASSES} passes files still change, so nothing was written"
        hint = "two fixes undo each other: leave one out with `--skip`, and report it"
        return Outcome(name=CHANGES, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
    run = context.config.run
    if run.diff:
        context.outbox.extend(unified_diff(change) for change in changes)
    looking = run.diff or run.check
    kept = {} if looking else {change.path: deliver(copy, context.root, change) for change in changes}
    left = {path: why for path, why in kept.items() if why is not None}
    done = [change for change in changes if change.path not in left]
    removed = [change.path for change in done if change.after is None]
    evidence: dict[str, EvidenceValue] = {
        "would_change" if looking else "changed": [change.path for change in done],
        **({"would_remove" if looking else "removed": removed} if removed else {}),
        **({} if looking else {"files": len(done)}),
        "fixed": fixing.fixed,
    }
    if any(map(steers_lock, done)) and context.repository.has_file("uv.lock"):
        evidence["lock_stale"] = True
    outcome = Outcome(name=CHANGES, status=Status.PASSED, evidence=evidence, findings=tuple(_refused(fixing)))
    if looking and changes:
        reason = f"{len(changes)} {'file' if len(changes) == 1 else 'files'} would change"
        hint = f"run `nox -s {context.family}` to write them" + ("" if run.diff else ", or look with `-- --diff`")
        return msgspec.structs.replace(outcome, status=Status.FAILED, reason=reason, hint=hint)
    if left:
        reason = "; ".join(f"{path} is left as it was: {why}" for path, why in left.items())
        return msgspec.structs.replace(
            outcome, status=Status.INCONCLUSIVE, reason=reason, hint="make it writable, or run it again"
        )
    return outcome


def steers_lock(change: Change) -> bool:
    """Whether what a manifest says of requirements or to uv is another: uv.lock then has to be made anew."""
    if change.path.rpartition("/")[2] != "pyproject.toml":
        return False
    before, after = (_resolved(data or b"") for data in (change.before, change.after))
    return before != after


def _resolved(data: bytes) -> object:
    try:
        read = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    project = {key: value for key, value in table(read, "project").items() if key in _LOCKED}
    return project, table(read, "tool", "uv"), read.get("dependency-groups")


def _refused(fixing: _Fixing) -> list[Finding]:
    return [
        msgspec.structs.replace(
            refusal.finding,
            severity=Severity.WARNING,
            hint=f"its fix was not applied, since {refusal.why}; {refusal.finding.hint}",
            actions=(),
        )
        for refusal in fixing.refused.values()
    ]
