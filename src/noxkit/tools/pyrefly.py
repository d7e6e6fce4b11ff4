# SPDX-License-Identifier: Apache-2.0
"""pyrefly: a type checker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import IMPORTED_CODE, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._groups import group_of
from noxkit.tools._output import clean, decode, failure, last_count, lines_of, text_of
from noxkit.tools._places import outside, relative, without_root
from noxkit.tools._settings import files_between, has_own_project, settings_of, strings, subtable
from noxkit.tools._target import wrong_target

if TYPE_CHECKING:
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Pyrefly"]

_READ = re.compile(r"INFO ([\d,]+) modules? \(")
_NOTHING = "No Python files matched pattern"
_LINK = re.compile(r"^Broken symlink when walking project files: `(?P<path>.+?)` points to")
_ABSENT = re.compile(r"^Path `(?P<path>.+)` does not exist$")
_QUERY = re.compile(r"Failed to query interpreter at (?P<path>.+?), falling back")
_EXTRA = re.compile(r"^\s*WARN (?P<path>[^:]+): (?P<said>Extra keys found in config: .+)$")
_LOAD = re.compile(r"^Failed to load `.+` from `.+`, got When reading file `.+`: (?P<why>.+)$")
_KEYS = frozenset({"project-includes", "project-excludes", "python-version", "preset", "errors"})
_SEVERITIES = {"error": Severity.ERROR, "warn": Severity.WARNING, "warning": Severity.WARNING, "info": Severity.INFO}
_ADVICE = {
    "invalid-syntax": "mend the syntax, or raise `requires-python` where this Python cannot know it",
    "parse-error": "mend the syntax: nothing else in this file can be trusted until it parses",
    "missing-import": "correct the name, or add what provides it to the dependencies",
    "reveal-type": "remove the call of `reveal_type`",
}


class _Error(msgspec.Struct, frozen=True):
    """One item; 1-based, in characters, the end exclusive. Before 0.30 there was no severity."""

    line: int
    column: int
    stop_line: int
    stop_column: int
    path: str
    name: str
    description: str
    concise_description: str | None = None
    severity: str = "error"


class _Output(msgspec.Struct, frozen=True):
    errors: list[_Error]


class Pyrefly(Tool):
    """`pyrefly check`."""

    name = "pyrefly"
    summary = "checks types with pyrefly"
    distribution = "pyrefly"
    executable = "pyrefly"
    url = "https://pyrefly.org/"
    code_url = "https://pyrefly.org/en/docs/error-kinds/#{code}"
    sessions = frozenset({"lint", "typecheck"})
    for_noxkit = (("--output-format", "json"), ("--summary=full",), ("--min-severity", "warn"))
    chooser = Chooser(
        tables=("pyrefly",), files=("pyrefly.toml",), distributions=("pyrefly",), hooks=("pyrefly", "pyrefly-check")
    )
    cost = 3.9
    reads_only = IMPORTED_CODE
    needs_interpreter = True
    per_python = True
    type_checker = True
    threads_variable = "PYREFLY_THREADS"

    def command(self, job: Job) -> list[str]:
        """Its default preset where nothing is configured: `basic`, which it would take, misses a wrong return type.

        Paths make it forget the excludes of its configuration, so they are passed beside them.
        """
        command = [str(job.executable), "check", "--output-format", "json", "--summary=full"]
        settings = settings_of(job.repository, "pyrefly", files=("pyrefly.toml",))
        if job.is_at_least("0.58"):
            command += ["--min-severity", "warn"]
        if settings is None and job.is_at_least("1.1"):
            command += ["--preset", "default"]
        if job.python:
            command += ["--python-version", job.python]
        if job.interpreter:
            command += ["--python-interpreter-path", str(job.interpreter)]
        if job.paths == (".",):
            return command if has_own_project(job.repository, "pyrefly.toml") else [*command, "."]
        table = settings or {}
        excludes = strings(table.get("project-excludes", table.get("project_excludes")))
        return [*command, *(f"--project-excludes={glob}" for glob in excludes), "--", *job.paths]

    def files_alone(self, repository: Repository) -> tuple[str, ...] | None:
        """What `project-includes` names without `project-excludes`; None where more than these is configured."""
        settings = subtable(repository.pyproject, "tool", "pyrefly")
        if repository.has_file("pyrefly.toml") or not settings.keys() <= _KEYS:
            return None
        return files_between(repository, settings.get("project-includes"), settings.get("project-excludes"))

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The errors, and what its log says that it could not do."""
        log = text_of(completed.stderr)
        notes = _notes(job, log)
        trouble = wrong_target(job) or _trouble(job, log)
        if not completed.stdout.strip():
            if trouble is None:
                raise UnparseableError(failure(completed, without=r"\s*(?:INFO|WARN) "))
            return Reading(findings=notes, files=0, trouble=trouble)
        errors = decode(completed.stdout, _Output, tool="pyrefly").errors
        findings = outside([_finding(job, error) for error in errors], job.excluded)
        return Reading(
            findings=(*findings, *notes),
            files=last_count(_READ, log),
            left_out=len(errors) - len(findings),
            trouble=trouble,
        )


