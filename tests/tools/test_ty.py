# SPDX-License-Identifier: Apache-2.0
"""ty: recorded outputs and its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOL = load_tools()["ty"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\n'


def test_findings_have_place_group_and_page(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("ty/findings")
    assert run.places == [
        ("ty:import-not-found", "a.py", 1, 8, 1, 15),
        ("ty:invalid-explicit-return", "a.py", 5, 12, 5, 17),
        ("ty:missing-attribute", "a.py", 9, 7, 9, 18),
        ("ty:invalid-argument-type", "a.py", 10, 6, 10, 9),
    ]
    first = run.outcome.findings[0]
    assert first.message == "Cannot resolve imported module `nowhere`"
    assert first.url == "https://docs.astral.sh/ty/reference/rules/#import-not-found"
    assert [finding.group for finding in run.outcome.findings] == ["import-missing", "return", "attribute", "argument"]


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("warnings", Status.PASSED, 1, None, id="warnings alone, exit code 1"),
        pytest.param("syntax", Status.PASSED, 2, None, id="a syntax error"),
        pytest.param("broken_link", Status.PASSED, 1, None, id="a broken link"),
        pytest.param("unreadable", Status.PASSED, 2, None, id="a file that is not UTF-8 is a finding"),
        pytest.param("left_out", Status.PASSED, 1, None, id="a folder left out"),
        pytest.param("of_0_0_17", Status.PASSED, 1, None, id="an old version"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "ty read no file", id="everything is excluded"),
        pytest.param("empty", Status.INCONCLUSIVE, None, "ty read no file", id="no Python file"),
        pytest.param(
            "missing_path", Status.INCONCLUSIVE, None, "`nowhere`: No such file", id="a path that is not there"
        ),
        pytest.param("bad_config", Status.CRASHED, None, "unknown field `rulez`", id="a wrong configuration"),
        pytest.param("bad_toml", Status.CRASHED, None, "unclosed array", id="a broken configuration"),
        pytest.param("unknown_version", Status.CRASHED, None, "invalid value '3.99'", id="no such Python"),
        pytest.param("missing_interpreter", Status.CRASHED, None, "does not point to a Python", id="no interpreter"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"ty/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


def test_a_severity_is_kept(recorded: Callable[[str], Recorded]) -> None:
    assert [finding.severity for finding in recorded("ty/revealed").outcome.findings] == [
        Severity.WARNING,
        Severity.INFO,
    ]


def test_of_a_notebook_only_the_file_is_known(recorded: Callable[[str], Recorded]) -> None:
    assert recorded("ty/notebook").places == [("ty:invalid-assignment", "n.ipynb", None, None, None, None)]


@pytest.mark.parametrize(("name", "line"), [("version_310", 6), ("version_312", 4)])
def test_the_python_of_the_job_decides_what_is_checked(
    recorded: Callable[[str], Recorded], name: str, line: int
) -> None:
    assert [finding.line for finding in recorded(f"ty/{name}").outcome.findings] == [line]


@pytest.mark.parametrize(
    ("files", "options", "tail"),
    [
        pytest.param({"pyproject.toml": PYPROJECT}, {}, ["-v"], id="its own include counts"),
        pytest.param({"ty.toml": ""}, {}, ["-v"], id="a configuration of its own"),
        pytest.param({"a.py": ""}, {}, ["-v", "."], id="no project here: not that of a folder above"),
        pytest.param({}, {"paths": ["src", "-x"]}, ["-v", "--force-exclude", "--", "src", "-x"], id="paths"),
        pytest.param({"ty.toml": ""}, {"excluded": ["old"]}, ["-v", "--exclude", "old/"], id="a folder left out"),
        pytest.param({"ty.toml": ""}, {"python": "3.12"}, ["-v", "--python-version", "3.12"], id="a Python"),
    ],
)
def test_the_command(
    make_job: Callable[..., Job], files: dict[str, str], options: dict[str, object], tail: list[str]
) -> None:
    assert TOOL.command(make_job(files, **options))[4:] == tail
