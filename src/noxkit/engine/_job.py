# SPDX-License-Identifier: Apache-2.0
"""One run of one tool for one task: its job, its process, its outcome."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._noxfile import without_noxfile_imports
from noxkit.engine._results import Question, kept_or_run
from noxkit.tasks.process import StartError
from noxkit.tools import load_tools
from noxkit.tools._base import Job, Tool

if TYPE_CHECKING:
    from noxkit.engine._context import Context
    from noxkit.engine._task import Task
    from noxkit.environments.project import ProjectEnvironment
    from noxkit.environments.tool import ToolEnvironment

__all__ = ["Homes", "Share", "run_tool"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a task gets of the machine: `nice` as in nice(1), and at most `threads` where not None."""

    nice: int = 0
    threads: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """The environments that a task runs in: the tool's own, the project's, or both."""

    own: ToolEnvironment | None
    project: ProjectEnvironment | None

    def evidence(self, context: Context, tool: Tool) -> dict[str, EvidenceValue]:
        """Version of the tool and who chose it, and the interpreter that really is there."""
        facts: dict[str, EvidenceValue] = {}
        if self.own is not None:
            facts |= {"version": self.own.version, "version_from": self.own.source}
        if self.project is not None:
            facts |= {"interpreter": self.project.version}
        if not facts and tool.executable == "uv":
            facts = {"version": context.uv.version, "version_from": context.uv.origin}
        return facts

    def executable(self, context: Context, tool: Tool) -> Path:
        """The program of `tool`: in its own environment, uv, a program on PATH, or the project's Python."""
        if self.own is not None and tool.own_environment:
            return self.own.programs / tool.executable
        if tool.executable == "uv":
            return context.uv.path
        return self.project.interpreter if self.project is not None else Path(tool.executable)


def run_tool(context: Context, task: Task, tool: Tool, *, homes: Homes) -> Outcome:
    """Run `tool` for `task` and conclude. A program that does not start is inconclusive, and so is nothing to read."""
    if not task.paths:  # a tool without a path would take the whole tree
        hint = f"correct `{tool.name}` in `paths` of [tool.noxkit]: the paths that it names hold no file"
        return Outcome(name=task.name, status=Status.INCONCLUSIVE, reason="no file to read", hint=hint)
    facts = homes.evidence(context, tool)
    try:
        context.state.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=context.state))
    except OSError as error:
        hint = "free disk space, and make `.nox` a folder that can be written"
        reason = f"no scratch folder can be made: {error.strerror}"
        return Outcome(name=task.name, status=Status.INCONCLUSIVE, reason=reason, hint=hint, evidence=facts)
    try:
        job = _job(context, task, tool, homes=homes, scratch=scratch)
        outcome = _call(context, task, tool, job=job, project=homes.project)
    except StartError as error:
        hint = f"install what brings `{tool.executable}`, or add `{task.name}` to `skip` in [tool.noxkit]"
        outcome = Outcome(name=task.name, status=Status.INCONCLUSIVE, reason=str(error), hint=hint)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return msgspec.structs.replace(outcome, evidence={**facts, **outcome.evidence})


def _call(context: Context, task: Task, tool: Tool, *, job: Job, project: ProjectEnvironment | None) -> Outcome:
    command = tool.command(job)
    environment = {
        **context.without_credentials,
        **_activated(context, tool, job),
        **tool.environment_for(job),
    }

    def run(files: tuple[str, ...] | None) -> Outcome:
        part = job if files is None else dataclasses.replace(job, paths=files)
        completed = context.runner.run(
            command if files is None else tool.command(part),
            task=task.label,
            cwd=tool.folder_for(job),
            environment={**environment, **_limited(tool, job)},
            timeout=context.config.options.timeout,
            nice=context.shares[task.label].nice,
        )
        outcome = tool.conclude(part, completed)
        return without_noxfile_imports(outcome, context.root) if tool.type_checker else outcome

    question = Question(task=task, tool=tool, job=job, command=command, environment=environment, project=project)
    return kept_or_run(context, question, run)


def _limited(tool: Tool, job: Job) -> dict[str, str | None]:
    """A variable and not an option: a version that the project pins may not know the option."""
    if tool.threads_variable is None or job.threads is None:
        return {}
    return {tool.threads_variable: str(job.threads)}


def _activated(context: Context, tool: Tool, job: Job) -> dict[str, str | None]:
    """For what runs in the project's environment: its programs first on PATH, which tests start by name."""
    if tool.own_environment or job.interpreter is None or job.executable != job.interpreter:
        return {}
    programs = job.interpreter.parent
    path = context.environ.get("PATH", os.defpath)
    return {"PATH": f"{programs}{os.pathsep}{path}", "VIRTUAL_ENV": str(programs.parent)}


def _job(context: Context, task: Task, tool: Tool, *, homes: Homes, scratch: Path) -> Job:
    project = homes.project
    return Job(
        repository=context.repository,
        executable=homes.executable(context, tool),
        scratch=scratch,
        paths=task.paths,
        python=task.python,
        interpreter=project.interpreter if project is not None else None,
        arguments=task.arguments,
        excluded=task.excluded,
        package=task.package,
        chosen=not task.advisory,
        write=task.write,
        threads=context.shares[task.label].threads,
        version=homes.own.version if homes.own is not None else None,
        installed=frozenset(project.installed) if project is not None else frozenset(),
        enforced=_enforced(context, tool),
        missing=project.failed if project is not None else (),
    )


def _enforced(context: Context, tool: Tool) -> tuple[str, ...]:
    """Prefixes of the codes of `tool`'s program that others of noxkit's tasks enforce in this repository."""
    options = context.config.options
    strict = options.profile == "strict"
    others = [
        other
        for other in load_tools().values()
        if other.enforces
        and other.executable == tool.executable
        and other.name not in options.skip
        and (strict or other.choice(context.repository).chosen or other.own_codes & set(options.select))
    ]
    return tuple(sorted({code for other in others for code in other.enforces}))
