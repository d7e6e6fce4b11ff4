# SPDX-License-Identifier: Apache-2.0
"""A file that does not parse: no session that reads files is green over it, in any profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._plans import plan_consistency, plan_fix, plan_fmt, plan_lint, plan_security
from tests._trees import outcome

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report
    from noxkit.engine._run import Planner
    from tests._trees import Repo

CODE = "NK-MODULE-SYNTAX-ERROR"
PROJECT = '[project]\nname = "acme"\nversion = "1"\nrequires-python = "{}"\n'
SESSIONS = {
    "lint": plan_lint,
    "consistency": plan_consistency,
    "security": plan_security,
    "fix": plan_fix,
    "fmt": plan_fmt,
}
OPTIONS = {"without a table": "", "standard": "[tool.noxkit]\n", "strict": '[tool.noxkit]\nprofile = "strict"\n'}


def looked(repo: Repo, session: str, planner: Planner, options: str, *arguments: str, python: str = ">=3.10") -> Report:
    repo.write({"pyproject.toml": PROJECT.format(python) + options}).commit()
    return repo.run("--only", "source", *arguments, planner=planner, session=session)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("session", SESSIONS)
def test_a_syntax_error_fails_every_session(repo: Repo, session: str, options: str) -> None:
    repo.write({"src/acme/__init__.py": "", "src/acme/a.py": "def broken(:\n", "src/acme/b.py": "x = 1\n"})
    report = looked(repo, session, SESSIONS[session], options)
    found = [finding for finding in report.findings if finding.code == CODE]
    assert [(finding.path, finding.line, finding.severity) for finding in found] == [
        ("src/acme/a.py", 1, Severity.ERROR)
    ]
    assert (outcome(report, "source").status, report.status) == (Status.FAILED, Status.FAILED)


@pytest.mark.parametrize("session", ["fmt", "fix"])
def test_looking_at_what_would_be_written_fails_too(repo: Repo, session: str) -> None:
    repo.write({"src/acme/a.py": "def broken(:\n"})
    report = looked(repo, session, SESSIONS[session], "", "--check")
    assert (report.status, {finding.code for finding in report.findings}) == (Status.FAILED, {CODE})


@pytest.mark.parametrize(("name", "severities"), [("standard", set[Severity]()), ("strict", {Severity.INFO})])
def test_data_of_tests_may_be_broken(repo: Repo, name: str, severities: set[Severity]) -> None:
    repo.write({"src/acme/__init__.py": '"""Acme."""\n', "tests/data/a.py": "def broken(:\n"})
    report = looked(repo, "lint", plan_lint, OPTIONS[name])
    assert {finding.severity for finding in report.findings if finding.code == CODE} == severities
    unread = outcome(report, "source").evidence.get("unread")
    assert severities or str(unread).startswith("['tests/data/a.py: not read: Python ")


def test_what_may_need_a_newer_python_than_that_of_nox_is_a_warning(repo: Repo) -> None:
    repo.write({"src/acme/a.py": "def newer(:\n"})
    report = looked(repo, "lint", plan_lint, "", python=">=3.15")
    assert {finding.severity for finding in report.findings if finding.code == CODE} == {Severity.WARNING}
