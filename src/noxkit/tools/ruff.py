# SPDX-License-Identifier: Apache-2.0
"""ruff check: the repository's own rules where it has any, the classical few where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.tools._base import PYTHON_CODE, Chooser, Reading, Tool
from noxkit.tools._ruff import FOR_NOXKIT, common, diagnostics, files_read, finding_of, missing, newest_floor
from noxkit.tools._ruff_settings import external

if TYPE_CHECKING:
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job

__all__ = ["Ruff"]


class Ruff(Tool):
    """`ruff check`; applies its safe fixes where it may write."""

    name = "ruff"
    summary = "lints Python files"
    distribution = "ruff"
    executable = "ruff"
    threads_variable = "RAYON_NUM_THREADS"
    url = "https://docs.astral.sh/ruff/linter/"
    explains_with = ("rule", "{code}")
    sessions = frozenset({"lint", "fix"})
    for_noxkit = FOR_NOXKIT
    chooser = Chooser(
        tables=("ruff",), files=("ruff.toml", ".ruff.toml"), distributions=("ruff",), hooks=("ruff", "ruff-check")
    )
    cost = 0.3
    reads_only = PYTHON_CODE

    def command(self, job: Job) -> list[str]:
        """`ruff check` with its machine output; unasked, only rules that nearly always name a mistake."""
        fix = "--fix" if job.write else "--no-fix"
        target = ["--target-version", f"py{job.python.replace('.', '')}"] if job.python else []
        rules = external(job) if job.chosen else ["--isolated", "--select", "E4,E7,E9,F"]
        if not job.chosen and not target:
            target = newest_floor(job.repository)
        command = [str(job.executable), "check", "--output-format", "json", fix, *common(job)]
        return [*command, *target, *rules, "--", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The diagnostics; a path that is not there is trouble besides."""
        items = diagnostics(completed)
        gone = missing(job, items)
        return Reading(
            findings=tuple(finding_of(job, item, task=self.name) for item in items),
            files=files_read(completed),
            trouble=gone,
            trouble_hint="correct `paths` in [tool.noxkit]" if gone else None,
        )
