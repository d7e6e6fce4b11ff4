# SPDX-License-Identifier: Apache-2.0
"""What the sessions run, as sessions of a plain noxfile: for whoever leaves."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._execute import pin_for
from noxkit.engine._select import plan_checkers, plan_commands, plan_static, supported_pythons
from noxkit.engine._tests import plan_tests
from noxkit.environments.tool import locked_version
from noxkit.tools._base import Job, Plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task
    from noxkit.tools._base import Tool

__all__ = ["INTERPRETER", "PYTHON", "ROOT", "PlainSession", "plain_sessions"]

INTERPRETER = "\ue000interpreter"
"""Stands for the Python of the session's environment in a command; no other word has its first character."""

ROOT = "\ue000root"
"""Stands for the folder of the noxfile."""

PYTHON = "\ue000python"
"""Stands for the version of that Python."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlainSession:
    """A session of a plain noxfile.

    `installs` are requirements; `project` says that the project is installed as well, with all extras and groups;
    `pythons` are minors, none for the Python that runs nox.
    """

    name: str
    about: str
    commands: tuple[Plain, ...]
    tags: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()
    project: bool = False
    pythons: tuple[str, ...] = ()
    takes_arguments: bool = False


def plain_sessions(context: Context, scope: Scope) -> tuple[list[PlainSession], list[str]]:
    """The sessions, and what is left out of them, in words."""
    left: list[str] = []
    found: dict[str, PlainSession] = {}
    lint = [*plan_checkers(context, scope), *plan_static(context, scope, "lint")]
    commands = plan_commands(context, scope, {task.name for task in lint})
    with tempfile.TemporaryDirectory() as scratch:
        for task in _due([*lint, *commands], left):
            session = _session(context, task, "lint", scratch=Path(scratch))
            if session.commands:
                found[task.name] = session
            else:
                left.append(f"{task.name}: {_tool(task).summary}; no command alone finds just that")
        for task in _due(plan_static(context, scope, "fmt"), []):
            found[f"fmt_{task.name}"] = _session(context, task, "fmt", scratch=Path(scratch))
        pythons = supported_pythons(context)
        tests = _due(plan_tests(context, scope, pythons[0] if pythons else None), [])
        if tests:
            found["tests"] = _tests(context, tests, scratch=Path(scratch))
            found["coverage"] = _coverage(context)
    found |= {each.name: each for each in _built(context)}
    return list(found.values()), left


def _due(tasks: Iterable[Task], left: list[str]) -> list[Task]:
    """The tasks that run and whose findings count; the others are told in `left`."""
    due: list[Task] = []
    for task in tasks:
        if task.tool is None or task.not_due is not None:
            continue
        if task.advisory:
            left.append(f"{task.name}: this repository has not chosen it, so its findings were warnings")
        else:
            due.append(task)
    return due


def _session(context: Context, task: Task, tag: str, *, scratch: Path) -> PlainSession:
    tool = _tool(task)
    project = tool.needs_interpreter or not (
        tool.own_environment or tool.executable == "uv" or task.environment is None
    )
    checker = tool.type_checker
    job = _job(context, task, tool, scratch=scratch)
    return PlainSession(
        name=task.name if tag == "lint" else f"fmt_{task.name}",
        about=f"{tool.summary[:1].upper()}{tool.summary[1:].rstrip('.')}."
        if tag == "lint"
        else f"{tool.name}, and it writes.",
        commands=tuple(_portable(tool.plain(job), context.root)),
        tags=("typecheck",) if checker else (tag,),
        installs=(_requirement(context, tool),) if tool.own_environment else (),
        project=project,
        pythons=tuple(supported_pythons(context)) if checker else (),
    )


def _tests(context: Context, tasks: Sequence[Task], *, scratch: Path) -> PlainSession:
    jobs = [(_tool(task), _job(context, task, _tool(task), scratch=scratch)) for task in tasks]
    plain = (each for tool, job in jobs for each in _portable(tool.plain(job), context.root))
    data = (("COVERAGE_FILE", f"{ROOT}/.coverage.{PYTHON}"),)
    return PlainSession(
        name="tests",
        about="The tests, with coverage data.",
        commands=tuple(dataclasses.replace(each, variables=data) for each in plain),
        installs=tuple(_either(context, name) for name in ("pytest", "coverage")),
        project=True,
        pythons=tuple(supported_pythons(context)),
        takes_arguments=True,
    )


def _coverage(context: Context) -> PlainSession:
    """Combine, and a report for each group: new lines and the ratchet have no command of coverage's."""
    commands: list[tuple[str, ...]] = [("coverage", "combine", "--keep")]
    for group in context.config.options.coverage.groups:
        floor = () if group.fail_under is None else (f"--fail-under={group.fail_under:g}",)
        commands.append(("coverage", "report", f"--include={','.join(group.paths)}", *floor))
    if len(commands) == 1:
        commands.append(("coverage", "report"))
    return PlainSession(
        name="coverage",
        about="Combine the coverage data of all Pythons, and compare it with the floors.",
        commands=tuple(Plain(words=words) for words in commands),
        installs=(_either(context, "coverage"),),
    )


