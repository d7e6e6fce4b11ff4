# SPDX-License-Identifier: Apache-2.0
"""`verify`: what is published, installed from the index into fresh environments and imported, far from the tree."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.model import FileRecord, Outcome, Status
from noxkit.engine._indexes import index_arguments
from noxkit.engine._rehearsal_room import DoubtError, fresh_room, judged_by_uv
from noxkit.engine._rules import signed
from noxkit.engine._scope import published
from noxkit.engine._select import supported_pythons
from noxkit.engine._tags import tag_template, tagged_versions
from noxkit.engine._task import Task
from noxkit.release._session import nothing_published
from noxkit.release._sources import stated_version
from noxkit.rules._rehearsals import RehearsalFacts, Unresolved
from noxkit.rules.rehearsals import deps_unresolvable, entrypoint_unresolvable, import_smoke

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._rehearsal_room import Room
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.model import Package

__all__ = ["VERIFY", "plan_verify"]

VERIFY = "verify"
"""The task's name."""

_RULES = (deps_unresolvable, import_smoke, entrypoint_unresolvable)


def plan_verify(context: Context, scope: Scope) -> list[Task]:
    """For each published package a task on the lowest and one on the highest Python that it admits."""
    packages = published(context, scope)
    if not packages:
        return nothing_published(VERIFY)
    return [
        Task(
            name=VERIFY,
            package=package.name,
            python=python,
            action=functools.partial(_verify, context, package, python),
            why="what is published installs and imports",
            cost=3.0,
        )
        for package in packages
        for python in _ends([each for each in supported_pythons(context) if package.admits(each)])
    ]


def _ends(pythons: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*pythons[:1], *pythons[-1:])))


def _version_of(context: Context, package: Package) -> str | None:
    """The version in the tree; where the build computes it, that of the newest tag."""
    stated = stated_version(context, package)
    tags = tagged_versions(tag_template(context, package), context.repository.tags) if stated is None else {}
    newest = max(tags.values(), default=None)
    try:
        return str(Version(stated)) if stated is not None else str(newest) if newest is not None else None
    except InvalidVersion:
        return stated


def _verify(context: Context, package: Package, python: str, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    version = _version_of(context, package)
    if version is None:
        reason = "the build computes its version, and no tag names one"
        return Outcome(name=VERIFY, status=Status.INCONCLUSIVE, reason=reason, hint="tag what was published")
    wanted = f"{package.name}=={version}"
    try:
        with fresh_room(context, python, ()) as room:
            unresolved = _install(context, room, package.name, wanted)
            # `import_all` asks for the project's name alone; what is installed is what the index gave
            installed = FileRecord(name=f"{package.name.replace('-', '_')}-{version}-py3-none-any.whl", sha256="")
            imported = None if unresolved else room.import_all(installed)
    except DoubtError as doubt:
        return Outcome(name=VERIFY, status=Status.INCONCLUSIVE, reason=doubt.reason, hint=doubt.hint)
    facts = RehearsalFacts(
        wheel=installed.name,
        python=python,
        unresolved=(Unresolved(reason=unresolved),) if unresolved else (),
        own=imported.own if imported else frozenset(),
        required=imported.required if imported else frozenset(),
        optional=frozenset[str]().union(*imported.extras.values()) if imported else frozenset(),
        roots=imported.roots if imported else frozenset(),
        failures=imported.failures if imported else (),
    )
    evidence = {"version": version, "interpreter": imported.python if imported else python}
    counted = {"imported": imported.tried} if imported else {}
    outcome = Outcome(name=VERIFY, status=Status.PASSED, evidence={**evidence, **counted})
    if imported is not None and imported.trouble:
        hint = "run the session again with `--verbose`"
        return Outcome(name=VERIFY, status=Status.INCONCLUSIVE, reason=imported.trouble, hint=hint)
    return signed(context, outcome, [finding for each in _RULES for finding in each(facts)])


def _install(context: Context, room: Room, name: str, wanted: str) -> str | None:
    """Why it cannot be installed, or None. Raises DoubtError."""
    where = ["--python", str(room.home), "--refresh-package", name, *index_arguments(context)]
    return judged_by_uv(room.uv("pip", "install", *where, wanted))
