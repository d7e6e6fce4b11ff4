# SPDX-License-Identifier: Apache-2.0
"""ruff's rules on async, print, blind excepts and suppressions that suppress nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.tools._base import PYTHON_CODE, Chooser, Reading, Tool
from noxkit.tools._ruff_extra import extra_command, extra_reading, in_tests, rule_of

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Finding
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job

__all__ = ["RuffPolicy"]

_SELECTED = ("ASYNC", "T20", "BLE", "E722", "RUF100")
# `noqa` of a rule that is off looks unused: those of `ruff_security` are on here too, and left out of the findings.
_ALSO = ("S",)
_UNUSED = ("unused:", "Unused blanket")  # of "unused: …; non-enabled: …; unknown: …"


class RuffPolicy(Tool):
    """`ruff check --extend-select ASYNC,T20,BLE,E722,RUF100`.

    Suppressions without a code (PGH003, PGH004) and imports in functions (PLC0415) are noxkit's own rules; a
    `noqa` of the latter accepts there, too.
    """

    name = "ruff_policy"
    summary = "finds blocking calls in async code, prints, blind excepts and unused suppressions with ruff"
    distribution = "ruff"
    executable = "ruff"
    threads_variable = "RAYON_NUM_THREADS"
    url = "https://docs.astral.sh/ruff/rules/"
    sessions = frozenset({"lint"})
    filters = True
    chooser = Chooser()
    cost = 0.2
    reads_only = PYTHON_CODE
    strict_only = True
    enforces = ("ASYNC", "T20", "BLE", "E722", "PLC0415")

    def command(self, job: Job) -> list[str]:
        """On top of the repository's own selection: whether a `noqa` is unused depends on what is on."""
        return extra_command(job, (*_SELECTED, *_ALSO), alone=False)

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The diagnostics of these rules; tests may print."""
        return extra_reading(job, completed, task=self.name, keep=_counts)


def _counts(finding: Finding) -> bool:
    rule = rule_of(finding)
    if rule == "RUF100":
        return any(mark in finding.message for mark in _UNUSED)
    return rule.startswith(_SELECTED) and not (rule.startswith("T20") and in_tests(finding.path or ""))