def _trouble(job: Job, log: str) -> str | None:
    """What kept pyrefly from reading all, in its own words; it prints no report then, or one that means little."""
    if _NOTHING in log:
        return "pyrefly read no file"
    for line in log.split("\n"):
        if match := _LINK.match(line):
            return f"pyrefly stopped at a broken link, {relative(job.root, match['path'])}"
        if match := _ABSENT.match(line):
            return f"{relative(job.root, match['path'])} does not exist"
        if match := _QUERY.search(line):
            return f"pyrefly got no answer from the interpreter {match['path']}"
    return None


def _notes(job: Job, log: str) -> tuple[Finding, ...]:
    """Findings that stand in the log alone: a link to nowhere, and keys of the configuration that mean nothing."""
    found: list[Finding] = []
    for line in lines_of(log.encode()):
        if match := _LINK.match(line):
            found.append(
                Finding(
                    code="pyrefly:broken-link",
                    task=Pyrefly.name,
                    severity=Severity.ERROR,
                    message="a link to a file that does not exist",
                    hint="remove it, or leave it out with `project-excludes` in [tool.pyrefly]: pyrefly stops at it",
                    path=relative(job.root, match["path"]),
                )
            )
        elif match := _EXTRA.match(line):
            found.append(
                Finding(
                    code="pyrefly:config",
                    task=Pyrefly.name,
                    severity=Severity.WARNING,
                    message=clean(match["said"]),
                    hint="correct or remove these keys: pyrefly ignores them",
                    path=relative(job.root, match["path"]),
                    url="https://pyrefly.org/en/docs/configuration/",
                )
            )
    return tuple(found)


def _finding(job: Job, error: _Error) -> Finding:
    if match := _LOAD.match(error.description):
        return _unreadable(relative(job.root, error.path), clean(match["why"]))
    advice = "correct the types here"
    path = relative(job.root, error.path)
    placed = not path.endswith(".ipynb")
    return Finding(
        code=f"pyrefly:{error.name}",
        task=Pyrefly.name,
        severity=_SEVERITIES.get(error.severity, Severity.ERROR),
        message=without_root(job.root, clean(error.concise_description or error.description.split("\n")[0])),
        hint=_ADVICE.get(error.name, advice),
        path=path,
        line=error.line if placed else None,
        column=error.column if placed else None,
        end_line=error.stop_line if placed else None,
        end_column=error.stop_column if placed else None,
        group=group_of(Pyrefly.name, error.name),
        url=f"https://pyrefly.org/en/docs/error-kinds/#{error.name}",
    )


def _unreadable(path: str, why: str) -> Finding:
    """A file that cannot be read, which pyrefly calls an import that is missing."""
    return Finding(
        code="pyrefly:unreadable",
        task=Pyrefly.name,
        severity=Severity.ERROR,
        message=f"cannot be read: {why}",
        hint="make it a readable file in UTF-8, or leave it out with `project-excludes` in [tool.pyrefly]",
        path=path,
        group=group_of(Pyrefly.name, "unreadable"),
    )
