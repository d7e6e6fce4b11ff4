# SPDX-License-Identifier: Apache-2.0
"""The names of tasks: which ones arguments and the configuration may name, and which tasks they leave."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from noxkit.config.load import faults_of
from noxkit.diagnostics.positions import TomlPositions, TomlSpan
from noxkit.engine._select import all_tools
from noxkit.engine._shared import SharedCacheError
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.rules import family_options, load_families, load_rules
from noxkit.tools import load_tools
from noxkit.tools._codes import TOOL_CODES
from noxkit.workspace._tables import table
from noxkit.workspace.pythons import SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.engine._context import Context

__all__ = ["apply_names", "asked_away", "check_names", "task_names"]

_STEPS = frozenset({"coverage-combine", "coverage-json"})  # tools that the task `coverage` runs: no tasks by themselves
_OWN = frozenset(
    {
        *("commits", "consistency", "coverage", "environment", "generated", "pull_request", "source", "urls"),
        *("bump", "changelog", "deps_update", "leftovers", "publish", "sbom", "tag", "verify"),
        *("plan", "commit", "release_check", "push", "forge_release", "rollback"),
        *("build", "licenses", "advisories", "moment", "previous", "rehearsal", "wheel_contents"),
    }
)


def task_names(context: Context) -> frozenset[str]:
    """The names that tasks of any session can have, the repository's own commands among them."""
    tools = {name for name, tool in load_tools().items() if tool.step_of is None}
    return frozenset({*tools, *_OWN} - _STEPS - {"environment"}) | {
        command.name for command in context.config.options.commands
    }


def check_names(context: Context) -> None:
    """Raise NoxkitError with a record for each name in the configuration that stands for nothing."""
    records = [
        *_unknown_tasks(context),
        *_unknown_versions(context),
        *_wrong_commands(context),
        *_wrong_generators(context),
        *_wrong_pythons(context),
        *_wrong_rules(context),
        *_wrong_cache(context),
    ]
    if records:
        raise NoxkitError(records)


def _unknown_tasks(context: Context) -> Iterator[ErrorRecord]:
    options, names = context.config.options, task_names(context)
    checkers = {name for name, tool in load_tools().items() if tool.type_checker}
    for name in options.skip:
        if name not in names:
            yield _record(
                context, "skip", f"`{name}` in `skip` is not the name of a task", did_you_mean(name, names), name=name
            )
    for name in options.paths:
        if name not in names:
            yield _record(
                context, f"paths.{name}", f"`{name}` in `paths` is not the name of a task", did_you_mean(name, names)
            )
    for name in options.typecheck.checkers or ():
        if name not in checkers:
            message = f"`{name}` in `typecheck.checkers` is not a type checker that noxkit runs"
            yield _record(context, "typecheck.checkers", message, did_you_mean(name, checkers), name=name)


def _unknown_versions(context: Context) -> Iterator[ErrorRecord]:
    installed = (tool for tool in all_tools(context).values() if tool.own_environment or tool.executable == "python")
    tools = {canonicalize_name(Requirement(tool.distribution).name) for tool in installed}
    for name in context.config.options.tools:
        if canonicalize_name(name) == "uv":
            hint = "uv has `required-version` in [tool.uv] for that"
        elif canonicalize_name(name) in tools:
            continue
        else:
            hint = did_you_mean(name, tools)
        yield _record(context, f"tools.{name}", f"`{name}` in `tools` is not a tool that noxkit installs", hint)


def _wrong_commands(context: Context) -> Iterator[ErrorRecord]:
    taken = {*load_tools(), *_OWN}
    sessions = {session for tool in load_tools().values() for session in tool.sessions}
    for command in context.config.options.commands:
        if command.name in taken:
            message = f"`{command.name}` in `commands` is the name of a task of noxkit's own"
            yield _record(context, "commands", message, "give the command another name")
        for name in command.sessions:
            if name not in sessions:
                message = f"`{name}` in `sessions` of the command `{command.name}` is no session that runs commands"
                yield _record(context, "commands", message, did_you_mean(name, sessions))


def _wrong_generators(context: Context) -> Iterator[ErrorRecord]:
    for generator in context.config.options.generated:
        if generator.requirement is not None and generator.environment == "project":
            message = f'`{generator.name}` in `generated` has both `requirement` and `environment = "project"`'
            yield _record(context, "generated", message, "keep one: each has a Python of its own")


def _wrong_rules(context: Context) -> Iterator[ErrorRecord]:
    """Codes that no rule has, and options that no family of rules has or that are of another type."""
    options = context.config.options
    codes = load_rules().keys() | TOOL_CODES.keys()
    families = load_families()
    if not options.plugins:  # whose codes are known only when they are loaded
        asked = [("select", name) for name in options.select] + [("run.rule", name) for name in context.config.run.rule]
        asked += [("kinds", code) for kind in options.kinds for code in (*kind.select, *kind.ignore)]
        for option, name in asked:
            if name not in codes and name not in families and ":" not in name:
                message = f"`{name}` in `{option.removeprefix('run.')}` is neither the code of a rule nor a family"
                hint = did_you_mean(name, codes if name.startswith("NK-") else families, kind="names")
                yield _record(context, option, message, hint, name=name)
    kinds = family_options()
    for family, given in options.rules.items():
        if family not in kinds:
            message = f"`{family}` in `rules` is not a family of rules that has options"
            yield _record(context, "rules", message, did_you_mean(family, kinds, kind="families"))
            continue
        for fault in faults_of(kinds[family], given, family=family):
            yield _record(context, "rules", fault.message, fault.hint)


