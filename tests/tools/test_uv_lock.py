# SPDX-License-Identifier: Apache-2.0
"""uv lock --check: fresh, stale, and no answer are three things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["uv_lock"]
STALE = "NK-LOCK-STALE"


@pytest.mark.parametrize(
    ("name", "status", "codes", "said"),
    [
        pytest.param("clean", Status.PASSED, [], "", id="fresh"),
        pytest.param("stale", Status.PASSED, [STALE], "uv.lock does not fit the manifests", id="stale"),
        pytest.param("unsolvable", Status.PASSED, [STALE], "cannot be had together", id="no solution"),
        pytest.param("bad_manifest", Status.PASSED, [STALE], "found `-final-x`, which is not part", id="no manifest"),
        pytest.param("broken_lock", Status.PASSED, [STALE], "uv.lock cannot be read", id="no lock at all"),
        pytest.param("unreachable", Status.INCONCLUSIVE, [], "Connection refused|Failed to fetch", id="no index"),
        pytest.param("offline", Status.INCONCLUSIVE, [], "was not found in the cache", id="offline"),
        pytest.param("no_interpreter", Status.INCONCLUSIVE, [], "No interpreter found", id="no Python"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, codes: list[str], said: str
) -> None:
    outcome = recorded(f"uv_lock/{name}").outcome
    assert outcome.status is status
    assert [finding.code for finding in outcome.findings] == codes
    text = " ".join([outcome.reason or "", *(finding.message for finding in outcome.findings)])
    assert any(part in text for part in said.split("|"))


def test_a_stale_lock_is_an_error_that_says_what_to_run(recorded: Callable[[str], Recorded]) -> None:
    (finding,) = recorded("uv_lock/stale").outcome.findings
    assert (finding.severity, finding.path, finding.line) == (Severity.ERROR, "uv.lock", 1)
    assert finding.hint == "run `uv lock`"


def test_a_manifest_that_uv_cannot_read_has_its_place(recorded: Callable[[str], Recorded]) -> None:
    assert [place[:4] for place in recorded("uv_lock/bad_manifest").places] == [(STALE, "p/one/pyproject.toml", 3, 9)]


def test_a_fresh_lock_says_how_many_packages_it_holds(recorded: Callable[[str], Recorded]) -> None:
    assert recorded("uv_lock/clean").outcome.evidence == {"files": 1, "exit_code": 0, "packages": 2}


def test_it_is_due_where_there_is_a_lock(repository: Callable[[dict[str, Any]], Repository]) -> None:
    made = repository({"a.py": ""})
    assert TOOL.not_due(made, (".",)) == "no uv.lock"
    made.root.joinpath("uv.lock").write_text("")
    assert TOOL.not_due(made, (".",)) is None


def test_no_python_is_fetched_for_it() -> None:
    assert TOOL.environment == {"UV_PYTHON_DOWNLOADS": "never"}
