# SPDX-License-Identifier: Apache-2.0
"""Results of tools that are kept: a tool is not run again where all that it may read is the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import random
import re
import sysconfig
from typing import TYPE_CHECKING, cast

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._inputs import Unknowable
from noxkit.engine._parts import parts_of
from noxkit.engine._version import own_version
from noxkit.tasks.store import key_of
from noxkit.workspace._tables import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.engine._task import Task
    from noxkit.environments.project import ProjectEnvironment
    from noxkit.tools._base import Job, Reads, Tool

__all__ = ["Question", "kept_or_run", "refuse_elsewhere"]

_FILES = "files"
_FEW = 3  # files that are named of those that have changed
_PARTS = ("diagnostics", "engine", "tools", "workspace")
_KEPT = msgspec.json.Decoder(Outcome)
_VARIABLES = re.compile(
    r"(RUFF|TY|PYREFLY|PYRIGHT|MYPY|TYPOS|NODE|LC|GIT|NPM)_.*|PYTHON.*|MYPYPATH|HOME|XDG_CONFIG_HOME|LANG|VIRTUAL_ENV|CONDA_PREFIX"
)
_OUT = re.compile(r"[/~$]|.*\.\.(/|$)")
_OUT_OF_LINE = re.compile(r"""\.\./|[=:"'\[,]\s*[/~$]|venv|interpreter|python_executable|conda|site-package""")
_OTHER_ENVIRONMENT = re.compile(r"venv|interpreter|python_executable|conda|site.package", re.IGNORECASE)
_MORE_FILES = re.compile(r"ignore-vcs|ignore-files|ignore-hidden|respect-gitignore")  # then git does not say which
_HARMLESS = re.compile(r"exclude|ignore|extend-words|extend-identifiers|default", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A run of a tool before it is run: what it is given, and what it may read."""

    task: Task
    tool: Tool
    job: Job
    command: list[str]
    environment: Mapping[str, str | None]
    project: ProjectEnvironment | None


def kept_or_run(context: Context, question: Question, run: Callable[[tuple[str, ...] | None], Outcome]) -> Outcome:
    """The outcome of an equal run, marked as `cached`, or that of `run`, which is kept where it has concluded.

    `run` is given the files to look at, or None for what the question is about. Where only some packages may come to
    something else than before, these alone are looked at.

    A share of `cache-verify` of what is kept is run all the same: where it then comes to something else, the outcome is
    `crashed`, with the new findings.
    """
    reads = question.tool.reads_only
    if reads is None or question.task.write or not context.kept.enabled:
        return run(None)
    try:
        facets = _facets(context, question, reads)
    except (Unknowable, OSError) as error:
        outcome = run(None)
        return msgspec.structs.replace(outcome, evidence={**outcome.evidence, "not_kept": str(error)})
    key = key_of("result/2", *(f"{name}\0{value}" for name, value in facets.items()))
    kept = _read(context, key)
    verify = context.config.options.cache_verify
    if kept is not None and random.random() >= verify:  # noqa: S311 -- a sample, not a secret
        return msgspec.structs.replace(kept, cached=True)
    since = _since(context, question, facets, reads) if kept is None else "cache-verify"
    shared = {name: value for name, value in facets.items() if name != _FILES}
    parts = parts_of(context, question.task, question.tool, facets=shared, reads=reads)
    outcome = parts.run(run) if parts is not None and kept is None and random.random() >= verify else None  # noqa: S311 -- as above
    if outcome is None:
        outcome = run(None)
        if parts is not None:
            parts.look_at(outcome)
    if outcome.status is Status.PASSED and context.inputs.is_unchanged(reads):
        _keep(context, key, outcome)
        if parts is not None:
            parts.keep()
        context.store.put(_place(question), msgspec.json.encode(facets))
        if kept is not None and kept.findings != outcome.findings:
            return _different(kept, outcome)
    return msgspec.structs.replace(outcome, evidence={**outcome.evidence, "run_since": since})


def _place(question: Question) -> str:
    return key_of("result-facets", question.task.label)


def _since(context: Context, question: Question, facets: Mapping[str, str], reads: Reads) -> str:
    """Why there is no kept result: what differs from the last one that was kept of this task."""
    before = context.store.get(_place(question))
    try:
        known = {} if before is None else msgspec.json.decode(before, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        known = {}
    differs = [name for name, value in facets.items() if known.get(name) != value]
    if not known or not differs:
        return "no result of it is kept"
    told = [*(name for name in differs if name != _FILES), *(_changed(context, reads) if _FILES in differs else ())]
    return f"changed: {', '.join(told)}"


def _changed(context: Context, reads: Reads) -> list[str]:
    paths = context.inputs.changed(reads)
    more = [f"{len(paths) - _FEW} more files"] if len(paths) > _FEW else []
    return [*paths[:_FEW], *more] or ["the files that it reads"]


def _facets(context: Context, question: Question, reads: Reads) -> dict[str, str]:
    """All that decides what the tool says, by name. Raises Unknowable and OSError where that is not known."""
    tool, job, project = question.tool, question.job, question.project
    refuse_elsewhere(context, tool)
    environ = {name: value for name, value in context.environ.items() if name not in question.environment}
    environ |= {name: value for name, value in question.environment.items() if value is not None}
    for name in ("PYTHONPATH", "MYPYPATH"):
        if environ.get(name):
            raise Unknowable(f"{name} is set: what lies there is not known")
    variables = sorted(f"{name}={value}" for name, value in environ.items() if _VARIABLES.fullmatch(name))
    facts = [
        sysconfig.get_platform(),
        job.python,
        job.package,
        job.version,
        job.chosen,
        job.paths,
        job.arguments,
        job.excluded,
        sorted(job.installed),
        job.enforced,
        job.missing,
        project.version if project is not None else None,
    ]
    here = context.identities
    command = [here.portable(part.replace(str(job.scratch), "{scratch}")) for part in question.command]
    folder = str(tool.folder_for(job).relative_to(job.root))
    installed = here.environment(project.interpreter.parent.parent) if project is not None else ""
    return {
        "noxkit": own_version(*_PARTS),
        "its command": key_of(question.task.name, tool.name, folder, *command, *_written(job.scratch)),
        "its program": here.program(question.command[0], environ),
        "its options": json.dumps(facts),
        "variables": key_of(*(here.portable(variable) for variable in variables)),
        "the project's environment": installed,
        _FILES: context.inputs.key(reads),
    }


def _written(scratch: Path) -> Iterator[bytes]:
    """What the tool's file has written for the tool to read."""
    for file in sorted(scratch.rglob("*")):
        if file.is_file():
            yield os.fsencode(file.relative_to(scratch))
            yield file.read_bytes().replace(os.fsencode(scratch), b"{scratch}")


def refuse_elsewhere(context: Context, tool: Tool) -> None:
    """Raise Unknowable where the tool's configuration names what lies outside of the tree, or looks as if it did."""
    for name in tool.chooser.tables:
        found = next(_outside(table(context.repository.pyproject, "tool", name)), None)
        if found is not None:
            raise Unknowable(f"[tool.{name}] may lead out of the tree: {found[:80]}")
    for name in (*tool.chooser.files, *(("setup.cfg", "tox.ini") if tool.chooser.sections else ())):
        if not context.repository.has_file(name):
            continue
        for line in (context.root / name).read_text(encoding="utf-8", errors="replace").splitlines():
            text = line.strip()
            is_comment = text.startswith(("#", ";", "//"))
            leads = _MORE_FILES.search(text) or (_OUT_OF_LINE.search(text) and not _HARMLESS.search(text))
            if is_comment or not leads:
                continue
            raise Unknowable(f"{name} may lead out of the tree: {text[:80]}")


def _outside(value: object) -> Iterator[str]:
    """The settings that name a path out of the tree, or an environment that is none of noxkit's."""
    if isinstance(value, str):
        if _OUT.match(value):
            yield value
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _outside(each)
    elif isinstance(value, dict):
        for name, each in cast("dict[str, object]", value).items():
            if _OTHER_ENVIRONMENT.search(name) or _MORE_FILES.search(name):
                yield f"{name} = {each}"
            elif not _HARMLESS.search(name):
                yield from _outside(each)


def _read(context: Context, key: str) -> Outcome | None:
    kept = context.kept.get([key]).get(key)
    if kept is None:
        return None
    try:
        return _KEPT.decode(kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _keep(context: Context, key: str, outcome: Outcome) -> None:
    when = dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    evidence: dict[str, EvidenceValue] = {**outcome.evidence, "result_of": when}
    try:
        data = msgspec.json.encode(msgspec.structs.replace(outcome, evidence=evidence))
    except UnicodeEncodeError:  # a name that is not UTF-8
        return
    context.kept.put(key, data)


def _different(kept: Outcome, outcome: Outcome) -> Outcome:
    """That a kept result was wrong: what it said is put right, and the run must not be trusted silently."""
    counts = f"{len(kept.findings)} findings were kept, {len(outcome.findings)} found"
    return msgspec.structs.replace(
        outcome,
        status=Status.CRASHED,
        reason=f"a kept result was not what a new run came to: {counts}",
        hint="report this to noxkit with the two reports; `--no-cache` runs everything",
    )
