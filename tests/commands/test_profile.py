# SPDX-License-Identifier: Apache-2.0
"""`noxkit profile`: the last run, or reports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Report, Status
from noxkit.engine._last import keep_last
from tests.report.sample import outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]


def ran(repo: Repo, session: str, *, at: int) -> None:
    report = Report(
        noxkit="1.0.0",
        session=session,
        status=Status.PASSED,
        started="2026-01-01T00:00:00Z",
        seconds=2.0,
        tasks=(outcome("ruff", began=0.0, seconds=2.0),),
    )
    keep_last(report, repo.root)
    os.utime(repo.root / ".nox" / "noxkit" / "last" / f"{session}.json", (at, at))


def test_it_shows_the_last_run_or_that_of_a_session(repo: Repo, noxkit: Run) -> None:
    ran(repo, "lint", at=2)
    ran(repo, "check", at=1)
    assert noxkit("profile")[1].startswith("lint, 2026-01-01T00:00:00Z: 2.0 s, 1 worker, 100 % of the time busy\n")
    assert noxkit("profile", "check")[1].startswith("check, ")


def test_without_a_run_it_says_what_to_do(noxkit: Run) -> None:
    code, _, error = noxkit("profile")
    assert (code, "error[NK-ARGUMENT-VALUE]" in error, "= hint: run a session first" in error) == (2, True, True)


def test_an_unknown_name_says_what_is_known(repo: Repo, noxkit: Run) -> None:
    ran(repo, "lint", at=1)
    code, _, error = noxkit("profile", "tests")
    assert (code, "known are: lint" in error) == (2, True)


def test_a_damaged_report_is_an_error(repo: Repo, noxkit: Run) -> None:
    (repo.root / "report.json").write_text('{"schema": "noxkit-report/1"')
    code, _, error = noxkit("profile", str(repo.root / "report.json"))
    assert (code, "error[NK-FILE-UNREADABLE]" in error) == (2, True)
