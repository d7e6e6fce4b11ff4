# SPDX-License-Identifier: Apache-2.0
"""pyright: a type checker, with a Node that comes from the package index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import IMPORTED_CODE, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._groups import group_of
from noxkit.tools._output import clean, decode, failure, lines_of
from noxkit.tools._places import Columns, outside, relative, without_root
from noxkit.tools._settings import files_between, subtable
from noxkit.tools._target import wrong_target

if TYPE_CHECKING:
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Pyright"]

_CONFIG = re.compile(r'^(?:Config .+|File or directory ".+" does not exist\.?|Ignoring path .+)$')
_ABSENT = re.compile(r'^File or directory ".+" does not exist')
_BROKEN = re.compile(r"^Config file .+ could not be (?:parsed|read)\b.*$")
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "information": Severity.INFO}
_CONFIG_FILE = "pyrightconfig.json"
_ABOUT_FILES = frozenset(
    {
        *("extends", "extraPaths", "executionEnvironments", "stubPath", "typeshedPath", "verboseOutput"),
        *("strict", "ignore", "reportImportCycles", "venv", "venvPath", "defineConstant"),
    }
)
_PAGE = "https://github.com/microsoft/pyright/blob/main/docs/configuration.md"


class _Point(msgspec.Struct, frozen=True):
    """0-based; `character` counts UTF-16 code units."""

    line: int
    character: int


class _Range(msgspec.Struct, frozen=True):
    start: _Point
    end: _Point


class _Diagnostic(msgspec.Struct, frozen=True):
    """One item of `--outputjson`; without a rule it is a syntax error or the answer to `reveal_type`."""

    file: str
    severity: str
    message: str
    range: _Range | None = None
    rule: str | None = None


class _Summary(msgspec.Struct, frozen=True, rename="camel"):
    files_analyzed: int


class _Output(msgspec.Struct, frozen=True, rename="camel"):
    general_diagnostics: list[_Diagnostic]
    summary: _Summary


class Pyright(Tool):
    """`pyright --outputjson`."""

    name = "pyright"
    summary = "checks types with pyright"
    distribution = "pyright[nodejs]"
    executable = "pyright"
    url = "https://microsoft.github.io/pyright/"
    code_url = "https://github.com/microsoft/pyright/blob/main/docs/configuration.md#{code}"
    sessions = frozenset({"lint", "typecheck"})
    for_noxkit = (("--outputjson",),)
    chooser = Chooser(tables=("pyright",), files=(_CONFIG_FILE,), distributions=("pyright",), hooks=("pyright",))
    cost = 21.0
    reads_only = IMPORTED_CODE
    needs_interpreter = True
    per_python = True
    type_checker = True
    codes_findings = frozenset({1, 3, 4})  # 3 where it went on without its configuration, 4 where a path is not there
    environment: ClassVar[dict[str, str]] = {
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"
    }  # else it asks the package index for a newer version

    def command(self, job: Job) -> list[str]:
        """Without paths, so that `include` and `exclude` of its own configuration count."""
        command = [str(job.executable), "--outputjson"]
        if job.python:
            command += ["--pythonversion", job.python]
        if job.interpreter:
            command += ["--pythonpath", str(job.interpreter)]
        return command if job.paths == (".",) else [*command, *(_plain(path) for path in job.paths)]

    def files_alone(self, repository: Repository) -> tuple[str, ...] | None:
        """What `include` names without what `exclude` does; None where more is configured about files and imports."""
        settings = subtable(repository.pyproject, "tool", "pyright")
        if repository.has_file(_CONFIG_FILE) or _ABOUT_FILES & settings.keys():
            return None
        return files_between(repository, settings.get("include"), settings.get("exclude"))

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The diagnostics, and what it says of its configuration, which it never fails for."""
        said = lines_of(completed.stderr)
        if not completed.stdout.strip().startswith(b"{"):
            return _refused(job, completed)
        output = decode(completed.stdout, _Output, tool="pyright")
        columns = Columns(job.root)
        items = output.general_diagnostics
        findings = outside([_finding(job, item, columns) for item in items], job.excluded)
        broken = next((without_root(job.root, clean(line)) for line in said if _BROKEN.match(line)), None)
        if completed.returncode == 3 and broken is None:
            broken = f"pyright could not read its configuration: {failure(completed)}"
        notes = [_note(job, line) for line in said if _CONFIG.match(line) and not _BROKEN.match(line)]
        return Reading(
            findings=(*findings, *notes),
            files=output.summary.files_analyzed,
            left_out=len(items) - len(findings),
            trouble=wrong_target(job) or broken,
            trouble_hint="mend the configuration: pyright has looked at the code without it" if broken else None,
        )


def _refused(job: Job, completed: Completed) -> Reading:
    """No report: a path that is not there. Raises UnparseableError for any other reason."""
    for line in lines_of(completed.stderr) + lines_of(completed.stdout):
        if _ABSENT.match(line):
            return Reading(trouble=without_root(job.root, clean(line)), trouble_hint="correct `paths` in [tool.noxkit]")
    raise UnparseableError(failure(completed))


def _plain(path: str) -> str:
    """A path that is not taken for an option: pyright knows no `--`."""
    return f"./{path}" if path.startswith("-") else path


def _finding(job: Job, item: _Diagnostic, columns: Columns) -> Finding:
    code = item.rule or ("syntax" if item.severity == "error" else "revealed-type")
    path = relative(job.root, item.file)
    start, end = (item.range.start, item.range.end) if item.range else (None, None)
    return Finding(
        code=f"pyright:{code}",
        task=Pyright.name,
        severity=_SEVERITIES.get(item.severity, Severity.ERROR),
        message=without_root(job.root, clean(item.message)),
        hint=_hint(code, item.rule),
        path=path,
        line=start.line + 1 if start else None,
        column=columns.of_utf16(path, start.line + 1, start.character) if start else None,
        end_line=end.line + 1 if end else None,
        end_column=columns.of_utf16(path, end.line + 1, end.character) if end else None,
        group=group_of(Pyright.name, code),
        url=f"{_PAGE}#{item.rule}" if item.rule else None,
    )


def _hint(code: str, rule: str | None) -> str:
    if code == "revealed-type":
        return "remove the call of `reveal_type`"
    if rule is None:
        return "mend the syntax, or raise `requires-python` where this Python cannot know it"
    if rule == "reportMissingImports":
        return "correct the name, or add what provides it to the dependencies"
    return f"correct the types here; {_PAGE}#{rule} says what it means"


def _note(job: Job, line: str) -> Finding:
    """What pyright says of its configuration as a warning: it goes on, with less than was meant."""
    return Finding(
        code="pyright:config",
        task=Pyright.name,
        severity=Severity.WARNING,
        message=without_root(job.root, clean(line)),
        hint="correct pyright's configuration: it ignores what it does not know, and looks at less than was meant",
        path=_CONFIG_FILE if job.repository.has_file(_CONFIG_FILE) else "pyproject.toml",
        url=_PAGE,
    )
