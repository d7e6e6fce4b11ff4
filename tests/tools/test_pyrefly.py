# SPDX-License-Identifier: Apache-2.0
"""pyrefly: recorded outputs, its log, and its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOL = load_tools()["pyrefly"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\n'
CONFIGURED = PYPROJECT + "[tool.pyrefly]\n"


def test_findings_have_place_group_and_page(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("pyrefly/findings")
    assert run.places == [
        ("pyrefly:missing-import", "a.py", 1, 8, 1, 15),
        ("pyrefly:bad-return", "a.py", 5, 12, 5, 17),
        ("pyrefly:missing-attribute", "a.py", 9, 7, 9, 18),
        ("pyrefly:bad-argument-type", "a.py", 10, 6, 10, 9),
    ]
    first = run.outcome.findings[0]
    assert first.message == "Cannot find module `nowhere`"
    assert first.url == "https://pyrefly.org/en/docs/error-kinds/#missing-import"
    assert [finding.group for finding in run.outcome.findings] == ["import-missing", "return", "attribute", "argument"]


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("syntax", Status.PASSED, 2, None, id="a syntax error"),
        pytest.param("unreadable", Status.PASSED, 2, None, id="a file that is not UTF-8 is a finding"),
        pytest.param("left_out", Status.PASSED, 2, None, id="findings only in a folder left out"),
        pytest.param("project_excludes", Status.PASSED, 1, None, id="its own excludes count beside paths"),
        pytest.param("of_0_52", Status.PASSED, 1, None, id="an old version"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "pyrefly read no file", id="everything is excluded"),
        pytest.param("empty", Status.INCONCLUSIVE, None, "pyrefly read no file", id="no Python file"),
        pytest.param(
            "missing_path", Status.INCONCLUSIVE, None, "nowhere does not exist", id="a path that is not there"
        ),
        pytest.param(
            "unknown_version", Status.INCONCLUSIVE, 1, "3.99 is not a Python", id="no such Python, exit code 0"
        ),
        pytest.param("missing_interpreter", Status.INCONCLUSIVE, 1, "is not there", id="no interpreter, exit code 0"),
        pytest.param("broken_link", Status.INCONCLUSIVE, None, "stopped at a broken link, b.py", id="a broken link"),
        pytest.param("bad_toml", Status.CRASHED, None, "TOML parse error", id="a broken configuration"),
        pytest.param("unreadable_config", Status.CRASHED, None, "Is a directory", id="an unreadable configuration"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"pyrefly/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


def test_keys_that_mean_nothing_are_a_warning(recorded: Callable[[str], Recorded]) -> None:
    (finding,) = recorded("pyrefly/bad_config").outcome.findings
    assert (finding.code, finding.severity, finding.path) == ("pyrefly:config", Severity.WARNING, "pyproject.toml")
    assert finding.message == "Extra keys found in config: project-includez"


def test_the_broken_link_is_a_finding(recorded: Callable[[str], Recorded]) -> None:
    assert [place[:2] for place in recorded("pyrefly/broken_link").places] == [("pyrefly:broken-link", "b.py")]


def test_a_file_that_is_not_utf8_is_no_missing_import(recorded: Callable[[str], Recorded]) -> None:
    first = recorded("pyrefly/unreadable").outcome.findings[0]
    assert (first.code, first.group) == ("pyrefly:unreadable", "unreadable")
    assert first.message == "cannot be read: stream did not contain valid UTF-8"


def test_findings_in_a_folder_left_out_are_left_out(recorded: Callable[[str], Recorded]) -> None:
    assert recorded("pyrefly/left_out").outcome.findings == ()


@pytest.mark.parametrize(("name", "line"), [("version_310", 6), ("version_312", 4)])
def test_the_python_of_the_job_decides_what_is_checked(
    recorded: Callable[[str], Recorded], name: str, line: int
) -> None:
    assert [finding.line for finding in recorded(f"pyrefly/{name}").outcome.findings] == [line]


@pytest.mark.parametrize(
    ("files", "options", "tail"),
    [
        pytest.param({"pyproject.toml": CONFIGURED}, {}, ["--min-severity", "warn"], id="configured"),
        pytest.param({"pyrefly.toml": ""}, {}, ["--min-severity", "warn"], id="configured in its own file"),
        pytest.param(
            {"pyproject.toml": PYPROJECT},
            {},
            ["--min-severity", "warn", "--preset", "default"],
            id="not configured: not the preset that sees little",
        ),
        pytest.param({"pyproject.toml": PYPROJECT}, {"version": "0.52.0"}, [], id="a version without these options"),
        pytest.param({"pyproject.toml": PYPROJECT}, {"version": "1.0.0"}, ["--min-severity", "warn"], id="no presets"),
        pytest.param(
            {"pyproject.toml": CONFIGURED + 'project-excludes = ["old"]\n'},
            {"paths": ["src"]},
            ["--min-severity", "warn", "--project-excludes=old", "--", "src"],
            id="paths, with its own excludes",
        ),
        pytest.param({}, {"version": "0.52.0"}, ["."], id="no project here: not that of a folder above"),
    ],
)
def test_the_command(
    make_job: Callable[..., Job], files: dict[str, str], options: dict[str, object], tail: list[str]
) -> None:
    assert TOOL.command(make_job(files, **options))[5:] == tail
