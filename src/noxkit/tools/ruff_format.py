# SPDX-License-Identifier: Apache-2.0
"""ruff format: every file where the repository has chosen it, one line of advice where it has no formatter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import PYTHON_CODE, Choice, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, failure, lines_of, text_of
from noxkit.tools._ruff import (
    CONFIG_FILES,
    FOR_NOXKIT,
    Diagnostic,
    Position,
    common,
    diagnostics,
    files_read,
    finding_of,
    missing,
)
from noxkit.tools._settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["RuffFormat"]

_OTHERS = {
    "black": Chooser(tables=("black",), distributions=("black",), hooks=("black", "black-jupyter")),
    "yapf": Chooser(
        tables=("yapf",), files=(".style.yapf",), sections=("yapf",), distributions=("yapf",), hooks=("yapf",)
    ),
    "autopep8": Chooser(tables=("autopep8",), distributions=("autopep8",), hooks=("autopep8",)),
}
_WOULD = "Would reformat: "
_FAILED = re.compile(
    r"^error: Failed to (?P<what>parse|read|format) (?P<path>.+?)(?::(?P<row>\d+):(?P<column>\d+))?: (?P<why>.+)$"
)
_NUMBER = re.compile(r"(\d+) files? (would be reformatted|reformatted|already formatted|left unchanged)")
_SUMMARY = re.compile(rf"^{_NUMBER.pattern}(?:, {_NUMBER.pattern})*$")
_UNFORMATTED = "unformatted"
_NAMED = 3  # files that the one warning names


class RuffFormat(Tool):
    """`ruff format --check`, or `ruff format` where it may write."""

    name = "ruff_format"
    summary = "formats Python files, or says which are not formatted"
    distribution = "ruff"
    executable = "ruff"
    threads_variable = "RAYON_NUM_THREADS"
    url = "https://docs.astral.sh/ruff/formatter/"
    sessions = frozenset({"lint", "fmt"})
    for_noxkit = FOR_NOXKIT
    chooser = Chooser(tables=("ruff.format",), hooks=("ruff-format",))
    codes_findings = frozenset({1, 2})  # 2 for a file that does not parse or cannot be read
    cost = 0.2
    reads_only = PYTHON_CODE

    def choice(self, repository: Repository) -> Choice:
        """The chooser's, or a `[format]` in ruff.toml."""
        found = super().choice(repository)
        if not found.chosen and any(repository.has_file(name) for name in CONFIG_FILES):
            settings = settings_of(repository, "ruff", files=CONFIG_FILES) or {}
            return Choice(chosen=True, why="[format] in ruff.toml") if "format" in settings else found
        return found

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Nor where another formatter has the say."""
        if not self.choice(repository).chosen:
            for name, chooser in _OTHERS.items():
                other = chooser.choice(repository)
                if other.chosen:
                    return f"{name} formats this repository ({other.why})"
        return super().not_due(repository, paths)

    def environment_for(self, job: Job) -> dict[str, str | None]:
        """JSON by a variable: before 0.14 the formatter has no option for it, and stops at one."""
        return {"RUFF_OUTPUT_FORMAT": None if job.write else "json"}

    def command(self, job: Job) -> list[str]:
        """`ruff format`, only looking unless it may write."""
        check = [] if job.write else ["--check"]
        return [str(job.executable), "format", *check, *common(job), "--", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """JSON or the text of older versions: which files would change and which could not be read."""
        is_json = not job.write and completed.stdout.lstrip().startswith(b"[")
        items = diagnostics(completed) if is_json else _from_text(completed)
        findings = [finding_of(job, item, task=self.name) for item in items]
        files = files_read(completed)
        if not job.chosen:
            findings = _folded(findings, files)
        gone = missing(job, items)
        return Reading(
            findings=tuple(findings),
            files=files,
            evidence={"changed": _changed(completed)} if job.write else {},
            trouble=gone,
            trouble_hint="correct `paths` in [tool.noxkit]" if gone else None,
        )


def _from_text(completed: Completed) -> list[Diagnostic]:
    """The items of the text output. Raises UnparseableError unless its own summary agrees with them."""
    files = [part.rstrip("\n") for part in text_of(completed.stdout).split(_WOULD)[1:]]
    said = lines_of(completed.stdout)
    failed = [match for line in lines_of(completed.stderr) if (match := _FAILED.match(line))]
    if not said and not failed:
        if files_read(completed) == 0:
            return []
        raise UnparseableError(failure(completed, without=r"\[\d{4}-|warning: "))
    if said and not _SUMMARY.match(said[-1]):
        raise UnparseableError("what ruff printed ends without its summary")
    if files:
        files[-1] = files[-1].rpartition("\n")[0]
    counts: list[tuple[str, str]] = _NUMBER.findall(said[-1]) if said else []
    announced = sum(int(number) for number, what in counts if what.startswith("would"))
    if announced != len(files):
        raise UnparseableError(f"ruff names {len(files)} files and counts {announced}")
    unformatted = [Diagnostic(filename, "File would be reformatted", _UNFORMATTED, None, None) for filename in files]
    return [*unformatted, *(_failed(match) for match in failed)]


def _failed(match: re.Match[str]) -> Diagnostic:
    place = Position(row=int(match["row"]), column=int(match["column"])) if match["row"] else None
    return Diagnostic(match["path"], match["why"], "invalid-syntax" if match["what"] == "parse" else "io", place, place)


def _changed(completed: Completed) -> int:
    text = text_of(completed.stdout)
    return sum(int(number) for number, what in _NUMBER.findall(text) if what == "reformatted")


def _folded(findings: Sequence[Finding], files: int | None) -> list[Finding]:
    """One warning for all files that would change: advice to a repository that has no formatter."""
    code = f"{RuffFormat.name}:{_UNFORMATTED}"
    unformatted = [finding for finding in findings if finding.code == code]
    others = [finding for finding in findings if finding.code != code]
    if not unformatted:
        return others
    of = f" of {files} files" if files else (" files" if len(unformatted) > 1 else " file")
    verb = "is" if len(unformatted) == 1 else "are"
    whole = msgspec.structs.replace(
        unformatted[0],
        message=f"{len(unformatted)}{of} {verb} not formatted as `ruff format` would: {_names(unformatted)}",
        hint="run `nox -s fmt` and add [tool.ruff.format], or add `ruff_format` to `skip` in [tool.noxkit]",
        severity=Severity.WARNING,
        path=None,
        line=None,
        column=None,
        end_line=None,
        end_column=None,
    )
    return [whole, *others]


def _names(findings: Sequence[Finding]) -> str:
    """The first files, and how many more there are."""
    paths = sorted(finding.path or "" for finding in findings)
    names = [f"`{clean(path)}`" for path in paths[:_NAMED]]
    more = len(paths) - _NAMED
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
