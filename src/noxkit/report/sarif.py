# SPDX-License-Identifier: Apache-2.0
"""A report as SARIF 2.1.0, for code scanning (OASIS standard; docs.github.com, "SARIF support for code scanning")."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, Final

from noxkit.diagnostics.model import Severity, Status
from noxkit.report._escape import one_line, visible
from noxkit.report._places import from_top
from noxkit.report._records import encoded
from noxkit.report._verdict import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report, RuleInfo
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "sarif"

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_RESULTS = 25_000  # GitHub refuses a run with more
_NOWHERE = "pyproject.toml"  # code scanning refuses a result without a place
_TEXT = 1000  # GitHub shows so much of a message


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """One run of the tool noxkit; a rule of a tool keeps the tool's name before its own: `ruff:F401`."""
    findings = sorted(report.findings, key=lambda finding: (finding.suppressed is not None, finding.severity.rank))
    kept = sorted(findings[:_RESULTS], key=lambda finding: finding.sort_key)
    rules = _rules(kept, {rule.code: rule for rule in report.rules})
    order = {code: number for number, code in enumerate(rules)}
    driver = {
        "name": "noxkit",
        "version": report.noxkit,
        "semanticVersion": report.noxkit,
        "rules": list(rules.values()),
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"noxkit/{_uri(one_line(report.session))}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, left_out=len(findings) - len(kept))],
        "results": [_result(finding, order[finding.code], report.root) for finding in kept],
    }
    return encoded({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rules(findings: Sequence[Finding], known: Mapping[str, RuleInfo]) -> dict[str, dict[str, object]]:
    rules: dict[str, dict[str, object]] = {}
    for finding in findings:
        if finding.code not in rules:
            rules[finding.code] = _rule(finding, known.get(finding.code))
    return rules


def _rule(finding: Finding, info: RuleInfo | None) -> dict[str, object]:
    code = one_line(finding.code)
    summary = info.summary if info is not None else code
    rule: dict[str, object] = {
        "id": code,
        "name": code,
        "shortDescription": {"text": one_line(summary)},
        "fullDescription": {"text": one_line(summary)},
        "help": _help(finding, info),
        "defaultConfiguration": {"level": _LEVELS[info.severity if info is not None else finding.severity]},
        "properties": {"tags": [one_line(info.family if info is not None else finding.task)]},
    }
    if finding.url and finding.url.startswith(("https://", "http://")):
        rule["helpUri"] = _uri(finding.url)
    return rule


def _help(finding: Finding, info: RuleInfo | None) -> dict[str, str]:
    if info is None or not info.page:
        return {"text": visible(finding.hint)}
    return {"text": info.page, "markdown": info.page}


def _uri(text: str) -> str:
    """`text` as a URI reference (RFC 3986): what may not stand in one is percent-encoded."""
    encodable = text.encode("utf-8", "surrogateescape")
    return urllib.parse.quote(encodable, safe="/:?#[]@!$&'()*+,;=~%" if "://" in text else "/@!$&'()*+,;=~")


def _result(finding: Finding, rule: int, root: str) -> dict[str, object]:
    hint = f"\n{visible(finding.hint)}" if finding.hint else ""
    result: dict[str, object] = {
        "ruleId": one_line(finding.code),
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{visible(finding.message)[:_TEXT]}{hint[:_TEXT]}"},
        "locations": [{"physicalLocation": _location(finding, root)}],
        "properties": {
            "task": one_line(finding.task),
            **({"package": one_line(finding.package)} if finding.package else {}),
            **({"pythons": [one_line(python) for python in finding.pythons]} if finding.pythons else {}),
            **({"fix": finding.fix.value} if finding.fix is not None else {}),
        },
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"noxkit/v1": finding.fingerprint}
    if finding.suppressed is not None:
        result["suppressions"] = [{"kind": "external", "justification": visible(finding.suppressed)}]
    return result


def _location(finding: Finding, root: str) -> dict[str, object]:
    path = from_top(finding.path, root)
    if path is None and finding.path is not None and finding.path.startswith("/"):
        return {"artifactLocation": {"uri": "file://" + _uri(finding.path)}} | _region(finding)
    if path is None:
        place = {"uri": _uri(from_top(_NOWHERE, root) or _NOWHERE), "uriBaseId": "%SRCROOT%"}
        return {"artifactLocation": place, "region": {"startLine": 1}}
    return {"artifactLocation": {"uri": _uri(path), "uriBaseId": "%SRCROOT%"}} | _region(finding)


def _region(finding: Finding) -> dict[str, object]:
    """The place in the file; 1-based, its end column exclusive, as here."""
    region: dict[str, object] = {"startLine": finding.line or 1}
    if finding.line and finding.column:
        region["startColumn"] = finding.column
    if finding.line and finding.end_line and finding.end_line >= finding.line:
        region["endLine"] = finding.end_line
    if finding.line and finding.column and finding.end_column and _ends_later(finding, finding.column):
        region["endColumn"] = finding.end_column
    return {"region": region}


def _ends_later(finding: Finding, column: int) -> bool:
    several = finding.end_line is not None and finding.end_line != finding.line
    return several or (finding.end_column or 0) >= column


def _invocation(report: Report, *, left_out: int) -> dict[str, object]:
    notes = [*_notes(report)]
    if left_out:
        said = f"{left_out:,} findings more than code scanning takes: they are in the JSON report"
        notes.append({"level": "warning", "message": {"text": said}})
    return {
        "executionSuccessful": report.status not in {Status.CRASHED, Status.INCONCLUSIVE} and not report.interrupted,
        "exitCode": report.exit_code,
        "startTimeUtc": report.started,
        "toolExecutionNotifications": notes,
    }


def _notes(report: Report) -> Iterator[dict[str, object]]:
    for outcome in sorted(report.tasks, key=lambda outcome: outcome.status.rank):
        if outcome.status in {Status.CRASHED, Status.INCONCLUSIVE}:
            level = "error" if report.failing else "warning"
            yield {"level": level, "message": {"text": _said(outcome)}}


def _said(outcome: Outcome) -> str:
    reason = one_line(outcome.reason or "no reason was given")
    hint = f" ({one_line(outcome.hint)})" if outcome.hint else ""
    return f"{label(outcome)} {outcome.status.value}: {reason}{hint}"
