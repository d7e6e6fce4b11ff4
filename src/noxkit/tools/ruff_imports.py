# SPDX-License-Identifier: Apache-2.0
"""ruff's import order, applied by `fmt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.tools._base import PYTHON_CODE, Chooser, Reading, Tool
from noxkit.tools._ruff import CONFIG_FILES, FOR_NOXKIT, common, diagnostics, files_read, finding_of, missing
from noxkit.tools._settings import settings_of, strings, subtable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["RuffImports"]

_OTHERS = {
    "isort": Chooser(
        tables=("isort",), files=(".isort.cfg",), sections=("isort",), distributions=("isort",), hooks=("isort",)
    ),
    "usort": Chooser(tables=("usort",), distributions=("usort",), hooks=("usort",)),
    "reorder-python-imports": Chooser(hooks=("reorder-python-imports",)),
}
_NAMES = frozenset({"I", "I0", "I00", "I001", "ALL"})


class RuffImports(Tool):
    """`ruff check --select I --fix`."""

    name = "ruff_imports"
    summary = "orders imports"
    distribution = "ruff"
    executable = "ruff"
    url = "https://docs.astral.sh/ruff/rules/unsorted-imports/"
    sessions = frozenset({"fmt"})
    for_noxkit = FOR_NOXKIT
    chooser = Chooser(tables=("ruff.lint.isort", "ruff.isort"))
    cost = 0.2
    reads_only = PYTHON_CODE

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Nor where another tool orders imports, or ruff is configured not to."""
        for name, chooser in _OTHERS.items():
            other = chooser.choice(repository)
            if other.chosen:
                return f"{name} orders the imports of this repository ({other.why})"
        if not _selected(repository):
            return "the configuration of ruff does not select I"
        return super().not_due(repository, paths)

    def command(self, job: Job) -> list[str]:
        """Fixes where it may write, only looks elsewhere."""
        fix = "--fix" if job.write else "--no-fix"
        command = [str(job.executable), "check", "--select", "I", "--output-format", "json", fix]
        return [*command, *common(job), "--", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """What is left after fixing: files that do not parse."""
        items = diagnostics(completed)
        findings = tuple(finding_of(job, item, task=self.name) for item in items)
        return Reading(findings=findings, files=files_read(completed), trouble=missing(job, items))


def _selected(repository: Repository) -> bool:
    """Whether ruff's configuration orders imports; True where there is no configuration."""
    settings = settings_of(repository, "ruff", files=CONFIG_FILES)
    if settings is None:
        return True
    tables = (settings, subtable(settings, "lint"))
    on = {code for table in tables for key in ("select", "extend-select") for code in strings(table.get(key))}
    off = {code for table in tables for key in ("ignore", "extend-ignore") for code in strings(table.get(key))}
    return bool(on & _NAMES) and not off & _NAMES
