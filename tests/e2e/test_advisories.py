# SPDX-License-Identifier: Apache-2.0
"""Advisories with the real tools, against a service on 127.0.0.1 that knows something, nothing, or does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._advisories import plan_advisories
from tests._osv import Osv, osv_service, vulnerability
from tests._trees import Repo, outcome
from tests.e2e._nox import shared_environ

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report

MANIFEST = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.10"\n\n[tool.noxkit]\n'
LOCK = 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n'
GHSA = vulnerability("idna", "3.6", "GHSA-aaaa-bbbb-cccc", "CVE-2024-0001", fixed="3.7")


def locked(*pins: str) -> str:
    """A lock of the package itself and of `name==version` pins."""
    tables = [f'[[package]]\nname = "{pin.split("==")[0]}"\nversion = "{pin.split("==")[1]}"\n' for pin in pins]
    return "\n".join([LOCK, '[[package]]\nname = "demo"\nversion = "1"\nsource = { virtual = "." }\n', *tables])


@pytest.fixture
def repo(tmp_path: Path, tool_cache: Path) -> Repo:
    made = Repo(tmp_path / "repo", shared_environ(tool_cache))
    return made.write({"pyproject.toml": MANIFEST, "uv.lock": locked("idna==3.6", "iniconfig==2.3.1")})


def ask(repo: Repo, service: Osv, *arguments: str) -> tuple[Report, Outcome]:
    url = f"--advisories-url={service.url}"
    report = repo.run(url, *arguments, planner=plan_advisories, session="security")
    return report, outcome(report, "advisories")


def test_what_two_tools_tell_by_different_names_is_one_finding_at_its_place_in_the_lock(repo: Repo) -> None:
    with osv_service(GHSA) as service:
        report, ended = ask(repo, service)
    (found,) = report.findings
    assert (found.code, found.group, found.severity) == (
        "NK-ADVISORY",
        "advisory:GHSA-aaaa-bbbb-cccc",
        Severity.ERROR,
    )
    assert "CVE-2024-0001" in found.message
    assert "(high)" in found.message
    assert "`uv lock --upgrade-package idna` to 3.7" in found.hint
    assert "pip_audit" in found.hint
    assert "pysentry" in found.hint
    line = (repo.root / "uv.lock").read_text(encoding="utf-8").splitlines()[(found.line or 1) : (found.line or 1) + 1]
    assert line == ['name = "idna"']
    assert ended.status is Status.FAILED
    assert ended.evidence["distributions"] == 2


@pytest.mark.parametrize(
    ("arguments", "severity"),
    [
        pytest.param(["--advisories-severity=critical"], Severity.INFO, id="below the threshold"),
        pytest.param(["--advisories-severity=high"], Severity.ERROR, id="at the threshold"),
    ],
)
def test_the_threshold_decides_what_fails(repo: Repo, arguments: list[str], severity: Severity) -> None:
    with osv_service(GHSA) as service:
        report, _ = ask(repo, service, *arguments)
    assert [found.severity for found in report.findings] == [severity]


@pytest.mark.parametrize(
    ("until", "status"),
    [("2999-01-01", Status.PASSED), ("2020-01-01", Status.FAILED)],
)
def test_one_advisory_is_accepted_by_its_name_until_a_day(repo: Repo, until: str, status: Status) -> None:
    ignore = f'ignore = [{{ code = "advisory:GHSA-aaaa-bbbb-cccc", reason = "not used", until = {until} }}]\n'
    other = vulnerability("iniconfig", "9", "GHSA-zzzz-zzzz-zzzz")
    repo.write({"pyproject.toml": MANIFEST + ignore})
    with osv_service(GHSA, other) as service:
        _, ended = ask(repo, service)
    assert ended.status is status


def test_an_answer_is_kept_and_used_again_while_it_is_not_too_old(repo: Repo) -> None:
    with osv_service(GHSA) as service:
        ask(repo, service)
        asked = service.asked
        report, _ = ask(repo, service)
        assert service.asked == asked
        assert len(report.findings) == 1
        ask(repo, service, "--advisories-max-age=0")
        assert service.asked > asked


@pytest.mark.parametrize("manner", ["error", "garbage"])
def test_a_service_that_does_not_answer_is_inconclusive_and_never_a_pass(repo: Repo, manner: str) -> None:
    with osv_service(GHSA, manner=manner) as service:
        _, ended = ask(repo, service)
    assert ended.status in {Status.INCONCLUSIVE, Status.CRASHED}
    assert ended.reason
    assert ended.hint


def test_a_service_that_is_not_there_is_inconclusive(repo: Repo) -> None:
    with osv_service() as service:
        gone = service
    _, ended = ask(repo, gone)
    assert ended.status is Status.INCONCLUSIVE
    assert "no answer" in (ended.reason or "")
    assert "advisories.url" in (ended.hint or "")


def test_two_locked_versions_of_one_distribution_are_both_asked_for(repo: Repo) -> None:
    repo.write({"uv.lock": locked("idna==3.6", "idna==3.7")})
    newer: dict[str, Any] = vulnerability("idna", "3.7", "GHSA-dddd-eeee-ffff", fixed="3.8")
    with osv_service(GHSA, newer) as service:
        report, _ = ask(repo, service)
    assert sorted(found.message.split(" has ")[0] for found in report.findings) == ["idna 3.6", "idna 3.7"]


def test_without_a_lock_there_is_nothing_to_ask_about(repo: Repo) -> None:
    (repo.root / "uv.lock").unlink()
    with osv_service() as service:
        _, ended = ask(repo, service)
    assert (ended.status, service.asked) == (Status.SKIPPED, 0)
