# SPDX-License-Identifier: Apache-2.0
"""deptry: imports that no dependency declares, and dependencies that nothing imports; all members in one pass."""

from __future__ import annotations

import collections
import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Chooser, Plain, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, decode, failure
from noxkit.workspace._tables import strings, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Package, Repository

__all__ = ["Deptry"]

_PROGRAM = Path(__file__).with_name("_deptry_members.py")
_GROUPS = {
    "DEP001": "NK-DEPENDENCY-MISSING",
    "DEP002": "NK-DEPENDENCY-UNUSED",
    "DEP003": "NK-DEPENDENCY-TRANSITIVE",
}
_HINTS = {
    "DEP001": "add the distribution that brings it to `dependencies`, or its name to `package_module_name_map`",
    "DEP002": "take it out of `dependencies`, or name it in `per_rule_ignores` of [tool.deptry] if it is used unseen",
    "DEP003": "add it to `dependencies`: what only another dependency brings goes away with it",
    "DEP004": "move it from the development dependencies to `dependencies`",
    "DEP005": "take it out: the standard library has it",
}


class _Error(msgspec.Struct):
    code: str
    message: str


class _Location(msgspec.Struct):
    file: str
    line: int | None = None
    column: int | None = None


class _Violation(msgspec.Struct):
    error: _Error
    module: str
    location: _Location


class _Member(msgspec.Struct):
    folder: str
    violations: list[_Violation] = []
    error: str | None = None


class _Document(msgspec.Struct, rename={"version": "deptry-members"}):
    version: int
    members: list[_Member]


class Deptry(Tool):
    """deptry over every member, in one process."""

    name = "deptry"
    summary = "compares what is imported with what is declared, member by member in one pass"
    distribution = "deptry"
    executable = "python"
    url = "https://deptry.com/"
    sessions = frozenset({"lint", "release_check"})
    chooser = Chooser(tables=("deptry",), distributions=("deptry",), hooks=("deptry",))
    cost = 0.3
    needs_interpreter = True
    strict_only = True
    code_url = "https://deptry.com/rules-violations/"

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only where no member has a [project] or Poetry's table to declare dependencies in, or none has code."""
        if not list(_members(repository)):
            return "no package with a pyproject.toml that declares dependencies"
        return super().not_due(repository, paths)

    def environment_for(self, job: Job) -> dict[str, str | None]:
        """The project's packages, for the names of what they bring: they shadow deptry's own, which it survives."""
        if job.interpreter is None:
            return {"PYTHONPATH": None}
        found = sorted(job.interpreter.parents[1].glob("lib/python3*/site-packages"))
        return {"PYTHONPATH": str(found[0]) if found else None}

    def command(self, job: Job) -> list[str]:
        """The members and their arguments stand in a file: a hundred of them are too long for a command line."""
        members = [package for package in _members(job.repository) if _is_asked(package, job)]
        order = job.scratch / "order.json"
        shared = _shared_tops(job.repository)
        order.write_text(
            json.dumps([{"folder": each.folder, "arguments": _arguments(each, job, shared)} for each in members]),
            encoding="utf-8",
        )
        return [str(job.executable), str(_PROGRAM), str(order)]

    def plain(self, job: Job) -> list[Plain]:
        """deptry itself, a run a member."""
        shared = _shared_tops(job.repository)
        members = [package for package in _members(job.repository) if _is_asked(package, job)]
        return [
            Plain(words=("deptry", ".", *_arguments(package, job, shared)), folder=package.folder)
            for package in members
        ]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """One document of all members; one that deptry could not read is trouble."""
        if not completed.stdout.strip():
            raise UnparseableError(failure(completed))
        members = decode(completed.stdout, _Document, tool="deptry").members
        names = {package.folder: package.name for package in job.repository.workspace.packages}
        findings = [
            _finding(member.folder, names.get(member.folder), violation)
            for member in members
            for violation in member.violations
        ]
        errors = [f"{member.folder}: {clean(member.error)[:200]}" for member in members if member.error]
        return Reading(
            findings=tuple(findings),
            evidence={"members": len(members)},
            trouble="; ".join(errors[:3]) or None,
            trouble_hint="mend what deptry cannot read there, and run it again",
        )


def _members(repository: Repository) -> Iterator[Package]:
    for package in repository.workspace.packages:
        tool = table(package.pyproject, "tool")
        if table(package.pyproject, "project") or table(tool, "poetry"):
            yield package


def _is_asked(package: Package, job: Job) -> bool:
    if package.folder in job.excluded:
        return False
    return any(path in {".", package.folder} or package.folder.startswith(f"{path}/") for path in job.paths)


def _shared_tops(repository: Repository) -> dict[str, list[str]]:
    """The top-level names that several members have, which are namespaces, with these members."""
    owners: dict[str, list[str]] = collections.defaultdict(list)
    for package in repository.workspace.packages:
        for top in {name.partition(".")[0] for name in package.import_names}:
            owners[top].append(package.name)
    return {top: names for top, names in owners.items() if len(names) > 1}


def _arguments(package: Package, job: Job, shared: Mapping[str, Sequence[str]]) -> list[str]:
    """What noxkit knows better, joined with what the member's [tool.deptry] says, which arguments would replace."""
    own = table(package.pyproject, "tool", "deptry")
    members = sorted({name for names in shared.values() for name in names})
    words = ["--experimental-namespace-package"]
    tops = [*strings(own.get("known_first_party")), *shared, *_tops(package)]
    words += [word for top in dict.fromkeys(tops) for word in ("--known-first-party", top)]
    ignores: dict[str, list[str]] = {
        code: list(strings(names)) if not isinstance(names, str) else [names]
        for code, names in table(own, "per_rule_ignores").items()
    }
    if members:  # what is imported of a namespace belongs to a member: NK-MEMBER-UNDECLARED knows which
        ignores["DEP002"] = [*ignores.get("DEP002", []), *members]
    if ignores:
        words += ["--per-rule-ignores", ",".join(f"{code}={'|'.join(names)}" for code, names in ignores.items())]
    inner = [each.folder for each in job.repository.workspace.packages if _lies_in(each.folder, package.folder)]
    start = "" if package.folder == "." else f"{package.folder}/"
    excluded = [*strings(own.get("extend_exclude")), *(f"{folder.removeprefix(start)}/" for folder in inner)]
    return [*words, *(word for each in (*excluded, r"\.nox", "noxfile\\.py", "docs/") for word in ("-ee", each))]


def _tops(package: Package) -> list[str]:
    return sorted({name.partition(".")[0] for name in package.import_names})


def _lies_in(folder: str, outer: str) -> bool:
    return folder != outer and (outer == "." or folder.startswith(f"{outer}/"))


def _finding(folder: str, package: str | None, violation: _Violation) -> Finding:
    code, place = violation.error.code, violation.location
    path = place.file.replace("\\", "/").removeprefix("./")
    return Finding(
        code=f"deptry:{code}",
        task=Deptry.name,
        severity=Severity.ERROR,
        message=clean(violation.error.message),
        hint=_HINTS.get(code, "see https://deptry.com/rules-violations/"),
        path=path if folder == "." else f"{folder}/{path}",
        line=place.line,
        column=place.column,
        package=package,
        group=_GROUPS.get(code),
        url="https://deptry.com/rules-violations/",
    )
