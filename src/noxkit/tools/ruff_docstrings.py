# SPDX-License-Identifier: Apache-2.0
"""Public names without a docstring, found by ruff, with a template for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import FixSafety
from noxkit.tools._base import PYTHON_CODE, Chooser, Reading, Tool
from noxkit.tools._docstrings import Template, templates
from noxkit.tools._groups import group_of
from noxkit.tools._ruff_extra import extra_command, extra_reading, in_tests, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job

__all__ = ["RuffDocstrings"]

_CODE = "NK-DOCSTRING-MISSING"
_RULES = tuple(f"D10{number}" for number in range(8))
_OF_FILE = frozenset({"D100", "D104"})
_OF_INIT = "D107"


class RuffDocstrings(Tool):
    """`ruff check --select D100,…,D107`; tests, stubs and the noxfile, which nobody imports, need no docstrings."""

    name = "ruff_docstrings"
    summary = "finds public names without a docstring with ruff"
    distribution = "ruff"
    executable = "ruff"
    threads_variable = "RAYON_NUM_THREADS"
    url = "https://docs.astral.sh/ruff/rules/#pydocstyle-d"
    sessions = frozenset({"lint", "consistency", "fix"})
    filters = True
    chooser = Chooser()
    cost = 0.2
    reads_only = PYTHON_CODE
    strict_only = True
    enforces = _RULES
    own_codes: ClassVar[frozenset[str]] = frozenset({_CODE})

    def command(self, job: Job) -> list[str]:
        """These rules alone. It never writes: the templates are fixes of noxkit's own."""
        return extra_command(job, _RULES)

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The diagnostics under noxkit's code, and files that do not parse under ruff's."""
        reading = extra_reading(job, completed, task=self.name, keep=_counts)
        by_path: dict[str, list[Finding]] = {}
        others: list[Finding] = []
        for finding in reading.findings:
            if rule_of(finding) in _RULES and finding.path is not None:
                by_path.setdefault(finding.path, []).append(finding)
            else:
                others.append(finding)
        own = [each for path, findings in by_path.items() for each in _own(job, path, findings)]
        return Reading(
            findings=(*others, *own),
            files=reading.files,
            trouble=reading.trouble,
            trouble_hint=reading.trouble_hint,
            left_out=reading.left_out,
        )


def _counts(finding: Finding) -> bool:
    path = finding.path or ""
    is_public = path.endswith(".py") and path != "noxfile.py" and not in_tests(path)
    return rule_of(finding) in _RULES and is_public


def _own(job: Job, path: str, findings: Sequence[Finding]) -> Iterator[Finding]:
    try:
        data = (job.root / path).read_bytes()
    except OSError:
        data = b""
    lines = {id(finding): None if rule_of(finding) in _OF_FILE else finding.line for finding in findings}
    found = templates(path, data, lines.values()) if data or any(line is None for line in lines.values()) else {}
    for finding in findings:
        yield _as_own(finding, found.get(lines[id(finding)], Template()))


def _as_own(finding: Finding, template: Template) -> Finding:
    rule = rule_of(finding)
    name = f" `{template.name}`" if template.name and rule != _OF_INIT else ""
    write = "write a docstring that says what it is for"
    return msgspec.structs.replace(
        finding,
        code=_CODE,
        message=f"{finding.message[:1].lower()}{finding.message[1:]}{name} ({rule})",
        hint=f"{write}; `nox -s fix` writes one of the words of its name, to begin with"
        if template.edit
        else f"{write}; `nox -s fix` leaves it alone: there is no line of its own for a docstring",
        fix=FixSafety.SAFE if template.edit else None,
        actions=(template.edit,) if template.edit else (),
        group=group_of("noxkit", _CODE),
    )