def _wrong_pythons(context: Context) -> Iterator[ErrorRecord]:
    """Pythons that would switch off whatever runs on them: those that noxkit or no package supports."""
    options, packages = context.config.options, context.repository.workspace.packages
    default = [("default-python", options.default_python)] if options.default_python else []
    for option, python in [*(("python", python) for python in options.python or ()), *default]:
        if python not in SUPPORTED:
            hint = f"noxkit supports {SUPPORTED[0]} to {SUPPORTED[-1]}"
            yield _record(context, option, f"`{python}` in `{option}` is not a Python that noxkit supports", hint)
        elif packages and not any(package.admits(python) for package in packages):
            message = f"`{python}` in `{option}` is admitted by no package's requires-python"
            yield _record(context, option, message, "correct the option, or widen requires-python")


def _wrong_cache(context: Context) -> Iterator[ErrorRecord]:
    try:
        _ = context.shared
    except SharedCacheError as error:
        yield _record(context, "shared-cache", str(error), error.hint)


def _record(context: Context, option: str, message: str, hint: str, *, name: str | None = None) -> ErrorRecord:
    """The record, at `name` in the value of `option` where it stands in pyproject.toml."""
    source = context.config.source(option)
    path, _, line = source.place.rpartition(":")
    if source.kind != "pyproject" or not line.isdigit():
        return ErrorRecord(code="NK-ARGUMENT-VALUE", message=f"{message} ({source.place})", hint=hint)
    span = _span(context, path, ("tool", "noxkit", *option.split(".")), name)
    if span is None or (name is None and span.line != int(line)):
        span = TomlSpan(line=int(line), column=1, end_column=2)
    return ErrorRecord(
        code="NK-CONFIG-VALUE",
        message=message,
        hint=hint,
        path=path,
        line=span.line,
        column=span.column,
        end_column=span.end_column,
    )


def _span(context: Context, path: str, way: tuple[str | int, ...], name: str | None) -> TomlSpan | None:
    """Where `name` stands among the items below `way`; the key there where it is none of them."""
    try:
        positions = TomlPositions((context.root / path).read_bytes())
    except OSError:
        return None
    *above, last = map(str, way)
    value = table(context.repository.pyproject, *above).get(last)
    items = cast("list[object]", value) if isinstance(value, list) else []
    return positions.value((*way, items.index(name))) if name in items else positions.key(way)


def apply_names(context: Context, tasks: Sequence[Task]) -> list[Task]:
    """Leave the tasks that `--only` and `--skip` name, and the builds without which those have nothing to look at.

    Raises NoxkitError for a name that no session has.

    Arguments are shared by all sessions of a call. Where none of a session's tasks is left, all of
    them stand there as not due, with the reason.
    """
    known = task_names(context)
    for flag, names in (("--only", context.config.run.only), ("--skip", context.config.run.skip)):
        for name in names:
            if name not in known:
                message = f"`{name}` of {flag} is not the name of a task"
                raise NoxkitError(
                    ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=did_you_mean(name, known))
                )
    named = [task for task in tasks if _is_named(context, task)]
    needed = {label for task in named for label in task.after}
    needed -= {task.label for task in tasks if task.name != "build" or _is_skipped(context, task)}
    left = [task for task in tasks if task in named or task.label in needed]
    return [*left, *_checkers_off(context, tasks)] or [_away(context, task) for task in tasks]


def asked_away(context: Context, tasks: Sequence[Task]) -> bool:
    """Whether `--only` or `--skip` leave nothing of a session that could have run what they name."""
    return bool(tasks) and not any(_is_named(context, task) for task in tasks)


def _is_named(context: Context, task: Task) -> bool:
    only = context.config.run.only
    return (not only or task.name in only) and not _is_skipped(context, task)


def _is_skipped(context: Context, task: Task) -> bool:
    return task.name in context.config.run.skip


def _away(context: Context, task: Task) -> Task:
    reason = "named by --skip" if _is_skipped(context, task) else "not named by --only"
    return dataclasses.replace(task, not_due=reason, environment=None)


def _checkers_off(context: Context, tasks: Sequence[Task]) -> Iterator[Task]:
    """A row for each type checker that `--only` names and that is not on in this session."""
    planned = {task.name for task in tasks}
    if not any(task.tool is not None and task.tool.type_checker for task in tasks):
        return
    for name in context.config.run.only:
        tool = load_tools().get(name)
        if tool is not None and tool.type_checker and name not in planned and name not in context.config.run.skip:
            reason = "off: neither chosen by this repository nor in `checkers` of [tool.noxkit.typecheck]"
            yield Task(name=name, tool=tool, not_due=reason)
