# SPDX-License-Identifier: Apache-2.0
"""zizmor: what is dangerous in GitHub workflows and actions."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Choice, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, decode, failure, text_of
from noxkit.tools._places import Columns, without_root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Zizmor"]

_WANTED = re.compile(r"\.github/workflows/[^/]+\.ya?ml|(?:\.github/actions/(?:.+/)?)?action\.ya?ml")
_DEPENDABOT = re.compile(r"\.github/dependabot\.ya?ml")
_CONFIGURATION = tuple(f"{folder}zizmor.{suffix}" for folder in ("", ".github/") for suffix in ("yml", "yaml"))
_COMPLETED = re.compile(r"\bcompleted (?P<path>\S.*)$", re.MULTILINE)
_UNREAD = re.compile(
    r"failed to (?:parse|validate|load) (?:input|file://.+? as \w+)(?:: (?P<why>.+))?$|no inputs collected|"
    r"I/O error: (?P<error>.+)$",
    re.MULTILINE,
)
_UNADVISED = frozenset({"unpinned-uses"})  # a policy that most repositories do not have
_MEND = "make it a workflow or an action that GitHub would read: valid YAML, in UTF-8, with the keys of its kind"
_SEVERITIES = {"High": Severity.ERROR, "Medium": Severity.ERROR, "Low": Severity.WARNING}


class _Point(msgspec.Struct, frozen=True):
    """0-based; the column counts bytes."""

    row: int
    column: int


class _Span(msgspec.Struct, frozen=True):
    """A part of a file, the end not in it."""

    start_point: _Point
    end_point: _Point


class _Concrete(msgspec.Struct, frozen=True):
    """Where it is."""

    location: _Span


class _Local(msgspec.Struct, frozen=True, rename={"path": "verbatim_path"}):
    """A file, named as zizmor was given it."""

    path: str


class _Key(msgspec.Struct, frozen=True, rename={"local": "Local"}):
    """A file of this machine; there is no other without network."""

    local: _Local


class _Symbolic(msgspec.Struct, frozen=True):
    """What it is: the place itself is `Primary`."""

    key: _Key
    annotation: str
    kind: str


class _Location(msgspec.Struct, frozen=True):
    """One place of a finding."""

    symbolic: _Symbolic
    concrete: _Concrete


class _Determinations(msgspec.Struct, frozen=True):
    """How bad it is."""

    severity: str


class _Item(msgspec.Struct, frozen=True):
    """One item of `--format json`."""

    ident: str
    desc: str
    url: str
    determinations: _Determinations
    locations: list[_Location]
    ignored: bool = False


class Zizmor(Tool):
    """`zizmor --offline`, on files that it is told by name."""

    name = "zizmor"
    summary = "audits GitHub workflows and actions"
    distribution = "zizmor"
    executable = "zizmor"
    url = "https://docs.zizmor.sh/"
    sessions = frozenset({"lint", "security"})
    for_noxkit = (("--no-progress",), ("--format", "json"))
    chooser = Chooser(files=_CONFIGURATION, distributions=("zizmor",), hooks=("zizmor",))
    codes_findings = frozenset({1, 3, 11, 12, 13, 14})  # 1 and 3 where it could not read a file, or any
    advice = "it leaves out what it is not sure of itself, and actions that are not pinned to a hash"
    environment: ClassVar[dict[str, str]] = {"NO_COLOR": "1", "RUST_BACKTRACE": "0"}

    def choice(self, repository: Repository) -> Choice:
        """Chosen by a configuration at the top of the work tree, too."""
        top = repository.git_root
        if top is not None and top != repository.root:
            found = next((name for name in _CONFIGURATION if (top / name).is_file()), None)
            if found is not None:
                return Choice(chosen=True, why=f"{found} at the top of the work tree")
        return super().choice(repository)

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Without a workflow or action there, or where they are not among the paths."""
        if _inputs(repository, paths):
            return None
        where = " at the top of the work tree" if _back(repository) else ""
        return f"0 workflows and actions{where} under {', '.join(paths)}"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """The workflows and actions."""
        return len(_inputs(repository, paths))

    def command(self, job: Job) -> list[str]:
        """Always offline: with a token in the environment it would ask GitHub, and audit nothing where it cannot."""
        start = [str(job.executable), "--offline", "--no-progress", "--persona", "regular", "--format", "json"]
        advice = [] if job.chosen else ["--min-confidence", "medium"]
        return [*start, *advice, "--", *_inputs(job.repository, job.paths)]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The items; a file without its line in the log was not audited, whatever the exit code says."""
        log = _log(completed)
        if not completed.stdout.strip():
            if _UNREAD.search(log) is None:
                raise UnparseableError(failure(completed))
            return self._reading(job, log, ())
        items = decode(completed.stdout, list[_Item], tool="zizmor")
        columns = Columns(job.root)
        kept = [item for item in items if not item.ignored and (job.chosen or item.ident not in _UNADVISED)]
        found = tuple(_finding(item, columns) for item in kept if item.locations)
        return self._reading(job, log, found, left_out=len(items) - len(found))

    def _reading(self, job: Job, log: str, found: tuple[Finding, ...], *, left_out: int = 0) -> Reading:
        done = {_normal(path) for path in _COMPLETED.findall(log)}
        inputs = _inputs(job.repository, job.paths)
        silent = bool(found or left_out) and not done  # a version, or a user's setting, without a log
        unread = [] if silent else [path for path in inputs if path not in done]
        reasons = [reason for match in _UNREAD.finditer(log) if (reason := match["why"] or match["error"])]
        said = without_root(job.root, clean("; ".join(reasons)))
        return Reading(
            findings=found,
            files=len(inputs) - len(unread),
            trouble=f"zizmor has not audited {', '.join(unread)}{': ' if said else ''}{said}" if unread else None,
            trouble_hint=_MEND,
            left_out=left_out,
        )


def _log(completed: Completed) -> str:
    """The log, without colours."""
    return "\n".join(clean(line) for line in text_of(completed.stderr).split("\n"))


def _inputs(repository: Repository, paths: Sequence[str]) -> tuple[str, ...]:
    """The workflows and actions at the top of the work tree, as paths from the root; what dependabot reads, if chosen.

    Those above the root are in no folder of it: they are read where all of the root is.
    """
    back = _back(repository)
    names = _listed(repository) if back else repository.files
    chosen = Zizmor().choice(repository).chosen
    wanted = [name for name in names if _WANTED.fullmatch(name) or (chosen and _DEPENDABOT.fullmatch(name))]
    if back:
        return tuple(f"{back}/{name}" for name in wanted) if "." in paths else ()
    asked = wanted if "." in paths else frozenset(repository.files_matching(paths))
    return tuple(name for name in wanted if name in asked)


def _back(repository: Repository) -> str:
    """The way from the root to the top of the work tree: `..`, or nothing where they are one."""
    top = repository.git_root
    return "" if top is None or top == repository.root else os.path.relpath(top, repository.root).replace(os.sep, "/")


def _listed(repository: Repository) -> Sequence[str]:
    """The files of the whole work tree that could be wanted, by their paths from its top."""
    top, git = repository.git_root, repository.git
    if top is None or git is None:
        return ()
    options = ["-z", "--full-name", "--cached", "--others", "--exclude-standard"]
    listed = git(["ls-files", *options, "--", ":/.github", ":/action.yml", ":/action.yaml"]) or b""
    names = dict.fromkeys(os.fsdecode(name) for name in listed.split(b"\0") if name)
    return sorted(name for name in names if (top / name).is_file())


def _normal(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")


def _finding(item: _Item, columns: Columns) -> Finding:
    place = next((place for place in item.locations if place.symbolic.kind == "Primary"), item.locations[0])
    path = _normal(place.symbolic.key.local.path)
    start, end = place.concrete.location.start_point, place.concrete.location.end_point
    line, one_line = start.row + 1, start.row == end.row
    ident = clean(item.ident)
    return Finding(
        code=f"zizmor:{ident}",
        task=Zizmor.name,
        severity=_SEVERITIES.get(item.determinations.severity, Severity.INFO),
        message=clean(f"{item.desc}: {place.symbolic.annotation}"),
        hint=f"see {item.url}",
        path=path,
        line=line,
        column=columns.of_bytes(path, line, start.column),
        end_line=line if one_line else None,
        end_column=columns.of_bytes(path, line, end.column) if one_line else None,
        url=item.url,
    )