def _built(context: Context) -> Iterator[PlainSession]:
    packages = context.repository.workspace.packages
    published = [package for package in packages if package.publish]
    if not published:
        return
    one = len(packages) == 1
    commands = [
        ("uv", "build", "--out-dir", "dist", *(() if one else ("--package", package.name))) for package in published
    ]
    yield PlainSession(
        name="build",
        about="An sdist and the wheel from it of what is published.",
        commands=tuple(Plain(words=words) for words in commands),
    )
    yield PlainSession(
        name="wheel_contents",
        about="Whether the index takes what is in dist/.",
        commands=(Plain(words=("twine", "check", "--strict", "dist/*")), Plain(words=("check-wheel-contents", "dist"))),
        installs=(f"twine=={locked_version('twine')}", "check-wheel-contents"),
    )


def _tool(task: Task) -> Tool:
    if task.tool is None:
        raise ValueError(f"{task.label} runs no tool")
    return task.tool


def _job(context: Context, task: Task, tool: Tool, *, scratch: Path) -> Job:
    """A job whose environments are words that stand for those of the session."""
    locked = context.repository.locked_versions
    return Job(
        repository=context.repository,
        executable=Path(tool.executable),
        scratch=scratch,
        paths=task.paths,
        python=PYTHON if tool.type_checker else task.python,
        interpreter=Path(INTERPRETER) if task.environment is not None or tool.needs_interpreter else None,
        arguments=task.arguments,
        excluded=task.excluded,
        package=task.package,
        write=task.write,
        installed=frozenset(locked),
    )


def _portable(commands: Iterable[Plain], root: Path) -> Iterator[Plain]:
    """Without the root's own place: what stands in a noxfile holds on other machines too."""
    for each in commands:
        words = tuple(_relative(word, root) for word in each.words)
        variables = tuple((name, _relative(value, root)) for name, value in each.variables)
        yield dataclasses.replace(each, words=words, variables=variables)


def _relative(text: str, root: Path) -> str:
    return text.replace(f"{root}/", "").replace(str(root), ".")


def _either(context: Context, distribution: str) -> str:
    """A distribution at the version of the lock; of any version where there is none."""
    versions = context.repository.locked_versions.get(distribution, ())
    return f"{distribution}=={versions[0]}" if len(versions) == 1 else distribution


def _requirement(context: Context, tool: Tool) -> str:
    pin = pin_for(context, tool)
    specifier = pin.specifier or (f"=={locked_version(tool.distribution)}" if pin.specifier is None else "")
    return tool.distribution if "=" in tool.distribution else f"{tool.distribution}{specifier}"
