# SPDX-License-Identifier: Apache-2.0
"""A report as JSON, `noxkit-report/1`: one line a task and a finding, so that two reports can be compared."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Readiness, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._style import Style

__all__ = ["FORMAT", "SCHEMA", "render"]

FORMAT: Final = "json"
SCHEMA: Final = "noxkit-report/1"

_SURROGATES = re.compile("[\ud800-\udfff]")
# JSON may hold these as they are; on a terminal they would steer it or turn the text around.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """The report as a JSON object; its keys and their order are the contract of the design's §5."""
    head = {
        "schema": SCHEMA,
        "noxkit": report.noxkit,
        "session": report.session,
        "status": report.status.value,
        "started": report.started,
        "seconds": round(report.seconds, 3),
        "root": report.root,
        "git_root": report.git_root,
        "tree": report.tree,
    }
    tail = {
        "notes": report.notes,
        "failing": report.failing,
        "exit_code": report.exit_code,
        "interrupted": report.interrupted,
    }
    files = [{"name": file.name, "sha256": file.sha256} for file in report.files]
    members = [
        *_members(head),
        _array("files", files),
        _array("tasks", [_task(outcome) for outcome in report.tasks]),
        _array("findings", [_finding(finding) for finding in report.findings]),
        _array("releases", [_release(release) for release in report.releases]),
        *_members(tail),
    ]
    return "{" + ",\n ".join(members) + "}\n"


def _members(values: Mapping[str, object]) -> list[str]:
    return [f"{_encode(name)}: {_encode(value)}" for name, value in values.items()]


def _array(name: str, items: Sequence[Mapping[str, object]]) -> str:
    lines = ",\n  ".join(_encode(item) for item in items)
    return f'"{name}": [\n  {lines}\n ]' if items else f'"{name}": []'


def _encode(value: object) -> str:
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a file name that is not UTF-8 has lone surrogates
        plain = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
        text = _SURROGATES.sub(lambda found: f"\\\\u{ord(found[0]):04x}", plain)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _task(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.name,
        "status": outcome.status.value,
        "seconds": round(outcome.seconds, 3),
        "cached": outcome.cached,
        "reason": outcome.reason,
        "evidence": outcome.evidence,
        "package": outcome.package,
        "python": outcome.python,
        "hint": outcome.hint,
        "advisory": outcome.advisory,
    }


def _release(release: Readiness) -> dict[str, object]:
    return {
        "package": release.package,
        "version": release.version,
        "ready": release.ready,
        "blocking": release.blocking,
        "left_out": release.left_out,
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "task": finding.task,
        "severity": finding.severity.value,
        "group": finding.group,
        "message": finding.message,
        "hint": finding.hint,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "package": finding.package,
        "pythons": finding.pythons,
        "url": finding.url,
        "fix": None if finding.fix is None else finding.fix.value,
        "fingerprint": finding.fingerprint,
        "suppressed": finding.suppressed,
    }
