# SPDX-License-Identifier: Apache-2.0
"""A report as JUnit XML: a suite a task, a case a package and Python of it, its findings as the failure."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from noxkit.diagnostics.model import Severity, Status
from noxkit.report._elements import element, serialised
from noxkit.report._escape import one_line
from noxkit.report._verdict import by_task, counts, findings_of, last_line, open_findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._elements import Element
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "junit"

_FINDINGS = 500  # of one case: consumers show its text as a whole


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """The XML document, as Jenkins, GitLab and Azure read it."""
    tasks = by_task(open_findings(report))
    suites: dict[str, list[Element]] = {}
    for outcome in report.tasks:
        found = findings_of(outcome, tasks)
        suites.setdefault(outcome.name, []).extend(_cases(outcome, found, report))
    known = {outcome.name for outcome in report.tasks}
    for name, left in tasks.items():
        if name not in known:  # of the configuration, or of noxkit itself
            suites[name] = [_failed(_case(report, name, one_line(name), 0.0), left)]
    top = element("testsuites", name=f"noxkit {one_line(report.session)}", time=f"{report.seconds:.3f}")
    top.extend(_suite(name, cases, report) for name, cases in suites.items())
    _count(top, [case for cases in suites.values() for case in cases])
    ET.indent(top)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{serialised(top, method="xml")}\n'


def _suite(name: str, cases: Sequence[Element], report: Report) -> Element:
    spent = sum(float(case.get("time", "0")) for case in cases)
    suite = element("testsuite", name=one_line(name), time=f"{spent:.3f}", timestamp=report.started[:19])
    _count(suite, cases)
    suite.extend(cases)
    return suite


def _count(element: Element, cases: Sequence[Element]) -> None:
    found = collections.Counter(child.tag for case in cases for child in case)
    element.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(found[tag]))


def _cases(outcome: Outcome, findings: Sequence[Finding], report: Report) -> Iterator[Element]:
    """The case of the task itself, and one for each package in which a task on all of them has found something."""
    groups: dict[str | None, list[Finding]] = {outcome.package: []}
    for finding in findings:
        groups.setdefault(outcome.package or finding.package, []).append(finding)
    for package, found in groups.items():
        facets = ", ".join(one_line(facet) for facet in (outcome.python, package) if facet)
        name = f"{one_line(outcome.name)}[{facets}]" if facets else one_line(outcome.name)
        is_own = package == outcome.package
        case = _case(report, outcome.name, name, outcome.seconds if is_own else 0.0)
        yield _ended(_failed(case, found), outcome, report) if is_own else _failed(case, found)


def _case(report: Report, task: str, name: str, spent: float) -> Element:
    group = f"noxkit.{one_line(report.session)}.{one_line(task)}"
    return element("testcase", classname=group, name=name, time=f"{spent:.3f}")


def _failed(case: Element, findings: Sequence[Finding]) -> Element:
    """The case with its findings: as its failure where one of them is an error, else as what it has printed."""
    if not findings:
        return case
    ordered = sorted(findings, key=lambda finding: (finding.severity.rank, *finding.sort_key))
    text = "\n".join(_line(finding) for finding in ordered[:_FINDINGS])
    if len(ordered) > _FINDINGS:
        text += f"\n… and {len(ordered) - _FINDINGS:,} more: all are in the JSON report."
    if ordered[0].severity is Severity.ERROR:
        case.append(element("failure", text, message=counts(ordered), type=one_line(ordered[0].code)))
    else:
        case.append(element("system-out", text))
    return case


def _line(finding: Finding) -> str:
    numbers = (finding.line, finding.column) if finding.line else ()
    place = ":".join([one_line(finding.path or ""), *(str(value) for value in numbers if value)])
    said = f"{finding.severity.value}[{one_line(finding.code)}]: {finding.message}"
    pythons = f" (python {one_line(', '.join(finding.pythons))})" if finding.pythons else ""
    return f"{place}{': ' if place else ''}{said}{pythons}\n    hint: {finding.hint}"


def _ended(case: Element, outcome: Outcome, report: Report) -> Element:
    """The case of a task that has no result, or none that lets the run pass."""
    reason = one_line(outcome.reason or "")
    if outcome.status is Status.SKIPPED:
        case.append(element("skipped", message=reason or "not due"))
    elif outcome.status is Status.CRASHED or (outcome.status is Status.INCONCLUSIVE and report.failing):
        hint = f"hint: {outcome.hint}" if outcome.hint else ""
        case.append(element("error", hint, message=reason or last_line(report), type=outcome.status.value))
    elif outcome.status is Status.INCONCLUSIVE:
        case.append(element("skipped", message=f"inconclusive: {reason}"))
    elif outcome.status is Status.FAILED and case.find("failure") is None:
        case.append(element("failure", message=reason or "failed", type="failed"))
    return case
