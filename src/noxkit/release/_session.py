# SPDX-License-Identifier: Apache-2.0
"""What the sessions of a release have in common: what their flags say, how they begin, and what nothing is to do."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Protocol

import msgspec
from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._scope import published
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.release._plan import Asked, make_plan
from noxkit.release._together import recover
from noxkit.release._versions import Level, Step
from noxkit.workspace._tables import normalize
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.release._plan import Plan

__all__ = ["NOTHING_PUBLISHED", "asked_of", "nothing_published", "plan_task", "put_back", "read_again", "refused"]

NOTHING_PUBLISHED = "no package is published: none has a [build-system], or `publish = false` says so"
"""The fact for which there is nothing to release."""


class Act(Protocol):
    """What a session does with the plan."""

    def __call__(self, context: Context, plan: Plan, /) -> Outcome:
        """How it went."""
        ...


def plan_task(name: str, context: Context, scope: Scope, act: Act) -> list[Task]:
    """The one task of a session that acts on the plan of all members; none where nothing is published.

    Raises NoxkitError for flags that mean nothing, and without git.
    """
    if not published(context, scope):
        return nothing_published(name)
    asked = asked_of(context)
    return [Task(name=name, action=functools.partial(_act, name, context, asked, act), why="asked for", paths=(".",))]


def _act(name: str, context: Context, asked: Asked, act: Act, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    try:
        restored = put_back(context)
        plan = make_plan(context, asked)
    except NoxkitError as error:
        return refused(name, error)
    outcome = act(context, plan)
    evidence: dict[str, EvidenceValue] = {**outcome.evidence, "put_back": restored}
    return msgspec.structs.replace(outcome, evidence=evidence)


def asked_of(context: Context) -> Asked:
    """What the flags say. Raises NoxkitError for a version that is none, of a package that is none."""
    run = context.config.run
    packages = {package.name for package in context.repository.workspace.packages if package.publish}
    records: list[ErrorRecord] = []
    versions: dict[str, Version] = {}
    for text in run.set_version:
        name, _, written = text.rpartition("==")
        names = [normalize(name)] if name else sorted(packages)
        try:
            versions |= dict.fromkeys(names, Version(written))
        except InvalidVersion:
            records.append(
                _record(
                    f"`--set-version {text}`: `{written}` is no version", "write it as PEP 440 has it: 1.4.0, 2.0rc1"
                )
            )
        records += [
            _record(f"`--set-version {text}`: `{unknown}` is not published", did_you_mean(unknown, packages))
            for unknown in sorted(set(names) - packages)
        ]
    levels = [level for level, given in zip(Level, (run.patch, run.minor, run.major), strict=True) if given]
    steps = [Step(run.pre)] if run.pre else []
    steps += [step for step, given in ((Step.POST, run.post), (Step.DEV, run.dev)) if given]
    if len(levels) > 1 or len(steps) > 1:
        records.append(_record("more than one of the flags for the next version is given", "give one of them"))
    if records:
        raise NoxkitError(records)
    return Asked(versions=versions, level=max(levels, default=None), step=next(iter(steps), Step.FINAL))


def _record(message: str, hint: str) -> ErrorRecord:
    return ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint)


def put_back(context: Context) -> list[str]:
    """Put back what a killed run has half written, read the tree again, and say which files that were.

    Raises NoxkitError where that cannot be done, and under `--dry-run`.
    """
    try:
        restored = recover(context.root, context.state / "release", dry=context.config.run.dry_run)
    except OSError as error:
        message = f"what an earlier run has half written cannot be put back: {error}"
        hint = "make the files writable, and run it again"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint)) from error
    if restored:
        read_again(context)
    return list(restored)


def read_again(context: Context) -> None:
    """Read the repository again, which has changed."""
    kinds, git = context.config.options.kinds, context.repository.git
    context.repository = discover(context.root, kinds=kinds, git=git)


def nothing_published(name: str) -> list[Task]:
    """The task of a session that is about published packages, where there is none."""
    return [Task(name=name, not_due=NOTHING_PUBLISHED)]


def refused(name: str, error: NoxkitError) -> Outcome:
    """The outcome of a task that could not begin."""
    record = error.records[0]
    return Outcome(name=name, status=Status.FAILED, reason=record.message, hint=record.hint)
