# SPDX-License-Identifier: Apache-2.0
"""SARIF: places, levels, fingerprints, and what a run could not tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import RuleInfo, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import sarif
from noxkit.report._style import Style

from .sample import finding, outcome, report, sample

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report


def run_of(built: Report) -> dict[str, Any]:
    document = json.loads(sarif.render(built, sources=Sources(Path()), style=Style()))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


def results(**changes: Any) -> list[dict[str, Any]]:
    return run_of(report(root="py", findings=(finding(**changes),)))["results"]


@pytest.mark.parametrize(
    ("changes", "location"),
    [
        pytest.param(
            {"path": "a.py", "line": 3, "column": 2, "end_line": 3, "end_column": 9},
            {
                "artifactLocation": {"uri": "py/a.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3, "startColumn": 2, "endLine": 3, "endColumn": 9},
            },
            id="span",
        ),
        pytest.param(
            {"path": "a.py", "line": 3, "column": 9, "end_line": 3, "end_column": 2},
            {
                "artifactLocation": {"uri": "py/a.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3, "startColumn": 9, "endLine": 3},
            },
            id="a span that ends before it begins",
        ),
        pytest.param(
            {"path": "a b/ü#.py"},
            {
                "artifactLocation": {"uri": "py/a%20b/%C3%BC%23.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 1},
            },
            id="a file, with characters that may not stand in a URI",
        ),
        pytest.param(
            {"path": "../.github/x.yml", "line": 1},
            {"artifactLocation": {"uri": ".github/x.yml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}},
            id="above the root",
        ),
        pytest.param(
            {},
            {"artifactLocation": {"uri": "py/pyproject.toml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1}},
            id="no place",
        ),
        pytest.param(
            {"path": "/etc/x", "line": 4},
            {"artifactLocation": {"uri": "file:///etc/x"}, "region": {"startLine": 4}},
            id="absolute",
        ),
    ],
)
def test_a_result_has_one_place_that_counts_from_the_top_of_the_repository(
    changes: dict[str, Any], location: dict[str, Any]
) -> None:
    (result,) = results(**changes)
    assert result["locations"] == [{"physicalLocation": location}]


def test_levels_are_those_of_sarif() -> None:
    built = report(findings=tuple(finding(severity=severity, message=severity.value) for severity in Severity))
    assert {result["level"] for result in run_of(built)["results"]} == {"error", "warning", "note"}


def test_a_rule_stands_once_and_each_result_points_at_it() -> None:
    built = report(findings=(finding(path="a"), finding(path="b"), finding(code="ty:x", task="ty", path="c")))
    run = run_of(built)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["ruff:F401", "ty:x"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["ruff:F401", "ruff:F401", "ty:x"]


def test_a_rule_of_noxkit_has_its_page() -> None:
    info = RuleInfo(code="NK-X", summary="A summary.", severity=Severity.WARNING, page="# NK-X", family="one")
    built = report(findings=(finding(code="NK-X", url="https://docs.example/x"),), rules=(info,))
    (rule,) = run_of(built)["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == {"text": "A summary."}
    assert rule["help"]["markdown"] == "# NK-X"
    assert rule["defaultConfiguration"] == {"level": "warning"}
    assert rule["helpUri"] == "https://docs.example/x"


def test_a_suppressed_finding_is_a_suppressed_result() -> None:
    (result,) = results(suppressed="baseline", fingerprint="f00")
    assert result["suppressions"] == [{"kind": "external", "justification": "baseline"}]
    assert result["partialFingerprints"] == {"noxkit/v1": "f00"}


def test_what_did_not_conclude_is_a_notification() -> None:
    (invocation,) = run_of(sample())["invocations"]
    assert invocation["executionSuccessful"] is True  # it has failed for findings, and said all of them
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert [text.split(":")[0] for text in texts] == ["zizmor crashed", "mypy[3.14] inconclusive"]


@pytest.mark.parametrize("status", [Status.CRASHED, Status.INCONCLUSIVE])
def test_a_run_without_a_result_was_not_successful(status: Status) -> None:
    (invocation,) = run_of(report(status=status, tasks=(outcome("ty", status),)))["invocations"]
    assert invocation["executionSuccessful"] is False


def test_more_than_code_scanning_takes_is_cut_and_said_and_the_worst_are_kept() -> None:
    findings = tuple(finding(path=f"{number:05d}", severity=Severity.WARNING) for number in range(25_010))
    run = run_of(report(findings=(*findings, finding(path="z"))))
    assert len(run["results"]) == 25_000
    assert run["results"][-1]["level"] == "error"
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("11 findings more")
