# SPDX-License-Identifier: Apache-2.0
"""A report as JSON, `noxkit-report/1`: one line a task and a finding, so that two reports can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from noxkit.report._records import SCHEMA, encoded, finding_record, head_record, release_record, task_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._style import Style

__all__ = ["FORMAT", "SCHEMA", "render"]

FORMAT: Final = "json"


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """The report as a JSON object."""
    tail = {
        "notes": report.notes,
        "failing": report.failing,
        "exit_code": report.exit_code,
        "interrupted": report.interrupted,
    }
    files = [{"name": file.name, "sha256": file.sha256} for file in report.files]
    members = [
        *_members(head_record(report)),
        _array("files", files),
        _array("tasks", [task_record(outcome) for outcome in report.tasks]),
        _array("findings", [finding_record(finding) for finding in report.findings]),
        _array("releases", [release_record(release) for release in report.releases]),
        *_members(tail),
    ]
    return "{" + ",\n ".join(members) + "}\n"


def _members(values: Mapping[str, object]) -> list[str]:
    return [f"{encoded(name)}: {encoded(value)}" for name, value in values.items()]


def _array(name: str, items: Sequence[Mapping[str, object]]) -> str:
    lines = ",\n  ".join(encoded(item) for item in items)
    return f'"{name}": [\n  {lines}\n ]' if items else f'"{name}": []'
