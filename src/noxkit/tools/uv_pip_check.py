# SPDX-License-Identifier: Apache-2.0
"""`uv pip check`: whether what is installed in the project environment fits together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, failure, last_count, lines_of, text_of
from noxkit.tools._target import wrong_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["UvPipCheck"]

_READ = re.compile(r"^Checked (\d+) packages? in ", re.MULTILINE)
_FOUND = re.compile(r"^Found (\d+) incompatibilit(?:y|ies)$", re.MULTILINE)
_LINE = re.compile(r"^The package `")


class UvPipCheck(Tool):
    """`uv pip check` on the synced environment."""

    name = "uv_pip_check"
    summary = "compares the installed distributions with what they require"
    distribution = "uv"
    executable = "uv"
    url = "https://docs.astral.sh/uv/pip/inspection/"
    sessions = frozenset({"lint", "consistency"})
    for_noxkit = (("--no-progress",), ("--color", "never"))
    chooser = Chooser(files=("uv.lock",))
    cost = 0.05
    needs_interpreter = True
    own_environment = False
    codes_findings = frozenset({1, 2})  # 2 where there is no environment
    reads = "distributions"

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only where nothing is installed."""
        del paths
        return None if repository.workspace.packages else "no package to install"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """At least the packages themselves."""
        del paths
        return len(repository.workspace.packages)

    def command(self, job: Job) -> list[str]:
        """`uv pip check` on the environment of the job."""
        python = str(job.interpreter) if job.interpreter else str(job.root / ".venv")
        return [str(job.executable), "pip", "check", "--python", python, "--no-progress", "--color", "never"]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """One finding for each line; their number has to be the one that uv says."""
        said = text_of(completed.stderr)
        count = last_count(_READ, said)
        if count is None:
            if (trouble := wrong_target(job)) is not None:
                return Reading(trouble=trouble)
            raise UnparseableError(failure(completed))
        broken = [line for line in lines_of(completed.stderr) if _LINE.match(line)]
        announced = last_count(_FOUND, said) or 0
        if announced != len(broken):
            raise UnparseableError(f"uv names {len(broken)} incompatibilities and counts {announced}")
        trouble = f"{len(job.missing)} of what it is to look at could not be installed" if job.missing else None
        return Reading(
            findings=tuple(_finding(line) for line in broken),
            files=count,
            trouble=trouble,
            trouble_hint="mend what the row of the environment names" if trouble else None,
        )


def _finding(line: str) -> Finding:
    return Finding(
        code="NK-ENVIRONMENT-BROKEN",
        task=UvPipCheck.name,
        severity=Severity.WARNING,
        message=clean(line),
        hint="correct the requirement and run `uv lock`; where both are right, remove .nox/noxkit and run again",
        url=UvPipCheck.url,
    )
