# SPDX-License-Identifier: Apache-2.0
"""liccheck: a second opinion on the licences of what is installed, where the repository has a [tool.liccheck]."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, failure, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Liccheck"]

_FILE = "liccheck.txt"
_ROW = re.compile(r"(?P<name>\S+) (?P<version>\S+) (?P<license>.*) (?P<answer>OK|UNKNOWN|UNAUTHORIZED)")


class Liccheck(Tool):
    """`liccheck --no-deps` over what is installed, from an environment in which it still works."""

    name = "liccheck"
    summary = "gives a second opinion on the licences of what is installed"
    distribution = "liccheck"
    executable = "liccheck"
    url = "https://github.com/dhatim/python-license-check"
    sessions = frozenset({"licenses", "release_check"})
    chooser = Chooser(tables=("liccheck",), distributions=("liccheck",))
    step_of = "licenses"
    needs_interpreter = True
    codes_findings = frozenset({255})
    reads = "distributions"

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only with a policy of its own."""
        del paths
        return None if self.choice(repository).chosen else "no [tool.liccheck]"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """It says itself how many distributions it has looked at."""
        del repository, paths
        return 0

    def environment_for(self, job: Job) -> dict[str, str | None]:
        """It looks at its own environment, so the project's packages are put before those that it needs itself."""
        found = sorted(job.interpreter.parents[1].glob("lib/python3*/site-packages")) if job.interpreter else []
        return {"PYTHONPATH": str(found[0]) if found else None, "PYTHONWARNINGS": "ignore"}

    def command(self, job: Job) -> list[str]:
        """One file of names; the policy is the one in pyproject.toml, the level the task's argument."""
        level = job.arguments[0].upper() if job.arguments else "STANDARD"
        start = [str(job.executable), "-s", "pyproject.toml", "-l", level, "--no-deps"]
        return [*start, "-R", str(job.scratch / _FILE), "-r", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """A row for each distribution: what is not `OK` is a finding of liccheck's, for noxkit to compare."""
        file = job.scratch / _FILE
        rows = lines_of(file.read_bytes() if file.is_file() else completed.stdout)
        found = [match for row in rows if (match := _ROW.fullmatch(row)) is not None]
        if not found or (file.is_file() and len(found) < len(rows)):
            raise UnparseableError(failure(completed))
        return Reading(
            findings=tuple(_finding(match) for match in found if match["answer"] != "OK"),
            files=len(found),
        )


def _finding(match: re.Match[str]) -> Finding:
    return Finding(
        code=f"liccheck:{match['answer'].lower()}",
        task=Liccheck.name,
        severity=Severity.INFO,
        message=f"{match['name']} {match['version']}: {clean(match['license'])}",
        hint="compare with noxkit's own answer",
        path="pyproject.toml",
    )
