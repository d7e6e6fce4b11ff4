# SPDX-License-Identifier: Apache-2.0
"""The plan of the test sessions: which folders are tested on which Python, in which environment."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from noxkit.engine._facts import has_pytest_configuration, pinned_python
from noxkit.engine._task import Task
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.workspace.model import Package

__all__ = ["default_python", "plan_tests", "plan_tests_everywhere"]


def default_python(context: Context) -> str | None:
    """The Python of `check`: as configured, else a supported one in .python-version, else the lowest installed."""
    options = context.config.options
    supported = tuple(options.python or context.repository.pythons)
    if options.default_python:
        return options.default_python
    pinned = pinned_python(context.repository)
    return pinned if pinned in supported else context.first_available(supported)


def plan_tests(context: Context, scope: Scope, python: str | None) -> list[Task]:
    """One task for the whole root where pytest is configured there, else one for each member with tests.

    Members that do not admit `python` are left out; `python` is None where no supported Python is.
    """
    tool = load_tools()["tests"]
    choice = tool.choice(context.repository)
    base = Task(
        name="tests",
        tool=tool,
        python=python,
        why=choice.why,
        arguments=context.config.pytest_arguments,
        environment=python,
        cost=60,
    )
    if "tests" in context.config.options.skip:
        return [_skipped(base, "in `skip` of [tool.noxkit]")]
    if scope.nothing:
        return [_skipped(base, scope.fact or "nothing affected")]
    if python is None:
        return [_skipped(base, "no supported Python is admitted by requires-python")]
    members = scope.packages if scope.packages is not None else context.repository.workspace.packages
    outside = [package for package in members if not package.admits(python)]
    if members and len(outside) == len(members):
        return [_skipped(base, f"no member admits Python {python}")]
    parts = _parts(context, [package for package in members if package not in outside])
    if parts is None:
        excluded = tuple(package.folder for package in outside if package.folder != ".")
        return [_due(context, base, scope.paths(), excluded=excluded)]
    return [_due(context, base, (package.folder,), package=package.name) for package in parts]


def plan_tests_everywhere(context: Context, scope: Scope, python: str | None) -> list[Task]:
    """The tests on `python`, and those of the members that do not admit it on the lowest Python that they do admit."""
    members = scope.packages if scope.packages is not None else context.repository.workspace.packages
    later = [package for package in members if python is not None and not package.admits(python)]
    tasks = plan_tests(context, scope, python) if len(later) < max(1, len(members)) else []
    supported = tuple(context.config.options.python or context.repository.pythons)
    for floor in supported:
        floors = {package: next((each for each in supported if package.admits(each)), None) for package in later}
        own = tuple(package for package in later if floors[package] == floor)
        if own:
            tasks += plan_tests(context, dataclasses.replace(scope, packages=own), floor)
    return tasks or plan_tests(context, scope, python)


def _parts(context: Context, members: Sequence[Package]) -> list[Package] | None:
    """The members that are tested one by one; None where one run from the root is what the repository means."""
    workspace = context.repository.workspace
    if len(workspace.packages) <= 1 or has_pytest_configuration(context.repository):
        return None
    tool = load_tools()["tests"]
    tested = [
        package
        for package in members
        if package.folder != "." and tool.not_due(context.repository, (package.folder,)) is None
    ]
    return tested or None


def _due(
    context: Context, base: Task, paths: tuple[str, ...], *, package: str | None = None, excluded: tuple[str, ...] = ()
) -> Task:
    tool = load_tools()["tests"]
    not_due = tool.not_due(context.repository, paths)
    if paths == (".",) and has_pytest_configuration(context.repository):
        not_due = None  # who configures pytest means to have tests: that there are none is for pytest to find
    environment = base.environment if not_due is None else None
    return dataclasses.replace(
        base, paths=paths, package=package, excluded=excluded, not_due=not_due, environment=environment
    )


def _skipped(base: Task, reason: str) -> Task:
    return dataclasses.replace(base, not_due=reason, environment=None)
