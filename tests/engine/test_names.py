# SPDX-License-Identifier: Apache-2.0
"""Which tasks arguments and the configuration name, and what becomes of a name that nothing has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine import _plans as plans
from noxkit.engine._plans import plan_fmt, plan_lint
from noxkit.engine._run import plan
from noxkit.errors import NoxkitError
from tests._trees import command, manifest, outcome

if TYPE_CHECKING:
    from noxkit.errors import ErrorRecord
    from tests._trees import Repo

FILES = {"a.py": "import os\n", "a.txt": "fine\n", "b.txt": "fine\n", "tests/test_a.py": "def test_a(): pass\n"}


@pytest.fixture
def two(repo: Repo) -> Repo:
    """A repository with the commands `a` and `b`."""
    return repo.write({**manifest(command("a"), command("b")), **FILES})


def refused(repo: Repo, *arguments: str) -> list[ErrorRecord]:
    with pytest.raises(NoxkitError) as caught:
        plan(repo.context(*arguments), plan_lint)
    assert all(record.hint for record in caught.value.records)
    return list(caught.value.records)


CHOICES = [
    ((), {"a", "b"}),
    (("--only", "a"), {"a"}),
    (("--only", "a,b"), {"a", "b"}),
    (("--only", "a", "--only", "b"), {"a", "b"}),
    (("--skip", "a"), {"b"}),
    (("--only", "a,b", "--skip", "a"), {"b"}),
    (("--only", "a,ruff"), {"a"}),
]


@pytest.mark.parametrize(("arguments", "names"), CHOICES, ids=[" ".join(row[0]) or "nothing" for row in CHOICES])
def test_only_and_skip_leave_the_tasks_that_they_name(two: Repo, arguments: tuple[str, ...], names: set[str]) -> None:
    assert {task.name for task in two.run(*arguments).tasks} == names


UNKNOWN = [
    (("--only", "rufff"), "did you mean `ruff`?"),
    (("--skip", "typo"), "did you mean `typos`?"),
    (("--only", "zzzzzz"), "the names are:"),
    (("--only", "coverage-combine"), ""),
    (("--only", "environment"), ""),
]


@pytest.mark.parametrize(("arguments", "hint"), UNKNOWN, ids=[" ".join(row[0]) for row in UNKNOWN])
def test_a_name_that_no_session_has_is_refused(two: Repo, arguments: tuple[str, ...], hint: str) -> None:
    [record] = refused(two, *arguments)
    assert (record.code, f"`{arguments[1]}` of {arguments[0]}" in record.message, hint in record.hint) == (
        "NK-ARGUMENT-VALUE",
        True,
        True,
    )


AWAY = [
    (("--only", "ruff"), "not named by --only"),
    (("--skip", "tests"), "named by --skip"),
    (("--only", "ruff,tests", "--skip", "tests"), "named by --skip"),
]


@pytest.mark.parametrize(("arguments", "reason"), AWAY, ids=[" ".join(row[0]) for row in AWAY])
def test_a_session_of_which_nothing_is_named_is_skipped_and_does_not_fail_under_ci(
    repo: Repo, arguments: tuple[str, ...], reason: str
) -> None:
    repo.write({**manifest(), **FILES})
    report = repo.run(*arguments, planner=plans.tests_on(None), session="tests", CI="1")
    assert (report.status, report.exit_code, outcome(report, "tests").reason) == (Status.SKIPPED, 0, reason)


def test_naming_a_task_of_this_session_that_is_not_due_is_inconclusive(repo: Repo) -> None:
    report = repo.write(manifest()).run("--only", "ruff", planner=plan_lint, CI="1")
    assert (report.status, [task.name for task in report.tasks]) == (Status.INCONCLUSIVE, ["ruff"])


def test_naming_a_type_checker_that_is_off_is_inconclusive_and_says_so(repo: Repo) -> None:
    repo.write({**manifest(), **FILES})
    report = repo.run("--only", "pyright", planner=plan_lint, CI="1")
    assert (report.status, outcome(report, "pyright").reason) == (
        Status.INCONCLUSIVE,
        "off: neither chosen by this repository nor in `checkers` of [tool.noxkit.typecheck]",
    )


def test_a_type_checker_that_is_off_is_no_matter_for_a_session_without_type_checkers(repo: Repo) -> None:
    repo.write({**manifest(), **FILES})
    report = repo.run("--only", "pyright", planner=plan_fmt, session="fmt", CI="1")
    assert report.status is Status.SKIPPED


CONFIGURED = {
    "skip": ('skip = ["typoss"]', "`typoss` in `skip`", "did you mean `typos`?", 6),
    "paths": ('paths = { rufff = ["src"] }', "`rufff` in `paths`", "did you mean `ruff`?", 6),
    "checkers": ('typecheck.checkers = ["pyrigth"]', "`pyrigth` in `typecheck.checkers`", "did you mean `pyright`?", 6),
    "checkers that are none": (
        'typecheck.checkers = ["ruff"]',
        "`ruff` in `typecheck.checkers`",
        "the names are: mypy",
        6,
    ),
    "tools": ('tools.rufff = "==1"', "`rufff` in `tools`", "did you mean `ruff`?", 6),
    "the version of uv": ('tools.uv = "==1"', "`uv` in `tools`", "required-version", 6),
    "a command of a taken name": (command("ruff", "true"), "`ruff` in `commands`", "another name", 7),
    "a command called tests": (command("tests", "true"), "`tests` in `commands`", "another name", 7),
    "a command called coverage": (command("coverage", "true"), "`coverage` in `commands`", "another name", 7),
    "a command in no session": (
        command("x", "true", sessions=["lintt"]),
        "`lintt` in `sessions`",
        "did you mean `lint`?",
        7,
    ),
}


@pytest.mark.parametrize(("options", "message", "hint", "line"), CONFIGURED.values(), ids=CONFIGURED.keys())
def test_a_name_in_the_configuration_that_stands_for_nothing_is_refused_with_its_line(
    repo: Repo, options: str, message: str, hint: str, line: int
) -> None:
    [record] = refused(repo.write(manifest(options=options)))
    assert (message in record.message, hint in record.hint) == (True, True), record
    assert (record.code, record.path, record.line) == ("NK-CONFIG-VALUE", "pyproject.toml", line)


@pytest.mark.parametrize(
    ("options", "span"),
    [
        pytest.param('skip = ["typos", "ruf"]', (6, 18, 23), id="an item"),
        pytest.param('skip = [\n  "typos",\n  "ruf",\n]', (8, 3, 8), id="an item on a line of its own"),
        pytest.param('select = ["NK-NOBODY"]', (6, 11, 22), id="select"),
        pytest.param('paths = { ruf = ["src"] }', (6, 11, 14), id="a key"),
        pytest.param('tools.ruf = "==1"', (6, 1, 10), id="a dotted key"),
    ],
)
def test_the_caret_stands_below_the_name(repo: Repo, options: str, span: tuple[int, int, int]) -> None:
    [record] = refused(repo.write(manifest(options=options)))
    assert (record.line, record.column, record.end_column) == span


def test_all_wrong_names_are_refused_at_once(repo: Repo) -> None:
    repo.write(manifest(options='skip = ["x1", "x2"]\npaths = { x3 = ["a"] }'))
    assert [record.message.split()[0] for record in refused(repo)] == ["`x1`", "`x2`", "`x3`"]


def test_a_wrong_name_from_a_variable_names_the_variable(two: Repo) -> None:
    with pytest.raises(NoxkitError) as caught:
        plan(two.context(NOXKIT_PATHS='{"rufff": ["src"]}'), plan_lint)
    assert "NOXKIT_PATHS" in caught.value.records[0].message


def test_names_of_the_repositorys_own_commands_are_known(repo: Repo) -> None:
    repo.write({**manifest(command("a"), options='skip = ["a"]'), **FILES})
    assert outcome(repo.run(), "a").reason == "in `skip` of [tool.noxkit]"


SESSIONS = [("lint", True), ("check", True), ("fmt", False), ("tests", False), ("tests-3.12", False)]


@pytest.mark.parametrize(("session", "runs"), SESSIONS, ids=[row[0] for row in SESSIONS])
def test_a_command_belongs_to_lint_by_default(two: Repo, session: str, runs: bool) -> None:
    assert bool(two.run("--only", "a", session=session).tasks) is runs


@pytest.mark.parametrize("session", ["tests", "tests-3.12", "check"])
def test_a_command_runs_in_the_session_that_it_names(repo: Repo, session: str) -> None:
    repo.write({**manifest(command("a", sessions=["tests"])), **FILES})
    assert outcome(repo.run(session=session), "a").status is Status.PASSED


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param('select = ["NK-NO-SUCH-RULE"]', "is neither the code of a rule", id="a code that no rule has"),
        pytest.param(
            "rules.imports.allowed-path = []", "of [tool.noxkit.rules.imports]", id="an option that it has not"
        ),
        pytest.param('rules.imports.allowed-paths = "a"', "must be a list", id="an option of another type"),
        pytest.param("rules = { no-such-family = {} }", "is not a family of rules", id="a family that there is not"),
    ],
)
def test_rules_that_do_not_exist_are_refused_with_their_place(repo: Repo, options: str, expected: str) -> None:
    repo.write(manifest(options=options))
    with pytest.raises(NoxkitError) as caught:
        repo.run()
    (record,) = caught.value.records
    assert (expected in record.message, record.path, bool(record.hint)) == (True, "pyproject.toml", True)
