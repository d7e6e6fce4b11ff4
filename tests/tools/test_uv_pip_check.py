# SPDX-License-Identifier: Apache-2.0
"""uv pip check: every requirement that is not met is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["uv_pip_check"]


@pytest.mark.parametrize(
    ("name", "status", "findings"),
    [
        ("clean", Status.PASSED, 0),
        ("findings", Status.PASSED, 4),
        ("empty", Status.INCONCLUSIVE, 0),
        ("no_environment", Status.INCONCLUSIVE, 0),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, findings: int
) -> None:
    outcome = recorded(f"uv_pip_check/{name}").outcome
    assert outcome.status is status
    assert len(outcome.findings) == findings


def test_a_finding_is_what_uv_says(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("uv_pip_check/findings")
    messages = [finding.message for finding in run.outcome.findings]
    assert "The package `requests` requires `urllib3>=1.21.1,<3`, but `1.20` is installed" in messages
    assert {finding.code for finding in run.outcome.findings} == {"NK-ENVIRONMENT-BROKEN"}
    assert {finding.severity for finding in run.outcome.findings} == {Severity.WARNING}
    assert run.outcome.evidence["distributions"] == 2


def test_a_number_that_does_not_fit_crashes(make_job: Callable[..., Job]) -> None:
    job = make_job({"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n'}, interpreter="self")
    said = (
        b"Checked 2 packages in 1ms\nFound 2 incompatibilities\nThe package `a` requires `b`, but it's not installed\n"
    )
    assert TOOL.conclude(job, Completed(("uv",), 1, b"", said, 0.1)).status is Status.CRASHED


def test_an_environment_that_lacks_something_is_not_compared_to_the_end(make_job: Callable[..., Job]) -> None:
    files = {"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n'}
    job = make_job(files, interpreter="self", missing=["demo (Failed to build)"])
    outcome = TOOL.conclude(job, Completed(("uv",), 0, b"", b"Checked 2 packages in 1ms\n", 0.1))
    assert (outcome.status, outcome.reason) == (
        Status.INCONCLUSIVE,
        "1 of what it is to look at could not be installed",
    )


def test_it_is_due_where_there_is_a_package(repository: Callable[[dict[str, Any]], Repository]) -> None:
    made = repository({"a.txt": ""})
    assert TOOL.not_due(made, (".",)) == "no package to install"
