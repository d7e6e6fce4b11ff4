# SPDX-License-Identifier: Apache-2.0
"""Which tools are on, how strictly, and on what: the plan of the static sessions and of the grid."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._facts import declared_requirements, holds
from noxkit.engine._paths import nothing_left, paths_for, within
from noxkit.engine._task import Task
from noxkit.environments.project import STAND_IN
from noxkit.tasks.store import key_of
from noxkit.tools import load_tools
from noxkit.tools._command import command_tools

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.tools._base import Choice, Tool
    from noxkit.workspace.model import Package, Repository

__all__ = ["STRICT_ONLY", "all_tools", "checkers", "plan_checkers", "plan_commands", "plan_static", "supported_pythons"]

STRICT_ONLY = 'off in this profile: `profile = "strict"` in [tool.noxkit] turns it on'
"""The fact for which a tool that is no advice is not due where the repository has not chosen it."""

_STRICT = 'profile = "strict"'
_STRICT_CHECKERS = ("ty", "pyrefly", "pyright")
_DEFAULT_CHECKER = "ty"
_LINES_PER_FILE = 300  # the average of the tree that the budgets speak of


def all_tools(context: Context) -> dict[str, Tool]:
    """Every tool by the name of its task: noxkit's own and the repository's `[[tool.noxkit.commands]]`."""
    return {**load_tools(), **command_tools(context.config.options.commands)}


def checkers(context: Context) -> dict[str, tuple[str, bool]]:
    """The type checkers that are on, each with why, and whether it is only advice.

    Configured ones as configured; else those that the repository has chosen, with ty, pyrefly and
    pyright beside them in `strict`; else ty, as advice. One that a dependency group installs beside
    another that is configured is advice too: what its developers run it on stands nowhere.
    """
    tools = {name: tool for name, tool in load_tools().items() if tool.type_checker}
    configured = context.config.options.typecheck.checkers
    if configured is not None:
        return dict.fromkeys(configured, ("typecheck.checkers in [tool.noxkit]", False))
    chosen = {name: tool.choice(context.repository) for name, tool in tools.items()}
    on = {name: (choice.why, False) for name, choice in chosen.items() if choice.chosen}
    settled = {name for name in on if _is_configured(tools[name], context.repository)}
    if settled:
        aside = f"is not configured, as {', '.join(sorted(settled))} is; as advice"
        on = {name: (why, False) if name in settled else (f"{why}, {aside}", True) for name, (why, _) in on.items()}
    if context.config.options.profile == "strict":
        on = {**dict.fromkeys(_STRICT_CHECKERS, (_STRICT, False)), **on}
    return on or {_DEFAULT_CHECKER: ("no type checker is chosen", True)}


def _is_configured(checker: Tool, repository: Repository) -> bool:
    """Whether more than a requirement shows the choice: a table, a file, a section or a hook."""
    return dataclasses.replace(checker.chooser, distributions=()).choice(repository).chosen


def plan_static(context: Context, scope: Scope, session: str) -> list[Task]:
    """The tools of `session` that are not type checkers, due or not."""
    tools = [tool for tool in all_tools(context).values() if session in tool.sessions and not tool.type_checker]
    tools = [tool for tool in tools if not tool.reads_built and tool.step_of is None]
    return [_static_task(context, scope, tool, session) for tool in tools if tool.name not in {"tests", "coverage"}]


def plan_commands(context: Context, scope: Scope, planned: Collection[str]) -> list[Task]:
    """The `[[tool.noxkit.commands]]` of this session that its plan, by the names in `planned`, has not got yet."""
    session = context.family
    tools = [tool for tool in command_tools(context.config.options.commands).values() if session in tool.sessions]
    return [_static_task(context, scope, tool, session) for tool in tools if tool.name not in planned]


def _static_task(context: Context, scope: Scope, tool: Tool, session: str) -> Task:
    choice = tool.choice(context.repository)
    paths = paths_for(context, scope, tool.name)
    pythons = supported_pythons(context)
    selected = sorted(tool.own_codes & set(context.config.options.select))
    advisory = not choice.chosen and not selected and context.config.options.profile != "strict"
    not_due = _not_due(context, scope, tool, paths)
    if not_due is None and tool.strict_only and advisory:
        not_due = STRICT_ONLY
    if not_due is None and tool.needs_interpreter and not pythons:
        not_due = "no supported Python is admitted by requires-python"
    task = Task(
        name=tool.name,
        tool=tool,
        paths=paths,
        why=_why(choice, selected, advisory=advisory),
        not_due=not_due,
        advisory=advisory,
        environment=context.first_available(pythons) if tool.needs_interpreter else None,
        python=pythons[0] if tool.per_python and pythons else None,
        write=session in {"fmt", "fix"},
        cost=_cost(context, tool, paths),
    )
    return task if paths or not_due is not None else _without_paths(task)


def _why(choice: Choice, selected: Sequence[str], *, advisory: bool) -> str:
    """The fact for which a tool is on."""
    if choice.chosen:
        return choice.why
    if selected:
        return f"`{selected[0]}` in `select` of [tool.noxkit]"
    return f"{choice.why}; {'on by default, as advice' if advisory else _STRICT}"


def _without_paths(task: Task) -> Task:
    """The task as due and never passed: its `paths` match nothing, so that the tool would read nothing, or all."""
    reason = f"`paths` for {task.name} in [tool.noxkit] match no file"
    hint = f"correct the globs, or add `{task.name}` to `skip` in [tool.noxkit]"
    outcome = Outcome(name=task.name, status=Status.INCONCLUSIVE, reason=reason, hint=hint)

    def nothing(_call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
        return outcome

    return dataclasses.replace(task, tool=None, environment=None, action=nothing)


def plan_checkers(context: Context, scope: Scope, pythons: Sequence[str] | None = None) -> list[Task]:
    """A task for each type checker and Python, ends first; on the lowest Python alone where none is named.

    Members that do not admit a Python are left out of its column. Where only one column is asked
    for, those members get a task of their own on the lowest Python that they admit.
    """
    supported = supported_pythons(context)
    columns = _ends_first(pythons) if pythons is not None else supported[:1]
    tasks: list[Task] = []
    for name, (why, advisory) in checkers(context).items():
        tool = load_tools()[name]
        paths = paths_for(context, scope, tool.name)
        not_due = _not_due(context, scope, tool, paths)
        if not_due is None and not columns:
            not_due = "no supported Python is admitted by requires-python"
        base = Task(
            name=name,
            tool=tool,
            why=why,
            advisory=advisory,
            paths=paths,
            not_due=not_due,
            cost=_cost(context, tool, paths),
        )
        if not_due is not None or not paths:
            tasks.append(base if paths or not_due is not None else _without_paths(base))
            continue
        tasks += _cells(context, scope, base, columns, alone=pythons is None) or [_no_column(base, columns)]
    return tasks


def _no_column(base: Task, columns: Sequence[str]) -> Task:
    return dataclasses.replace(base, not_due=f"no member admits Python {', '.join(columns)}")


def _cells(context: Context, scope: Scope, base: Task, columns: Sequence[str], *, alone: bool) -> list[Task]:
    members = scope.packages if scope.packages is not None else context.repository.workspace.packages
    cells = [cell for python in columns if (cell := _cell(context, base, python, members)) is not None]
    if alone:
        later = [package for package in members if not package.admits(columns[0])]
        floors = {python: [p for p in later if _floor(context, p) == python] for python in supported_pythons(context)}
        cells += [
            dataclasses.replace(
                base, python=python, paths=paths, environment=_made_with(context, python), cost=base.cost / 10
            )
            for python, packages in floors.items()
            if (paths := within(base.paths, [package.folder for package in packages]))
            and base.tool is not None
            and base.tool.not_due(context.repository, paths) is None
        ]
    return cells


def _cell(context: Context, base: Task, python: str, members: Sequence[Package]) -> Task | None:
    admitted = [package.folder for package in members if package.admits(python)]
    excluded = tuple(package.folder for package in members if not package.admits(python))
    if members and not admitted:
        return None
    if "." in excluded:
        paths = within(base.paths, admitted)
    else:
        paths = tuple(path for path in base.paths if within([path], excluded) != (path,))
    home = _environment_for(context, python)
    return dataclasses.replace(base, python=python, paths=paths, excluded=excluded, environment=home) if paths else None


def _environment_for(context: Context, python: str) -> str:
    """The environment that serves the column `python`: the lowest Python's, while that holds all that the column needs.

    The grid needs no more interpreters than the machine has: another one stands in for one that is absent.
    """
    lowest = supported_pythons(context)[0]
    if context.config.options.typecheck.environments == "each":
        return _made_with(context, python)
    members = context.repository.workspace.packages
    everyone = all(package.admits(lowest) or not package.admits(python) for package in members)
    enough = everyone and _direct(context, python) <= _direct(context, lowest)
    return _made_with(context, lowest if enough else python)


def _made_with(context: Context, python: str) -> str:
    """`3.10` where that is installed, `3.10-on-3.12` where 3.12 is the first that is; uv downloads it where none is."""
    there = context.first_available((python, *supported_pythons(context)))
    return python if there in {python, None} else f"{python}{STAND_IN}{there}"


def _direct(context: Context, python: str) -> frozenset[str]:
    """The distributions that the members ask for on `python`, by their markers."""
    names: set[str] = set()
    for line in declared_requirements(context.repository, run_time=True):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if holds(requirement.marker, python):
            names.add(requirement.name.lower())
    return frozenset(names)


def _floor(context: Context, package: Package) -> str | None:
    return next((python for python in supported_pythons(context) if package.admits(python)), None)


def _ends_first(pythons: Sequence[str]) -> tuple[str, ...]:
    """The lowest and the highest before those between: together they show almost all that all show."""
    ordered = tuple(pythons)
    return (*ordered[:1], *ordered[-1:], *ordered[1:-1]) if len(ordered) > 2 else ordered


def supported_pythons(context: Context) -> tuple[str, ...]:
    """The Pythons of the configuration, else those that requires-python admits, lowest first."""
    return tuple(context.config.options.python or context.repository.pythons)


def _not_due(context: Context, scope: Scope, tool: Tool, paths: Sequence[str]) -> str | None:
    if tool.name in context.config.options.skip:
        return "in `skip` of [tool.noxkit]"
    if scope.nothing:
        return scope.fact
    if tool.name in context.config.options.paths and not paths:
        return nothing_left(context, scope, tool.name)
    return tool.not_due(context.repository, paths)


def _cost(context: Context, tool: Tool, paths: Sequence[str]) -> float:
    """Seconds that the tool took last time in this tree; else an estimate from the number of files."""
    kept = context.store.get(key_of("seconds", tool.name))
    if kept is not None:
        return float(kept.decode())
    lines = len(context.repository.python_files(paths)) * _LINES_PER_FILE
    return tool.cost * lines / 100_000
