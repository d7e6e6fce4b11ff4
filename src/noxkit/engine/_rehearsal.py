# SPDX-License-Identifier: Apache-2.0
"""The rehearsal of a release: each wheel in a fresh environment, and all of them together, without the tree."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, FileRecord, Outcome, Status
from noxkit.engine._contents import built_files
from noxkit.engine._rehearsal_room import DoubtError, Imported, distribution_of, fresh_room
from noxkit.engine._rules import signed
from noxkit.engine._select import supported_pythons
from noxkit.engine._task import Task
from noxkit.rules._rehearsals import RehearsalFacts, Unresolved
from noxkit.rules.rehearsals import (
    deps_unresolvable,
    entrypoint_unresolvable,
    extras_unresolvable,
    import_smoke,
    may_want_extra,
)
from noxkit.workspace.pythons import admits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._rehearsal_room import Room
    from noxkit.engine._task import ToolCall
    from noxkit.rules._rehearsals import ImportFailure
    from noxkit.workspace.model import Package

__all__ = ["REHEARSAL", "facts_of", "plan_rehearsal"]

REHEARSAL = "rehearsal"
"""The name of the task."""

_RULES = (deps_unresolvable, extras_unresolvable, import_smoke, entrypoint_unresolvable)


def plan_rehearsal(context: Context, packages: Sequence[Package], *, after: Sequence[Task]) -> list[Task]:
    """For each package and Python one task, and for each Python one of all wheels together; `after` are the builds."""
    skipped = "in `skip` of [tool.noxkit]" if REHEARSAL in context.config.options.skip else None
    builds = {task.package: task for task in after}
    pythons = _pythons(context)
    tasks = [
        _task(context, package, python, builds, not_due=skipped)
        for package in packages
        for python in pythons.get(package.name) or (None,)
    ]
    if len(packages) > 1:
        every = list(dict.fromkeys(python for package in packages for python in pythons.get(package.name, ())))
        due = [task.label for task in after if task.not_due is None]
        tasks += [
            Task(
                name=REHEARSAL,
                python=python,
                action=functools.partial(_together, context, python),
                not_due=skipped or (None if due else "nothing is built in this run"),
                why="all wheels together, without the tree",
                after=tuple(due),
                cost=4.0,
            )
            for python in every
        ]
    return tasks


def _task(
    context: Context, package: Package, python: str | None, builds: Mapping[str | None, Task], *, not_due: str | None
) -> Task:
    needed = [builds[name] for name in _closure(context, package.name) if name in builds]
    needed = [task for task in needed if task.not_due is None]
    names = frozenset(task.package for task in needed)
    own = builds.get(package.name)
    return Task(
        name=REHEARSAL,
        package=package.name,
        python=python,
        action=functools.partial(_rehearse, context, package, python, names=names),
        not_due=not_due or (own.not_due if own is not None else "it is not built in this run"),
        why="a release installs and imports",
        after=tuple(task.label for task in needed),
        cost=3.0,
    )


def _closure(context: Context, name: str) -> tuple[str, ...]:
    """The package and the members that it requires, directly or through others."""
    reached: dict[str, None] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached[current] = None
            waiting += context.repository.workspace.dependencies(current)
    return tuple(reached)


def _pythons(context: Context) -> dict[str, tuple[str, ...]]:
    """The Pythons of each package: the lowest and the highest that it admits, or each of them."""
    options = context.config.options
    rehearse = context.config.run.rehearse or options.release.rehearse
    found: dict[str, tuple[str, ...]] = {}
    for package in context.repository.workspace.packages:
        admitted = tuple(python for python in supported_pythons(context) if package.admits(python))
        found[package.name] = admitted if rehearse == "all" else tuple(dict.fromkeys((*admitted[:1], *admitted[-1:])))
    return found


def _rehearse(
    context: Context,
    package: Package,
    python: str | None,
    /,
    _call: ToolCall,
    needs: Mapping[str, object],
    *,
    names: frozenset[str | None],
) -> Outcome:
    """Rehearse one wheel; `names` are the packages that this run builds for it, itself among them."""
    if python is None:
        hint = "widen `requires-python`, or `python` in [tool.noxkit]"
        return _unsure("it admits no Python that the repository supports", hint)
    files = _wheels(needs)
    wheel = next((file for file in files if distribution_of(file) == package.name), None)
    if wheel is None:
        return _unsure("its wheel was not built", "mend what the build reports")
    there = {distribution_of(file) for file in files}
    missing = sorted(name for name in names if name is not None and name not in there)
    if missing:
        return _unsure(f"{', '.join(missing)}, which it requires, was not built", "mend what its build reports")
    return _concluded(context, python, wheel, files)


def _together(context: Context, python: str, _call: ToolCall, needs: Mapping[str, object]) -> Outcome:
    """All wheels in one environment: whether they resolve with each other."""
    wheels = [file for file in _wheels(needs) if _admits(context, file, python)]
    if not wheels:
        return _unsure("no wheel was built", "mend what the builds report")
    try:
        with fresh_room(context, python, wheels) as room:
            unresolved = room.install(wheels)
    except DoubtError as doubt:
        return _unsure(doubt.reason, doubt.hint)
    found = (Unresolved(reason=unresolved),) if unresolved else ()
    facts = RehearsalFacts(wheel=wheels[0].name, python=python, unresolved=found, together=True)
    evidence: dict[str, EvidenceValue] = {"wheels": len(wheels), "interpreter": python}
    outcome = Outcome(name=REHEARSAL, status=Status.PASSED, evidence=evidence)
    return signed(context, outcome, deps_unresolvable(facts))


def _concluded(context: Context, python: str, wheel: FileRecord, files: Sequence[FileRecord]) -> Outcome:
    """Resolve, install, import; what cannot be told is said, and what was found stands."""
    try:
        with fresh_room(context, python, files) as room:
            unresolved = room.install([wheel])
            imported = None if unresolved else room.import_all(wheel)
            broken, doubt = ([], None) if unresolved else _extras(context, room, wheel)
            facts = facts_of(wheel, python, imported or Imported())
            facts = dataclasses.replace(facts, failures=_with_extras(room, wheel, facts, imported or Imported()))
    except DoubtError as error:
        return _unsure(error.reason, error.hint)
    facts = dataclasses.replace(facts, unresolved=(Unresolved(reason=unresolved),) if unresolved else tuple(broken))
    outcome = _outcome(wheel, python, imported, doubt)
    return signed(context, outcome, [finding for each in _RULES for finding in each(facts)])


def facts_of(wheel: FileRecord, python: str, imported: Imported) -> RehearsalFacts:
    """What the rules read of a wheel that was imported on a Python."""
    return RehearsalFacts(
        wheel=wheel.name,
        python=python,
        own=imported.own,
        required=imported.required,
        optional=frozenset[str]().union(*imported.extras.values()),
        roots=imported.roots,
        failures=imported.failures,
    )


def _with_extras(room: Room, wheel: FileRecord, facts: RehearsalFacts, imported: Imported) -> tuple[ImportFailure, ...]:
    """The failures, of which it is known now which are none where the extras are installed."""
    asked = [failure for failure in facts.failures if may_want_extra(facts, failure)]
    extras = tuple(extra for extra, names in imported.extras.items() if names)
    works = room.works_with(wheel, asked, extras) if asked and extras else set[int]()
    return tuple(
        dataclasses.replace(failure, extras=extras) if failure.number in works else failure
        for failure in facts.failures
    )


def _extras(context: Context, room: Room, wheel: FileRecord) -> tuple[list[Unresolved], DoubtError | None]:
    """The extras of the package that cannot be resolved, and the first of which that cannot be told."""
    package = context.repository.workspace.package(distribution_of(wheel))
    broken: list[Unresolved] = []
    for extra in package.extras if package is not None else ():
        try:
            reason = room.resolve(wheel, extra=extra)
        except DoubtError as doubt:
            return broken, doubt
        broken += [Unresolved(reason=reason, extra=extra)] if reason else []
    return broken, None


def _outcome(wheel: FileRecord, python: str, imported: Imported | None, doubt: DoubtError | None) -> Outcome:
    evidence: dict[str, EvidenceValue] = {
        "wheel": wheel.name,
        "interpreter": imported.python if imported else python,
        **({"imported": imported.tried} if imported else {}),
    }
    outcome = Outcome(name=REHEARSAL, status=Status.PASSED, evidence=evidence)
    if imported is not None and imported.trouble:
        hint = "run the session again with `--verbose`"
        return msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=imported.trouble, hint=hint)
    if doubt is not None:
        return msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=doubt.reason, hint=doubt.hint)
    return outcome


def _unsure(reason: str, hint: str) -> Outcome:
    return Outcome(name=REHEARSAL, status=Status.INCONCLUSIVE, reason=reason, hint=hint)


def _wheels(needs: Mapping[str, object]) -> tuple[FileRecord, ...]:
    return tuple(file for file in built_files(needs) if file.name.endswith(".whl"))


def _admits(context: Context, file: FileRecord, python: str) -> bool:
    package = context.repository.workspace.package(distribution_of(file))
    return package is None or package.requires_python is None or admits(package.requires_python, python)
