# SPDX-License-Identifier: Apache-2.0
"""From outcomes to a verdict: severities, merging, fingerprints, exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from noxkit.diagnostics.model import Finding, Outcome, Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._verdict import capped, fingerprinted, judged, merge_reports, merged, verdict_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CRASHED, FAILED, INCONCLUSIVE, PASSED, SKIPPED = Status
ERROR, WARNING, INFO = Severity


def finding(code: str = "ruff:F401", *, more: Mapping[str, object] | None = None, **facts: object) -> Finding:
    values: dict[str, object] = {
        "code": code,
        "task": code.partition(":")[0],
        "severity": ERROR,
        "message": "unused",
        "hint": "remove it",
        "path": "a.py",
        "line": 1,
        "column": 1,
    }
    return msgspec.convert({**values, **facts, **(more or {})}, Finding)


def outcome(
    status: Status, *findings: Finding, name: str = "ruff", advisory: bool = False, python: str | None = None
) -> Outcome:
    return Outcome(name=name, status=status, findings=findings, advisory=advisory, python=python)


def report(session: str, status: Status, *findings: Finding) -> Report:
    return Report(
        noxkit="1",
        session=session,
        status=status,
        started="2026-01-01T00:00:00Z",
        seconds=1.0,
        tasks=(outcome(status, name=session),),
        findings=findings,
    )


WORST_FIRST: list[tuple[list[Status], Status]] = [
    ([CRASHED, FAILED, INCONCLUSIVE, PASSED, SKIPPED], CRASHED),
    ([FAILED, INCONCLUSIVE, PASSED, SKIPPED], FAILED),
    ([INCONCLUSIVE, PASSED, SKIPPED], INCONCLUSIVE),
    ([PASSED, SKIPPED], PASSED),
    ([SKIPPED, PASSED, INCONCLUSIVE, FAILED], FAILED),
    ([SKIPPED, SKIPPED], INCONCLUSIVE),
    ([], INCONCLUSIVE),
]


@pytest.mark.parametrize(
    ("statuses", "worst"),
    WORST_FIRST,
    ids=["+".join(status.value for status in row[0]) or "none" for row in WORST_FIRST],
)
def test_the_verdict_is_the_worst_outcome_and_nothing_due_is_inconclusive(
    statuses: list[Status], worst: Status
) -> None:
    assert verdict_of([outcome(status) for status in statuses], strict=False).status is worst


@pytest.mark.parametrize(
    ("status", "strict", "code"),
    [
        (CRASHED, False, 4),
        (CRASHED, True, 4),
        (FAILED, False, 1),
        (FAILED, True, 1),
        (INCONCLUSIVE, False, 0),
        (INCONCLUSIVE, True, 3),
        (PASSED, False, 0),
        (PASSED, True, 0),
    ],
)
def test_the_exit_code_follows_the_verdict_and_inconclusive_fails_only_where_it_is_strict(
    status: Status, strict: bool, code: int
) -> None:
    verdict = verdict_of([outcome(status)], strict=strict)
    assert (verdict.exit_code, verdict.failing) == (code, code != 0)


def test_nothing_due_is_skipped_and_ends_with_0_where_that_is_excused() -> None:
    verdict = verdict_of([outcome(SKIPPED)], strict=True, excused=True)
    assert (verdict.status, verdict.exit_code) == (SKIPPED, 0)


@pytest.mark.parametrize(
    ("environment", "worst"),
    [(PASSED, INCONCLUSIVE), (INCONCLUSIVE, INCONCLUSIVE)],
)
def test_an_environment_that_was_made_is_no_task_that_passed(environment: Status, worst: Status) -> None:
    outcomes = [outcome(environment, name="environment"), outcome(SKIPPED)]
    assert verdict_of(outcomes, strict=False).status is worst


def test_an_environment_that_could_not_be_made_whole_is_never_excused() -> None:
    outcomes = [outcome(INCONCLUSIVE, name="environment"), outcome(PASSED)]
    assert verdict_of(outcomes, strict=True).exit_code == 3


@pytest.mark.parametrize(
    ("advisory", "given", "shown"),
    [
        (True, ERROR, WARNING),
        (True, WARNING, WARNING),
        (True, INFO, INFO),
        (False, ERROR, ERROR),
    ],
)
def test_findings_of_what_is_not_chosen_are_at_most_warnings(advisory: bool, given: Severity, shown: Severity) -> None:
    ended = capped(outcome(PASSED, finding(severity=given), advisory=advisory))
    assert [found.severity for found in ended.findings] == [shown]


@pytest.mark.parametrize(
    ("severity", "fail_on", "status"),
    [
        (ERROR, ERROR, FAILED),
        (WARNING, ERROR, PASSED),
        (INFO, ERROR, PASSED),
        (ERROR, WARNING, FAILED),
        (WARNING, WARNING, FAILED),
        (INFO, WARNING, PASSED),
        (INFO, INFO, FAILED),
    ],
)
def test_a_task_fails_by_findings_as_bad_as_fail_on(severity: Severity, fail_on: Severity, status: Status) -> None:
    assert judged(outcome(PASSED, finding(severity=severity)), fail_on=fail_on).status is status


@pytest.mark.parametrize(
    ("before", "after"),
    [(PASSED, FAILED), (INCONCLUSIVE, FAILED), (CRASHED, CRASHED), (FAILED, FAILED)],
)
def test_a_finding_is_worse_than_inconclusive_and_better_than_a_crash(before: Status, after: Status) -> None:
    assert judged(outcome(before, finding()), fail_on=ERROR).status is after


def test_a_finding_that_is_accepted_does_not_fail() -> None:
    assert judged(outcome(PASSED, finding(suppressed="as upstream")), fail_on=INFO).status is PASSED


def test_equal_findings_on_several_pythons_are_one_that_lists_them_by_version() -> None:
    columns = [outcome(PASSED, finding(pythons=(python,)), python=python) for python in ("3.14", "3.9", "3.10")]
    assert [found.pythons for found in merged(columns)] == [("3.9", "3.10", "3.14")]


DIFFERENT = [
    ("code", {"code": "ruff:E501"}),
    ("path", {"path": "b.py"}),
    ("line", {"line": 2}),
    ("column", {"column": 2}),
    ("end", {"end_line": 3}),
    ("message", {"message": "used"}),
]


@pytest.mark.parametrize("change", [change for _, change in DIFFERENT], ids=[name for name, _ in DIFFERENT])
def test_findings_that_differ_are_kept_apart(change: dict[str, object]) -> None:
    other = finding(more=change)
    assert len(merged([outcome(PASSED, finding()), outcome(PASSED, other)])) == 2


def test_a_merged_finding_is_accepted_only_where_it_is_accepted_everywhere() -> None:
    columns = [outcome(PASSED, finding(suppressed="known")), outcome(PASSED, finding())]
    assert [found.suppressed for found in merged(columns)] == [None]


def test_a_merged_finding_has_the_worst_severity() -> None:
    columns = [outcome(PASSED, finding(severity=WARNING)), outcome(PASSED, finding(severity=ERROR))]
    assert [found.severity for found in merged(columns)] == [ERROR]


def test_a_group_over_checkers_keeps_each_code() -> None:
    codes = ["pyright:reportMissingImports", "ty:unresolved-import"]
    found = merged([outcome(PASSED, finding(code, group="import-missing")) for code in codes])
    assert [(one.code, one.group) for one in found] == [(code, "import-missing") for code in codes]


BEFORE = "import os\nx = 1\nimport os\n"


def _prints(folder: Path, text: str, *lines: int) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "a.py").write_text(text)
    return [found.fingerprint for found in fingerprinted([finding(line=line) for line in lines], Sources(folder))]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# new\n\nimport os\nx = 1\nimport os\n", (3, 5)),
        ("import   os\nx = 1\n    import os  \n", (1, 3)),
    ],
    ids=["moved down", "spaced otherwise"],
)
def test_a_fingerprint_survives_a_moved_or_respaced_line(tmp_path: Path, text: str, lines: tuple[int, int]) -> None:
    assert _prints(tmp_path / "old", BEFORE, 1, 3) == _prints(tmp_path / "new", text, *lines)


def test_equal_lines_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    assert len(set(_prints(tmp_path / "old", BEFORE, 1, 3))) == 2


def test_another_text_on_the_line_is_another_fingerprint(tmp_path: Path) -> None:
    assert _prints(tmp_path / "old", BEFORE, 1) != _prints(tmp_path / "new", "import sys\n", 1)


def test_a_finding_without_a_line_is_told_by_its_message(tmp_path: Path) -> None:
    found = [finding(path=None, line=None, message=text) for text in ("one", "two", "one")]
    assert len({one.fingerprint for one in fingerprinted(found, Sources(tmp_path))}) == 3


def test_reports_of_several_sessions_merge_into_one_with_the_worst_status() -> None:
    whole = merge_reports(
        [report("lint", PASSED, finding(fingerprint="1")), report("tests-3.12", FAILED, finding(fingerprint="1"))],
        strict=False,
    )
    assert (whole.session, whole.status, whole.exit_code, len(whole.findings)) == ("lint, tests-3.12", FAILED, 1, 1)


@pytest.mark.parametrize(("strict", "code"), [(True, 3), (False, 0)])
def test_a_merged_inconclusive_report_fails_where_it_is_strict(strict: bool, code: int) -> None:
    assert merge_reports([report("lint", PASSED), report("fmt", INCONCLUSIVE)], strict=strict).exit_code == code
