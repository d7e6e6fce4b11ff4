# SPDX-License-Identifier: Apache-2.0
"""pyproject-fmt: the form of the pyproject.toml of each package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from noxkit.diagnostics.model import Finding, FixSafety, Severity
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, failure, lines_of, text_of
from noxkit.tools._places import relative

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["PyprojectFmt"]

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_DIFF = re.compile(
    r"^--- (?P<path>[^\n]+)\n\n?\+\+\+ (?P=path)\n\n?(?P<hunks>@@ .*?)(?=^--- [^\n]+\n\n?\+\+\+ |\Z)", re.M | re.S
)
_HUNK = re.compile(r"^@@ -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@$")
_SAME = re.compile(r"^no change for (?P<path>.+)$", re.MULTILINE)
_BROKEN = re.compile(r"^(?P<path>.*pyproject\.toml): (?P<why>.+)$")


class PyprojectFmt(Tool):
    """`pyproject-fmt`; only looks where it may not write."""

    name = "pyproject_fmt"
    summary = "formats the pyproject.toml of each package, or says which are not formatted"
    distribution = "pyproject-fmt"
    executable = "pyproject-fmt"
    url = "https://pyproject-fmt.readthedocs.io/"
    sessions = frozenset({"fmt", "lint"})
    chooser = Chooser(
        tables=("pyproject-fmt",),
        files=("pyproject-fmt.toml",),
        distributions=("pyproject-fmt",),
        hooks=("pyproject-fmt",),
    )
    environment: ClassVar[dict[str, str]] = {"NO_COLOR": "1"}
    strict_only = True

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Without the pyproject.toml of a package."""
        return None if _manifests(repository, paths) else f"0 packages with a pyproject.toml under {', '.join(paths)}"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """The manifests."""
        return len(_manifests(repository, paths))

    def command(self, job: Job) -> list[str]:
        """Unless the repository has chosen it, it changes the form alone: no classifier and no version."""
        check = [] if job.write else ["--check"]
        chosen = self.choice(job.repository).chosen
        form = [] if chosen else ["--no-generate-python-version-classifiers", "--keep-full-version"]
        return [str(job.executable), *check, *form, "--", *_manifests(job.repository, job.paths)]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """A diff or a line for each file; a file without either was not read."""
        text = _COLOURS.sub("", text_of(completed.stdout))
        diffs = {relative(job.root, match["path"]): match["hunks"] for match in _DIFF.finditer(text)}
        same = {relative(job.root, path) for path in _SAME.findall(text)}
        broken = {finding.path: finding for finding in _broken(job, completed)}
        silent = [path for path in _manifests(job.repository, job.paths) if path not in {*diffs, *same, *broken}]
        if silent:
            raise UnparseableError(f"it does not say what it made of {', '.join(silent)}; {failure(completed)}")
        changed = [] if job.write else [_finding(path, hunks) for path, hunks in diffs.items()]
        return Reading(
            findings=(*broken.values(), *changed),
            files=len(diffs) + len(same),
            evidence={"changed": len(diffs)} if job.write else {},
            left_out=len(diffs) if job.write else 0,  # what it has changed is no finding any more
        )


def _manifests(repository: Repository, paths: Sequence[str]) -> tuple[str, ...]:
    """The pyproject.toml of the root and of each package among the paths: of nothing else in the tree."""
    own = dict.fromkeys(["pyproject.toml", *(package.pyproject_path for package in repository.workspace.packages)])
    asked = frozenset(repository.files_matching(paths))
    return tuple(path for path in own if path in asked)


def _broken(job: Job, completed: Completed) -> Iterator[Finding]:
    for line in lines_of(completed.stderr):
        match = _BROKEN.match(line)
        if match is not None:
            yield Finding(
                code="pyproject_fmt:invalid-toml",
                task=PyprojectFmt.name,
                severity=Severity.ERROR,
                message=clean(match["why"]),
                hint="mend the TOML: nothing else in this file can be trusted until it parses",
                path=relative(job.root, match["path"]),
            )


def _finding(path: str, hunks: str) -> Finding:
    lines = hunks.split("\n")
    changed = sum(line.startswith(("+", "-")) for line in lines)
    return Finding(
        code="pyproject_fmt:unformatted",
        task=PyprojectFmt.name,
        severity=Severity.ERROR,
        message=f"not formatted as `pyproject-fmt` would: {changed} lines of its diff",
        hint="run `nox -s fmt`",
        path=path,
        line=_first_change(lines),
        column=1,
        url=PyprojectFmt.url,
        fix=FixSafety.SAFE,
    )


def _first_change(lines: Sequence[str]) -> int:
    """The line of the file where the first difference is."""
    number = 1
    for line in lines:
        head = _HUNK.match(line)
        if head is not None:
            number = int(head["line"]) or 1
        elif line.startswith(("+", "-")):
            break
        elif line.startswith(" "):
            number += 1
    return number
