# SPDX-License-Identifier: Apache-2.0
"""ty: a type checker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import IMPORTED_CODE, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._groups import group_of
from noxkit.tools._output import clean, decode, failure, last_count, text_of
from noxkit.tools._places import relative, without_root
from noxkit.tools._settings import files_between, has_own_project, subtable
from noxkit.tools._target import wrong_target

if TYPE_CHECKING:
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Ty"]

_READ = re.compile(r"Indexed (\d+) file")
_SEVERITIES = {
    "info": Severity.INFO,
    "minor": Severity.WARNING,
    "major": Severity.ERROR,
    "critical": Severity.ERROR,
    "blocker": Severity.ERROR,
}
_ADVICE = {
    "invalid-syntax": "mend the syntax, or raise `requires-python` where this Python cannot know it",
    "io": "make it a readable file in UTF-8, or leave it out with `exclude` in [tool.ty.src]",
    "revealed-type": "remove the call of `reveal_type`",
    "unused-type-ignore-comment": "remove the comment: there is nothing left to ignore",
    "import-not-found": "correct the name, or add what provides it to the dependencies",
    "unresolved-import": "correct the name, or add what provides it to the dependencies",
}


class _Point(msgspec.Struct, frozen=True):
    """1-based, in characters."""

    line: int
    column: int


class _Positions(msgspec.Struct, frozen=True):
    begin: _Point
    end: _Point


class _Location(msgspec.Struct, frozen=True):
    path: str
    positions: _Positions


_TABLES = frozenset({"src", "environment", "rules", "terminal"})


class _Diagnostic(msgspec.Struct, frozen=True):
    """One item of `--output-format gitlab`, GitLab's code quality report."""

    check_name: str
    description: str
    severity: str
    location: _Location


class Ty(Tool):
    """`ty check`."""

    name = "ty"
    summary = "checks types with ty"
    distribution = "ty"
    executable = "ty"
    url = "https://docs.astral.sh/ty/"
    explains_with = ("explain", "rule", "{code}")
    sessions = frozenset({"lint", "typecheck"})
    for_noxkit = (("--output-format", "gitlab"), ("-v",))
    chooser = Chooser(tables=("ty",), files=("ty.toml",), distributions=("ty",), hooks=("ty", "ty-check"))
    cost = 1.9
    reads_only = IMPORTED_CODE
    needs_interpreter = True
    per_python = True
    type_checker = True
    threads_variable = "TY_MAX_PARALLELISM"
    codes_findings = frozenset({1, 2})  # 2 where a file or a path could not be read

    def command(self, job: Job) -> list[str]:
        """Without paths, so that its own `include` counts, where the root is a project of its own."""
        command = [str(job.executable), "check", "--output-format", "gitlab", "-v"]
        if job.python:
            command += ["--python-version", job.python]
        if job.interpreter:
            command += ["--python", str(job.interpreter)]
        for folder in job.excluded:
            command += ["--exclude", f"{folder}/"]
        if job.paths == (".",):
            return command if has_own_project(job.repository, "ty.toml") else [*command, "."]
        return [*command, "--force-exclude", "--", *job.paths]

    def files_alone(self, repository: Repository) -> tuple[str, ...] | None:
        """What `src.include` names without `src.exclude`; None where more is configured about files and imports."""
        settings = subtable(repository.pyproject, "tool", "ty")
        source, environment = subtable(settings, "src"), subtable(settings, "environment")
        tables = ((settings, _TABLES), (source, {"include", "exclude"}), (environment, {"python-version"}))
        if repository.has_file("ty.toml") or any(not found.keys() <= known for found, known in tables):
            return None
        return files_between(repository, source.get("include"), source.get("exclude"))

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The diagnostics; one without a file is about a path that is not there."""
        if not completed.stdout.strip():
            raise UnparseableError(failure(completed, without=r"\s*(?:INFO|WARN) "))
        items = decode(completed.stdout, list[_Diagnostic], tool="ty")
        gone = next((without_root(job.root, _message(item)) for item in items if not item.location.path), None)
        return Reading(
            findings=tuple(_finding(job, item) for item in items if item.location.path),
            files=last_count(_READ, text_of(completed.stderr)),
            trouble=wrong_target(job) or gone,
            trouble_hint="correct `paths` in [tool.noxkit]" if gone else None,
        )


def _message(item: _Diagnostic) -> str:
    """The description without the name of the rule before it."""
    return clean(item.description.removeprefix(f"{item.check_name}: "))


def _finding(job: Job, item: _Diagnostic) -> Finding:
    code = item.check_name
    path = relative(job.root, item.location.path)
    begin, end = item.location.positions.begin, item.location.positions.end
    placed = not path.endswith(".ipynb") and code != "io"  # of a notebook this format tells no more than its name
    advice = "correct the types here"
    url = None if code in {"io", "invalid-syntax"} else f"https://docs.astral.sh/ty/reference/rules/#{code}"
    return Finding(
        code=f"ty:{code}",
        task=Ty.name,
        severity=_SEVERITIES.get(item.severity, Severity.ERROR),
        message=without_root(job.root, _message(item)),
        hint=_ADVICE.get(code, advice),
        path=path,
        line=begin.line if placed else None,
        column=begin.column if placed else None,
        end_line=end.line if placed else None,
        end_column=end.column if placed else None,
        group=group_of(Ty.name, code),
        url=url,
    )
