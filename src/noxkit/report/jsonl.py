# SPDX-License-Identifier: Apache-2.0
"""A report as JSON Lines: a record a line, for `jq`, log stores and whoever reads while it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from noxkit.report._records import encoded, finding_record, head_record, release_record, task_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.diagnostics.model import Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "jsonl"


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """The run, its files, tasks, findings, releases and notes, each with a `type` and the session."""
    return "".join(
        encoded({"type": kind, "session": report.session, **record}) + "\n" for kind, record in _records(report)
    )


def _records(report: Report) -> Iterator[tuple[str, Mapping[str, object]]]:
    verdict = {"failing": report.failing, "exit_code": report.exit_code, "interrupted": report.interrupted}
    yield "run", {**head_record(report), **verdict}
    yield from (("file", {"name": file.name, "sha256": file.sha256}) for file in report.files)
    yield from (("task", task_record(outcome)) for outcome in report.tasks)
    yield from (("finding", finding_record(finding)) for finding in report.findings)
    yield from (("release", release_record(release)) for release in report.releases)
    yield from (("note", {"text": note}) for note in report.notes)
