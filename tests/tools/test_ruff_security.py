# SPDX-License-Identifier: Apache-2.0
"""ruff's security rules beside the repository's own selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._verdict import merged
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["ruff_security"]
ONE = '[project]\nname = "demo"\nversion = "1"\n'


def test_an_assert_in_tests_a_list_for_a_subprocess_and_a_password_are_no_findings(
    recorded: Callable[[str], Recorded],
) -> None:
    assert [place[:3] for place in recorded("ruff_security/findings").places] == [
        ("ruff:S101", "a.py", 6),
        ("ruff:S602", "a.py", 8),
        ("ruff:S301", "a.py", 10),
        ("ruff:S602", "tests/test_a.py", 8),
        ("ruff:S301", "tests/test_a.py", 10),
    ]


def test_the_repositorys_excludes_and_ignores_hold_and_its_other_findings_are_left_to_ruff(
    recorded: Callable[[str], Recorded],
) -> None:
    """gen is excluded, sub ignores S, S602 is ignored by name, and F401 is another task's."""
    run = recorded("ruff_security/configured")
    assert [place[:3] for place in run.places] == [
        ("ruff:S101", "a.py", 7),
        ("ruff:S301", "a.py", 11),
    ]
    assert {finding.task for finding in run.outcome.findings} == {"ruff_security"}


def test_each_file_has_what_its_nearest_configuration_ignores_and_extends(
    recorded: Callable[[str], Recorded],
) -> None:
    assert [place[:3] for place in recorded("ruff_security/extended").places] == [
        ("ruff:S101", "b.py", 6),
        ("ruff:S602", "b.py", 8),
        ("ruff:S101", "m/a/a.py", 6),
    ]


def test_a_finding_that_ruff_itself_has_is_one_with_it(recorded: Callable[[str], Recorded]) -> None:
    """S101 is in the repository's own selection."""
    run = recorded("ruff_security/configured")
    plain = load_tools()["ruff"].conclude(run.job, run.completed)
    both = merged([plain, run.outcome])
    assert {"ruff:S101"} <= {finding.code for finding in plain.findings}
    assert len(both) == len({(found.code, found.path, found.line, found.column) for found in both})
    assert len(both) < len(plain.findings) + len(run.outcome.findings)


@pytest.mark.parametrize(
    ("name", "status", "files", "codes"),
    [
        pytest.param("clean", Status.PASSED, 1, [], id="clean"),
        pytest.param("newer_syntax", Status.PASSED, 1, [], id="the syntax of the lowest Python"),
        pytest.param(
            "syntax", Status.PASSED, 2, ["invalid-syntax", "invalid-syntax", "S301"], id="a file that does not parse"
        ),
        pytest.param("latin", Status.PASSED, 1, ["E902"], id="a file that is not UTF-8"),
        pytest.param("empty", Status.INCONCLUSIVE, None, [], id="no Python file"),
        pytest.param("missing_path", Status.INCONCLUSIVE, 1, ["E902"], id="a path that is not there"),
        pytest.param("bad_config", Status.CRASHED, None, [], id="a wrong configuration"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, codes: list[str]
) -> None:
    outcome = recorded(f"ruff_security/{name}").outcome
    assert (outcome.status, outcome.evidence.get("files")) == (status, files)
    assert [finding.code.partition(":")[2] for finding in outcome.findings] == codes


def test_without_a_configuration_none_of_the_user_is_read(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"pyproject.toml": ONE, "a.py": ""}))
    assert "--isolated" in command
    assert "--no-fix" in command


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": ONE + "[tool.ruff]\n"},
        {"ruff.toml": ""},
        {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["m"]\n', "m/pyproject.toml": ONE + "[tool.ruff]\n"},
        {"sub/.ruff.toml": ""},
    ],
    ids=["a table", "a file", "a member's table", "a folder's file"],
)
def test_a_configuration_of_the_repository_is_read(make_job: Callable[..., Job], files: dict[str, Any]) -> None:
    assert "--isolated" not in TOOL.command(make_job({"a.py": "", **files}))


@pytest.mark.parametrize(
    ("more", "chosen"),
    [
        pytest.param('[tool.ruff.lint]\nselect = ["S"]\n', True, id="select"),
        pytest.param('[tool.ruff.lint]\nextend-select = ["E", "S"]\n', True, id="extend-select"),
        pytest.param('[tool.ruff]\nselect = ["ALL"]\n', True, id="all, in the old place"),
        pytest.param("[tool.ruff.lint.flake8-bandit]\n", True, id="its options"),
        pytest.param('[tool.ruff.lint]\nselect = ["S1", "SIM"]\n', False, id="a part of it"),
        pytest.param('[tool.ruff.lint]\nignore = ["S"]\n', False, id="ignored"),
        pytest.param("[tool.ruff]\n", False, id="ruff alone"),
        pytest.param("[tool.bandit]\n", False, id="bandit"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_repository_chooses_it_by_selecting_all_of_s(
    repository: Callable[[dict[str, Any]], Repository], more: str, *, chosen: bool
) -> None:
    assert TOOL.choice(repository({"pyproject.toml": ONE + more})).chosen is chosen
