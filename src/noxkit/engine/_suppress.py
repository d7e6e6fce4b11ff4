# SPDX-License-Identifier: Apache-2.0
"""Findings that somebody has accepted: by `ignore` in the configuration, on the line, or in the baseline."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import Finding, Outcome, Severity
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace._globs import matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from noxkit.config.schema import Ignore
    from noxkit.diagnostics.sources import Sources
    from noxkit.engine._context import Context

__all__ = ["read_baseline", "suppressed", "with_baseline", "write_baseline"]

_INLINE = re.compile(r"#\s*noxkit:\s*ignore\[(?P<codes>[^\]]+)\](?P<reason>.*)$")


def suppressed(outcomes: Sequence[Outcome], *, context: Context, sources: Sources) -> list[Outcome]:
    """The outcomes with each accepted finding marked by the reason for which it is accepted."""
    ignores = context.config.options.ignore
    today = dt.datetime.now(dt.timezone.utc).date()
    return [
        msgspec.structs.replace(
            outcome,
            findings=tuple(_marked(finding, ignores, today=today, sources=sources) for finding in outcome.findings),
        )
        for outcome in outcomes
    ]


def _marked(finding: Finding, ignores: Iterable[Ignore], *, today: dt.date, sources: Sources) -> Finding:
    for ignore in ignores:
        if _matches(ignore, finding):
            if ignore.until is None or today <= ignore.until:
                return msgspec.structs.replace(finding, suppressed=ignore.reason)
            note = f"{finding.hint} (the `ignore` in [tool.noxkit] for it expired on {ignore.until.isoformat()})"
            return msgspec.structs.replace(finding, hint=note)
    reason = _inline_reason(finding, sources)
    return msgspec.structs.replace(finding, suppressed=reason) if reason else finding


def _matches(ignore: Ignore, finding: Finding) -> bool:
    if ignore.code != finding.code or ignore.source not in {None, "tree"}:
        return False
    return ignore.path is None or (
        finding.path is not None and matcher((ignore.path,)).fullmatch(finding.path) is not None
    )


def _inline_reason(finding: Finding, sources: Sources) -> str | None:
    """The reason on the finding's own line; a comment without one accepts nothing."""
    match = _INLINE.search(sources.line(finding.path, finding.line) or "")
    if match is None or finding.code not in {code.strip() for code in match["codes"].split(",")}:
        return None
    return match["reason"].strip(" -:") or None


def read_baseline(root: Path, name: str) -> frozenset[str]:
    """The fingerprints in the baseline; none where there is no such file. Raises NoxkitError for one that is broken."""
    file = root / name
    if not file.is_file():
        return frozenset()
    try:
        document = json.loads(file.read_bytes())
        return frozenset(str(item["fingerprint"]) for item in document["findings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        record = ErrorRecord(
            code="NK-FILE-UNREADABLE",
            message=f"the baseline cannot be read: {error}",
            path=name,
            line=1,
            column=1,
            hint="restore it from git, or write it anew with `-- --write-baseline`",
        )
        raise NoxkitError(record) from error


def with_baseline(outcomes: Sequence[Outcome], findings: Sequence[Finding], known: frozenset[str]) -> list[Outcome]:
    """The outcomes with those findings marked whose fingerprint, in the merged `findings`, is in the baseline."""
    if not known:
        return list(outcomes)
    old = {_identity(finding) for finding in findings if finding.fingerprint in known}
    return [
        msgspec.structs.replace(
            outcome,
            findings=tuple(
                msgspec.structs.replace(finding, suppressed=finding.suppressed or "in the baseline")
                if _identity(finding) in old
                else finding
                for finding in outcome.findings
            ),
        )
        for outcome in outcomes
    ]


def _identity(finding: Finding) -> tuple[object, ...]:
    return (finding.code, finding.path, finding.line, finding.column, finding.message)


def write_baseline(file: Path, findings: Sequence[Finding], *, tasks: frozenset[str]) -> int:
    """Write the findings of a run as the new baseline and return how many it holds.

    Entries of tasks that did not run stay as they are, so that a run of one tool does not forget
    what is known of the others.
    """
    kept: list[dict[str, object]] = []
    if file.is_file():
        read_baseline(file.parent, file.name)
        kept = [item for item in json.loads(file.read_bytes())["findings"] if item.get("task") not in tasks]
    new = [
        {"fingerprint": finding.fingerprint, "code": finding.code, "task": finding.task, "path": finding.path}
        for finding in findings
        if finding.severity is not Severity.INFO and finding.suppressed in {None, "in the baseline"}
    ]
    items = sorted([*kept, *new], key=lambda item: (str(item.get("path")), str(item["code"]), str(item["fingerprint"])))
    write_atomic(file, json.dumps({"schema": "noxkit-baseline/1", "findings": items}, indent=1) + "\n")
    return len(items)
