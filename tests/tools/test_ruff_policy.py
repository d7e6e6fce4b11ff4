# SPDX-License-Identifier: Apache-2.0
"""ruff's rules on async, print, blind excepts and unused suppressions beside the repository's own selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOL = load_tools()["ruff_policy"]
SOURCE = [("ruff:ASYNC251", 5), ("ruff:T201", 6), ("ruff:E722", 9)]
REST = [("ruff:BLE001", 16), ("ruff:RUF100", 21)]


def found(run: Recorded, path: str) -> list[tuple[str, int | None]]:
    return [(place[0], place[2]) for place in run.places if place[1] == path]


def test_its_rules_fire_and_tests_may_print(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("ruff_policy/findings")
    assert [row for row in found(run, "a.py") if row[0] != "ruff:RUF100"] == [*SOURCE, REST[0]]
    assert ("ruff:T201", 6) not in found(run, "tests/test_a.py")
    assert set(found(run, "tests/test_a.py")) < set(found(run, "a.py"))


def test_a_suppression_of_a_rule_that_is_off_is_not_called_unused(recorded: Callable[[str], Recorded]) -> None:
    """Which rules are on is the business of several tasks: `D100` may be on in another one."""
    lines = [line for code, line in found(recorded("ruff_policy/findings"), "a.py") if code == "ruff:RUF100"]
    assert 20 not in lines
    assert 23 not in lines
    assert 21 in lines


def test_the_repositorys_own_selection_stays_and_its_ignores_hold(recorded: Callable[[str], Recorded]) -> None:
    """PLR0913 is on, so that its `noqa` is used; T201 is ignored; sub ignores ASYNC."""
    run = recorded("ruff_policy/configured")
    assert found(run, "a.py") == [SOURCE[0], SOURCE[2], *REST]
    assert found(run, "sub/b.py") == [SOURCE[2], *REST]


@pytest.mark.parametrize(
    ("name", "status", "codes"),
    [
        pytest.param("clean", Status.PASSED, set[str](), id="clean"),
        pytest.param("syntax", Status.PASSED, {"invalid-syntax"}, id="a file that does not parse"),
        pytest.param("latin", Status.PASSED, {"E902"}, id="a file that is not UTF-8"),
        pytest.param("empty", Status.INCONCLUSIVE, set[str](), id="no Python file"),
        pytest.param("missing_path", Status.INCONCLUSIVE, {"E902"}, id="a path that is not there"),
        pytest.param("bad_config", Status.CRASHED, set[str](), id="a wrong configuration"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, codes: set[str]
) -> None:
    outcome = recorded(f"ruff_policy/{name}").outcome
    assert outcome.status is status
    assert {finding.code.partition(":")[2] for finding in outcome.findings} == codes


def test_it_is_on_top_of_what_the_repository_selects(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"ruff.toml": "", "a.py": ""}))
    assert "--extend-select" in command
    assert "--select" not in command
    assert not TOOL.chooser.tables
    assert TOOL.strict_only


def test_suppressions_without_a_code_are_left_to_noxkits_own_rule(make_job: Callable[..., Job]) -> None:
    assert "PGH" not in " ".join(TOOL.command(make_job({"a.py": ""})))
