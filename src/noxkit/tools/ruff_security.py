# SPDX-License-Identifier: Apache-2.0
"""ruff's security rules, which are bandit's, at a fortieth of bandit's time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.tools._base import PYTHON_CODE, Choice, Chooser, Reading, Tool
from noxkit.tools._ruff import CONFIG_FILES
from noxkit.tools._ruff_extra import extra_command, extra_reading, in_tests, rule_of
from noxkit.tools._settings import settings_of, strings, subtable

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Finding
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["RuffSecurity"]

_SELECTED = ("S", "PLE2502")  # PLE2502 is bandit's B613
_HARMLESS = ("S404", "S603", "S606", "S607")  # a subprocess import, or a call with a list: how it is done right
_OWN = ("S105", "S106", "S107")  # NK-SECRET judges the value and not the name, and never shows it
_RULE = re.compile(r"S\d+|PLE2502")  # and not SIM, SLF or SLOT
_WHOLE = frozenset({"S", "ALL"})


class RuffSecurity(Tool):
    """`ruff check --select S,PLE2502`, where ruff's configuration does not say so itself."""

    name = "ruff_security"
    summary = "finds dangerous calls with ruff's security rules"
    distribution = "ruff"
    executable = "ruff"
    threads_variable = "RAYON_NUM_THREADS"
    url = "https://docs.astral.sh/ruff/rules/#flake8-bandit-s"
    sessions = frozenset({"lint", "security"})
    filters = True
    chooser = Chooser(tables=("ruff.lint.flake8-bandit", "ruff.flake8-bandit"))
    cost = 0.2
    reads_only = PYTHON_CODE
    strict_only = True
    enforces = (*(f"S{number}" for number in range(1, 8)), "PLE2502")

    def choice(self, repository: Repository) -> Choice:
        """Chosen where ruff's own configuration selects all of S, too."""
        settings = settings_of(repository, "ruff", files=CONFIG_FILES) or {}
        tables = (settings, subtable(settings, "lint"))
        on = {code for table in tables for key in ("select", "extend-select") for code in strings(table.get(key))}
        if on & _WHOLE:
            return Choice(chosen=True, why="`S` is selected in ruff's configuration")
        return super().choice(repository)

    def command(self, job: Job) -> list[str]:
        """These rules alone, with the repository's excludes and per-file-ignores."""
        return extra_command(job, _SELECTED, ignore=(*_HARMLESS, *_OWN))

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The diagnostics of these rules; an `assert` in tests is meant."""
        return extra_reading(job, completed, task=self.name, keep=_counts)


def _counts(finding: Finding) -> bool:
    rule = rule_of(finding)
    return _RULE.fullmatch(rule) is not None and not (rule == "S101" and in_tests(finding.path or ""))
