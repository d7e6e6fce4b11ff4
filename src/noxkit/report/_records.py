# SPDX-License-Identifier: Apache-2.0
"""The parts of a report as they stand in `noxkit-report/1`, and as text that is JSON whatever they hold."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Finding, Outcome, Readiness, Report

__all__ = ["SCHEMA", "encoded", "finding_record", "head_record", "release_record", "task_record"]

SCHEMA: Final = "noxkit-report/1"

_SURROGATES = re.compile("[\ud800-\udfff]")
# JSON may hold these as they are; on a terminal they would steer it or turn the text around.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def head_record(report: Report) -> dict[str, object]:
    """What a report says of the run itself; its keys and their order are the contract of the design's §5."""
    return {
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


def encoded(value: object) -> str:
    """`value` as JSON on one line, with escapes for what would steer a terminal and for names that are not UTF-8."""
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a file name that is not UTF-8 has lone surrogates
        plain = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
        text = _SURROGATES.sub(lambda found: f"\\\\u{ord(found[0]):04x}", plain)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def task_record(outcome: Outcome) -> dict[str, object]:
    """An outcome."""
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
        "began": None if outcome.began is None else round(outcome.began, 3),
        "worker": outcome.worker,
        "after": outcome.after,
    }


def release_record(release: Readiness) -> dict[str, object]:
    """Whether a package can be released."""
    return {
        "package": release.package,
        "version": release.version,
        "ready": release.ready,
        "blocking": release.blocking,
        "left_out": release.left_out,
    }


def finding_record(finding: Finding) -> dict[str, object]:
    """A finding, without the edits of its fix."""
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
