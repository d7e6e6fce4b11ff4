# SPDX-License-Identifier: Apache-2.0
"""From outcomes to a report: severities, fingerprints, merging over Pythons, and the verdict."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Finding, Outcome, Report, Severity, Status
from noxkit.engine._clocks import aligned
from noxkit.rules import load_rules
from noxkit.rules._base import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noxkit.diagnostics.model import RuleInfo
    from noxkit.diagnostics.sources import Sources

__all__ = ["Verdict", "capped", "fingerprinted", "judged", "left_over", "merged", "raised", "verdict_of"]

_AS_THEY_ARE = frozenset({"build", "rehearsal", "wheel_contents"})

EXIT_CODES = {Status.CRASHED: 4, Status.FAILED: 1, Status.INCONCLUSIVE: 3, Status.PASSED: 0, Status.SKIPPED: 0}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The worst outcome of a run, and whether the process must fail for it."""

    status: Status
    failing: bool
    exit_code: int


def capped(outcome: Outcome) -> Outcome:
    """The outcome with at most warnings, where the repository has not chosen the task; `always` rules stay errors."""
    if not outcome.advisory:
        return outcome
    rules: Mapping[str, RuleInfo] = (
        load_rules() if any(finding.code.startswith("NK-") for finding in outcome.findings) else {}
    )
    findings = tuple(
        msgspec.structs.replace(finding, severity=Severity.WARNING)
        if finding.severity is Severity.ERROR and not (finding.code in rules and rules[finding.code].always)
        else finding
        for finding in outcome.findings
    )
    return msgspec.structs.replace(outcome, findings=findings)


def raised(outcome: Outcome) -> Outcome:
    """The outcome as `strict` sees it: noxkit's own warnings are errors, but for those about built files."""
    if outcome.name in _AS_THEY_ARE:
        return outcome
    findings = tuple(
        msgspec.structs.replace(finding, severity=Severity.ERROR)
        if finding.severity is Severity.WARNING and finding.code.startswith("NK-")
        else finding
        for finding in outcome.findings
    )
    return msgspec.structs.replace(outcome, findings=findings)


def judged(outcome: Outcome, *, fail_on: Severity) -> Outcome:
    """The outcome as failed where a finding that is not suppressed is as bad as `fail_on`; a crash stays one."""
    failing = any(finding.suppressed is None and finding.severity.rank <= fail_on.rank for finding in outcome.findings)
    if failing and outcome.status in {Status.PASSED, Status.INCONCLUSIVE, Status.SKIPPED}:
        return msgspec.structs.replace(outcome, status=Status.FAILED)
    return outcome


def left_over(outcome: Outcome) -> Outcome:
    """The outcome of a task that writes, without its findings: what a fix leaves is for `lint` to say.

    But what could not be read has not been fixed, and a session that passed over it has not passed.
    """
    rules: Mapping[str, RuleInfo] = load_rules() if outcome.findings else {}
    unread = tuple(
        finding
        for finding in outcome.findings
        if finding.severity is Severity.ERROR
        and finding.code in rules
        and rules[finding.code].scope == Scope.BROKEN.value
    )
    status = Status.PASSED if outcome.status is Status.FAILED and not unread else outcome.status
    evidence: dict[str, EvidenceValue] = {**outcome.evidence, "left": len(outcome.findings)}
    return msgspec.structs.replace(outcome, status=status, findings=unread, evidence=evidence)


def merged(outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
    """All findings, sorted; those equal in code, path, span and message are one that lists its Pythons."""
    groups: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for outcome in outcomes:
        for finding in outcome.findings:
            span = (finding.line, finding.column, finding.end_line, finding.end_column)
            groups[finding.code, finding.path, span, finding.message].append(finding)
    return tuple(sorted((_one(group) for group in groups.values()), key=lambda finding: finding.sort_key))


def _one(group: Sequence[Finding]) -> Finding:
    pythons = sorted({python for finding in group for python in finding.pythons}, key=_version)
    worst = min(group, key=lambda finding: (finding.suppressed is not None, finding.severity.rank))
    return msgspec.structs.replace(worst, pythons=tuple(pythons))


def _version(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split(".") if part.isdigit())


def fingerprinted(
    findings: Iterable[Finding], sources: Sources, *, renamed: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Each finding with the hash of its code, path, normalised line text and ordinal among equals.

    Moving a line does not change it; a second equal line below does not either. With `renamed`, the
    old names of files by their new ones, it is the hash from before they were renamed.
    """
    old = renamed or {}
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    result: list[Finding] = []
    for finding in findings:
        text = " ".join((sources.line(finding.path, finding.line) or finding.message).split())
        path = finding.path or ""
        key = (finding.code, old.get(path, path), text)
        ordinal = seen[key]
        seen[key] += 1
        digest = hashlib.sha256("\0".join((*key, str(ordinal))).encode("utf-8", "surrogateescape")).hexdigest()
        result.append(msgspec.structs.replace(finding, fingerprint=digest[:32]))
    return tuple(result)


def verdict_of(outcomes: Sequence[Outcome], *, strict: bool, excused: bool = False) -> Verdict:
    """The worst status of all, and what the process makes of it.

    `strict` is True under CI and in sessions that gate a release: there `inconclusive` fails. A run
    in which nothing was due is inconclusive too, unless that is `excused`: a base resolved and what
    changed since is not for this session, or `--only` names tasks of other sessions.
    """
    relevant = [
        outcome.status for outcome in outcomes if outcome.name != "environment" or outcome.status is not Status.PASSED
    ]
    worst = min(relevant, key=lambda status: status.rank, default=Status.SKIPPED)
    if worst is Status.SKIPPED and not excused:
        worst = Status.INCONCLUSIVE
    code = EXIT_CODES[worst] if worst is not Status.INCONCLUSIVE or strict else 0
    return Verdict(status=worst, failing=code != 0, exit_code=code)


def merge_reports(reports: Sequence[Report], *, strict: bool) -> Report:
    """Several reports as one: tasks one after another, the same one only once, as bad as its worst; findings merged."""
    worst: dict[tuple[str, str | None, str | None], Outcome] = {}
    for task in (task for tasks in aligned(reports) for task in tasks):
        key = (task.name, task.python, task.package)
        worst[key] = min(worst.get(key, task), task, key=lambda outcome: outcome.status.rank)
    tasks = tuple(worst.values())
    status = min((report.status for report in reports), key=lambda status: status.rank)
    findings: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for report in reports:
        for finding in report.findings:
            findings[finding.fingerprint, finding.message, finding.line].append(finding)
    exit_code = EXIT_CODES[status] if status is not Status.INCONCLUSIVE or strict else 0
    return msgspec.structs.replace(
        reports[0],
        session=", ".join(dict.fromkeys(report.session for report in reports)),
        status=status,
        seconds=sum(report.seconds for report in reports),
        tasks=tasks,
        findings=tuple(sorted((_one(group) for group in findings.values()), key=lambda finding: finding.sort_key)),
        files=tuple(dict.fromkeys(file for report in reports for file in report.files)),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
        releases=tuple(dict.fromkeys(release for report in reports for release in report.releases)),
        failing=exit_code != 0,
        exit_code=exit_code,
        interrupted=any(report.interrupted for report in reports),
    )
