# SPDX-License-Identifier: Apache-2.0
"""Generators of the repository's own: the task that runs each in a copy of the tree and compares what it writes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._generator import Ran, Trouble, run_generator
from noxkit.engine._rules import signed
from noxkit.engine._task import Task
from noxkit.rules.generated import generated_outside, generated_stale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall

__all__ = ["GENERATED", "plan_generated", "plan_generated_alone"]

GENERATED = "generated"
"""The name of the task."""

_HINT = "mend the generator, or its entry in [[tool.noxkit.generated]]; it runs in a copy that is no git repository"


def plan_generated(context: Context, scope: Scope) -> list[Task]:
    """One task for all of `[[tool.noxkit.generated]]`; none where there are no generators."""
    options = context.config.options
    if not options.generated:
        return []
    not_due = "in `skip` of [tool.noxkit]" if GENERATED in options.skip else scope.fact if scope.nothing else None
    return [
        Task(
            name=GENERATED,
            action=functools.partial(_compare, context),
            why="[[tool.noxkit.generated]]",
            not_due=not_due,
            write=context.family == "fix",
            cost=5.0 * len(options.generated),
        )
    ]


def plan_generated_alone(context: Context, scope: Scope) -> list[Task]:
    """The same for the session of that name, where the task is there to say that there are none."""
    none = Task(name=GENERATED, not_due="no [[tool.noxkit.generated]] in pyproject.toml")
    return plan_generated(context, scope) or [none]


def _compare(context: Context, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    findings: list[Finding] = []
    troubles: dict[str, Trouble] = {}
    ran: dict[str, Ran] = {}
    for generator in context.config.options.generated:
        result = run_generator(context, generator)
        if isinstance(result, Trouble):
            troubles[generator.name] = result
            continue
        ran[generator.name] = result
        findings += [finding for each in result.written for finding in generated_stale(each)]
        findings += [finding for each in result.strayed for finding in generated_outside(each)]
    outcome = Outcome(name=GENERATED, status=Status.PASSED, evidence=_evidence(ran, troubles))
    if troubles:
        outcome = msgspec.structs.replace(
            outcome,
            status=min((trouble.status for trouble in troubles.values()), key=lambda status: status.rank),
            reason="; ".join(f"{name}: {trouble.reason}" for name, trouble in troubles.items()),
            hint=next((trouble.hint for trouble in troubles.values() if trouble.hint), _HINT),
        )
    return signed(context, outcome, findings)


def _evidence(ran: Mapping[str, Ran], troubles: Mapping[str, Trouble]) -> dict[str, EvidenceValue]:
    untracked = [path for each in ran.values() for path in each.untracked]
    output = [line for trouble in troubles.values() for line in trouble.output]
    return {
        "files": sum(len(each.written) for each in ran.values()),
        "generators": [f"{name}: {len(each.written)} files" for name, each in ran.items()],
        **({"untracked": untracked} if untracked else {}),
        **({"output": output} if output else {}),
    }
