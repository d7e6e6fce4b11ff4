# SPDX-License-Identifier: Apache-2.0
"""pyright: recorded outputs, what it says of its configuration, and its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOL = load_tools()["pyright"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\n'


def test_findings_have_place_group_and_page(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("pyright/findings")
    assert run.places == [
        ("pyright:reportMissingImports", "a.py", 1, 8, 1, 15),
        ("pyright:reportReturnType", "a.py", 5, 12, 5, 17),
        ("pyright:reportAttributeAccessIssue", "a.py", 9, 14, 9, 18),  # behind characters of two UTF-16 units
        ("pyright:reportArgumentType", "a.py", 10, 6, 10, 9),
    ]
    second = run.outcome.findings[1]
    assert second.message == 'Type "int" is not assignable to return type "str"; "int" is not assignable to "str"'
    assert (second.url or "").endswith("configuration.md#reportReturnType")
    assert [finding.group for finding in run.outcome.findings] == ["import-missing", "return", "attribute", "argument"]


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("broken_link", Status.PASSED, 1, None, id="a broken link"),
        pytest.param("left_out", Status.PASSED, 2, None, id="findings only in a folder left out"),
        pytest.param("of_1_1_390", Status.PASSED, 1, None, id="an old version"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "pyright read no file", id="everything is excluded"),
        pytest.param("empty", Status.INCONCLUSIVE, None, "pyright read no file", id="no Python file"),
        pytest.param(
            "missing_path", Status.INCONCLUSIVE, None, '"nowhere" does not exist', id="a path that is not there"
        ),
        pytest.param(
            "unknown_version", Status.INCONCLUSIVE, 1, "3.99 is not a Python", id="no such Python, exit code 0"
        ),
        pytest.param("missing_interpreter", Status.INCONCLUSIVE, 1, "is not there", id="no interpreter, exit code 0"),
        pytest.param("bad_toml", Status.INCONCLUSIVE, 1, "could not be parsed", id="a broken configuration"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"pyright/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        (
            "bad_config",
            [
                'Config "typeCheckingMode" entry must contain "off", "basic", "standard", or "strict".',
                'Config contains unrecognized setting "includez".',
            ],
        ),
        ("missing_include", ['File or directory "gone" does not exist.']),
    ],
)
def test_what_it_ignores_of_its_configuration_is_a_warning(
    recorded: Callable[[str], Recorded], name: str, messages: list[str]
) -> None:
    findings = recorded(f"pyright/{name}").outcome.findings
    assert [finding.message for finding in findings] == messages
    assert {(finding.severity, finding.path) for finding in findings} == {(Severity.WARNING, "pyproject.toml")}


def test_without_a_rule_an_error_is_syntax(recorded: Callable[[str], Recorded]) -> None:
    findings = recorded("pyright/syntax").outcome.findings
    assert {(finding.code, finding.group) for finding in findings[:-1]} == {("pyright:syntax", "syntax")}


def test_without_a_rule_information_is_an_answer_to_reveal_type(recorded: Callable[[str], Recorded]) -> None:
    (finding,) = recorded("pyright/revealed").outcome.findings
    assert (finding.code, finding.severity) == ("pyright:revealed-type", Severity.INFO)


@pytest.mark.parametrize(("name", "line"), [("version_310", 6), ("version_312", 4)])
def test_the_python_of_the_job_decides_what_is_checked(
    recorded: Callable[[str], Recorded], name: str, line: int
) -> None:
    assert [finding.line for finding in recorded(f"pyright/{name}").outcome.findings] == [line]


@pytest.mark.parametrize(
    ("options", "tail"),
    [
        pytest.param({}, [], id="its own include counts"),
        pytest.param({"paths": ["src", "-x"]}, ["src", "./-x"], id="paths"),
        pytest.param({"python": "3.12"}, ["--pythonversion", "3.12"], id="a Python"),
    ],
)
def test_the_command(make_job: Callable[..., Job], options: dict[str, object], tail: list[str]) -> None:
    assert TOOL.command(make_job({"pyproject.toml": PYPROJECT}, **options))[2:] == tail


def test_it_asks_nobody_for_a_newer_version() -> None:
    assert TOOL.environment == {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
