# SPDX-License-Identifier: Apache-2.0
"""What ruff's commands have in common: the shape of a diagnostic and the log that says how much was read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, FixSafety, Severity
from noxkit.tools._base import UnparseableError
from noxkit.tools._groups import group_of
from noxkit.tools._output import clean, decode, failure, last_count, text_of
from noxkit.tools._places import relative, without_root

if TYPE_CHECKING:
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = [
    "CONFIG_FILES",
    "FOR_NOXKIT",
    "Diagnostic",
    "Position",
    "cache",
    "common",
    "diagnostics",
    "files_read",
    "finding_of",
    "missing",
    "newest_floor",
]

CONFIG_FILES = (".ruff.toml", "ruff.toml")

FOR_NOXKIT = (("--output-format", "json"), ("RUFF_OUTPUT_FORMAT=*",), ("-v",), ("--no-cache",), ("--cache-dir", "*"))
"""What ruff's commands hold for noxkit to read, and people leave out."""

_READ = re.compile(r"^\[[^\]]*\]\[[^\]]*\]\[ruff[^\]]*\]\[DEBUG\] (?:Checked|Formatted) (\d+) files? in", re.MULTILINE)
_MANIFEST = re.compile(r"^\[.*\]\[DEBUG\] Checking: .*pyproject\.toml$", re.MULTILINE)
_PROSE = re.compile(r"^\[.*\]\[DEBUG\] format_path; path=.*\.(?!pyi?$|ipynb$)\w+$", re.MULTILINE)
_SURROGATES = re.compile("[\udc80-\udcff]")
_NOTHING = "No Python files found under the given path"
_LOG = r"\[\d{4}-|warning: "
_SEVERITIES = {"error": Severity.ERROR, "fatal": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO}
_SAFETIES = {"safe": FixSafety.SAFE, "unsafe": FixSafety.UNSAFE, "display": FixSafety.DISPLAY}


class Position(msgspec.Struct, frozen=True):
    """1-based, in characters."""

    row: int
    column: int


class Fix(msgspec.Struct, frozen=True):
    """A fix that ruff offers; `message` says what it does."""

    applicability: str | None = None
    message: str | None = None


class Diagnostic(msgspec.Struct, frozen=True):
    """One item of `--output-format json`; `code` is None for syntax errors before 0.12.

    `cell` is the number of a notebook's cell; the position then counts from the cell's begin.
    """

    filename: str
    message: str
    code: str | None
    location: Position | None
    end_location: Position | None
    fix: Fix | None = None
    url: str | None = None
    severity: str = "error"
    cell: int | None = None


def common(job: Job) -> list[str]:
    """The options that all of ruff's commands get: a log for the number of files, and a cache of noxkit's own.

    ruff's cache cannot hold a name that is not UTF-8, and ruff fails over it: such trees go without.
    """
    odd = any(map(_SURROGATES.search, (str(job.root), *job.repository.files)))
    excludes = [part for folder in job.excluded for part in ("--exclude", folder)]
    kept = ["--no-cache"] if odd else ["--cache-dir", cache(job, "ruff")]
    return ["-v", "--force-exclude", *kept, *excludes]


def cache(job: Job, tool: str) -> str:
    """Where a tool keeps what it knows between runs: not in a folder of the repository's own."""
    return str(job.root / ".nox" / "noxkit" / "cache" / tool)


def diagnostics(completed: Completed) -> list[Diagnostic]:
    """The items of the JSON output. Raises UnparseableError, with ruff's own words where it refused to run."""
    if not completed.stdout.strip():
        raise UnparseableError(failure(completed, without=_LOG))
    return decode(completed.stdout, list[Diagnostic], tool="ruff")


def files_read(completed: Completed) -> int | None:
    """How many Python files ruff has read, by its log; None where the log does not say.

    ruff check reads pyproject.toml as well, and ruff format Markdown, which is not what anybody means.
    """
    log = text_of(completed.stderr)
    if _NOTHING in log:
        return 0
    count = last_count(_READ, log)
    others = len(_MANIFEST.findall(log)) + len(_PROSE.findall(log))
    return None if count is None else max(count - others, 0)


def finding_of(job: Job, item: Diagnostic, *, task: str, alone: bool = False) -> Finding:
    """One item as a finding; what lies in a notebook's cell has no line of the file.

    `alone` is for rules that the repository has not selected itself: `fix` leaves their fixes to people.
    """
    code = item.code or "invalid-syntax"
    at, end = (None, None) if item.cell is not None else (item.location, item.end_location)
    where = f" (cell {item.cell}, line {item.location.row})" if item.cell is not None and item.location else ""
    return Finding(
        code=f"{task}:{code}",
        task=task,
        severity=_SEVERITIES.get(item.severity, Severity.ERROR),
        message=without_root(job.root, clean(item.message.removeprefix("SyntaxError: "))) + where,
        hint=_hint(item, code, alone=alone),
        path=relative(job.root, item.filename),
        line=at.row if at else None,
        column=at.column if at else None,
        end_line=end.row if end else None,
        end_column=end.column if end else None,
        group=group_of(task, code),
        url=item.url,
        fix=_SAFETIES.get((item.fix.applicability or "").lower()) if item.fix else None,
    )


def _hint(item: Diagnostic, code: str, *, alone: bool) -> str:
    """What to do; how to accept it is said by noxkit, in one way for all tools."""
    if code in {"invalid-syntax", "E999"}:
        return "mend the syntax: nothing else in this file can be trusted until it parses"
    if code in {"E902", "io"}:
        return "make it a readable file in UTF-8, or leave it out with `extend-exclude` in [tool.ruff]"
    if code == "unformatted":
        return "run `nox -s fmt`"
    if item.fix is None:
        return f"see {item.url}" if item.url else f"see what `ruff rule {code}` says of it"
    if alone and code == "RUF100":  # ruff's own fix takes out those of rules that are off as well
        return "take out what the message calls unused"
    what = clean(item.fix.message or "ruff knows a fix")
    safe = (item.fix.applicability or "").lower() == "safe"
    if safe and not alone:
        return f"{what} (`nox -s fix` does it)"
    rules = f" --extend-select {code}" if alone else ""
    return f"{what} (`ruff check{rules} --fix{'' if safe else ' --unsafe-fixes'}` does it)"


def missing(job: Job, items: list[Diagnostic]) -> str | None:
    """That a path which ruff was given is not there, or None."""
    for item in items:
        if item.code in {"E902", "io"} and relative(job.root, item.filename) in job.paths:
            return without_root(job.root, f"{item.filename}: {clean(item.message)}")
    return None


def newest_floor(repository: Repository) -> list[str]:
    """The target version without a configuration: the highest of the lowest Pythons of the members.

    A lower one would call the newer syntax of a member wrong that does not promise to run on it.
    """
    floors = [
        next((index for index, python in enumerate(repository.pythons) if package.admits(python)), 0)
        for package in repository.workspace.packages
    ]
    if not repository.pythons:
        return []
    python = repository.pythons[max(floors, default=0)]
    return ["--target-version", f"py{python.replace('.', '')}"]
