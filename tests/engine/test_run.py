# SPDX-License-Identifier: Apache-2.0
"""Whole runs: what is due, how each task ends, and what the run amounts to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.events import RunFinished, RunStarted, TaskFinished
from noxkit.diagnostics.model import Severity, Status
from noxkit.engine import _plans as plans
from noxkit.engine._plans import plan_coverage_alone, plan_fix, plan_lint
from noxkit.engine._run import run
from noxkit.engine._scope import Scope
from noxkit.errors import NoxkitError
from tests._trees import command, manifest, outcome

if TYPE_CHECKING:
    from noxkit.engine._run import Planner
    from tests._trees import Repo

ERROR = "::error file=a.sql,line=1,title=X1::bad\n"
SQL = {"a.sql": "select 1\n", "one.txt": ERROR, "clean.txt": "all is well\n"}


def test_a_run_in_which_nothing_is_due_is_inconclusive(repo: Repo) -> None:
    report = repo.write(manifest(command("sql", "cat", reads=["**/*.sql"]))).run()
    assert (report.status, outcome(report, "sql").status, report.exit_code) == (Status.INCONCLUSIVE, Status.SKIPPED, 0)


def test_a_task_that_is_not_due_names_the_fact(repo: Repo) -> None:
    report = repo.write(manifest(command("sql", "cat", reads=["**/*.sql"]))).run()
    assert outcome(report, "sql").reason == "0 files of 1 match **/*.sql"


@pytest.mark.parametrize(
    "planner",
    [plan_lint, plan_coverage_alone, plans.tests_on(None), plans.plan_consistency, plans.plan_security],
    ids=["lint", "coverage", "tests", "consistency", "security"],
)
def test_an_empty_folder_is_never_a_pass(repo: Repo, planner: Planner) -> None:
    report = repo.run(planner=planner, CI="1")
    assert (report.status, report.exit_code) == (Status.INCONCLUSIVE, 3)


CI = {"1": 3, "true": 3, "TRUE": 3, "yes": 3, "woodpecker": 3, "0": 0, "false": 0, "False": 0, "no": 0, "": 0}


@pytest.mark.parametrize(("value", "code"), CI.items(), ids=[value or "empty" for value in CI])
def test_inconclusive_fails_only_where_ci_is_set(repo: Repo, value: str, code: int) -> None:
    assert repo.write(manifest()).run(CI=value).exit_code == code


ENDINGS: dict[str, tuple[tuple[str, ...], dict[str, str], Status, int]] = {
    "clean": (("cat", "clean.txt"), {}, Status.PASSED, 0),
    "findings": (("cat", "one.txt"), {}, Status.FAILED, 1),
    "findings and a bad exit code": (("sh", "-c", "cat one.txt; exit 3"), {}, Status.FAILED, 1),
    "a bad exit code without a finding": (("sh", "-c", "echo oh dear; exit 3"), {}, Status.CRASHED, 4),
    "killed by a signal": (("sh", "-c", "kill -9 $$"), {}, Status.CRASHED, 4),
    "not found behind a shell": (("sh", "-c", "exit 127"), {}, Status.CRASHED, 4),
    "no such program": (("no-such-program",), {}, Status.INCONCLUSIVE, 3),
    "hangs": (("sleep", "60"), {"NOXKIT_TIMEOUT": "0.3"}, Status.INCONCLUSIVE, 3),
    "hangs after a finding": (("sh", "-c", "cat one.txt; sleep 60"), {"NOXKIT_TIMEOUT": "0.3"}, Status.INCONCLUSIVE, 3),
}


@pytest.mark.parametrize(("run", "environ", "status", "code"), ENDINGS.values(), ids=ENDINGS.keys())
def test_a_task_ends_by_what_its_program_really_did(
    repo: Repo, run: tuple[str, ...], environ: dict[str, str], status: Status, code: int
) -> None:
    report = repo.write({**manifest(command("one", *run)), **SQL}).run(given=environ, CI="1")
    assert (outcome(report, "one").status, report.status, report.exit_code) == (status, status, code)


@pytest.mark.parametrize("key", ["no such program", "hangs", "a bad exit code without a finding", "killed by a signal"])
def test_what_is_neither_passed_nor_failed_says_why_and_what_to_do(repo: Repo, key: str) -> None:
    run, environ, _, _ = ENDINGS[key]
    ended = outcome(repo.write({**manifest(command("one", *run)), **SQL}).run(given=environ), "one")
    assert ended.reason
    assert ended.hint


def test_one_crash_does_not_hide_the_findings_of_the_others(repo: Repo) -> None:
    repo.write({**manifest(command("bad", "sh", "-c", "exit 3"), command("one"), command("clean")), **SQL})
    report = repo.run()
    statuses = {task.name: task.status for task in report.tasks}
    assert (statuses, len(report.findings), report.status) == (
        {"bad": Status.CRASHED, "one": Status.FAILED, "clean": Status.PASSED},
        1,
        Status.CRASHED,
    )


@pytest.mark.parametrize(
    ("level", "arguments", "status"),
    [
        ("error", (), Status.FAILED),
        ("warning", (), Status.PASSED),
        ("warning", ("--fail-on", "warning"), Status.FAILED),
        ("notice", ("--fail-on", "warning"), Status.PASSED),
        ("notice", ("--fail-on", "info"), Status.FAILED),
    ],
)
def test_fail_on_sets_the_least_severity_that_fails(
    repo: Repo, level: str, arguments: tuple[str, ...], status: Status
) -> None:
    files = {**manifest(command("one")), **SQL, "one.txt": ERROR.replace("error", level)}
    assert repo.write(files).run(*arguments).status is status


def test_what_is_not_chosen_fails_nothing(repo: Repo) -> None:
    repo.write({**manifest(), "a.py": "import os\n"})
    advisory = [task for task in plan_lint(repo.context(), Scope()) if task.advisory]
    assert {task.name for task in advisory} >= {"ruff", "ruff_format", "typos", "ty"}


def test_what_the_repository_has_chosen_counts_in_full(repo: Repo) -> None:
    repo.write({**manifest(more="[tool.ruff]\n[tool.mypy]\n"), "a.py": "import os\n"})
    tasks = {task.name: task.advisory for task in plan_lint(repo.context(), Scope())}
    assert (tasks["ruff"], tasks["mypy"], tasks["typos"]) == (False, False, True)


def test_in_strict_nothing_is_advice(repo: Repo) -> None:
    repo.write({**manifest(options='profile = "strict"'), "a.py": "import os\n"})
    assert not [task.name for task in plan_lint(repo.context(), Scope()) if task.advisory]


def test_the_evidence_says_how_much_was_read_and_why_the_task_is_on(repo: Repo) -> None:
    report = repo.write({**manifest(command("one", reads=["**/*.sql"])), **SQL}).run()
    evidence = outcome(report, "one").evidence
    assert (evidence["files"], evidence["why"]) == (1, "[[tool.noxkit.commands]]")


def test_a_program_on_path_is_not_said_to_have_the_version_of_uv(repo: Repo) -> None:
    report = repo.write({**manifest(command("one")), **SQL}).run()
    assert "version" not in outcome(report, "one").evidence


def test_the_events_tell_the_run_in_order(repo: Repo) -> None:
    repo.write({**manifest(command("one"), command("clean")), **SQL}).run()
    kinds = [type(event) for event in repo.events if isinstance(event, (RunStarted, TaskFinished, RunFinished))]
    assert kinds == [RunStarted, TaskFinished, TaskFinished, RunFinished]


def test_the_display_hears_a_finding_with_its_final_status(repo: Repo) -> None:
    repo.write({**manifest(command("one")), **SQL}).run()
    assert [e.outcome.status for e in repo.events if isinstance(e, TaskFinished)] == [Status.FAILED]


def test_credentials_are_not_visible_to_a_program(repo: Repo) -> None:
    files = manifest(command("one", "sh", "-c", "env > seen"))
    repo.write(files).run(MY_TOKEN="hush", HARMLESS="seen")  # noqa: S106 -- the name of a variable
    seen = (repo.root / "seen").read_text()
    assert ("hush" in seen, "HARMLESS=seen" in seen) == (False, True)


def test_pass_env_restores_a_credential_by_its_name(repo: Repo) -> None:
    files = manifest(command("one", "sh", "-c", "env > seen"), options='pass-env = ["MY_TOKEN"]')
    repo.write(files).run(MY_TOKEN="hush", MY_SECRET="other")  # noqa: S106 -- the name of a variable
    seen = (repo.root / "seen").read_text()
    assert ("MY_TOKEN=hush" in seen, "other" in seen) == (True, False)


def test_the_report_names_the_root_from_the_top_of_the_work_tree(repo: Repo) -> None:
    repo.git("init", "-q")
    repo.write({"py/pyproject.toml": manifest()["pyproject.toml"]})
    repo.root /= "py"
    report = repo.run()
    assert (report.root, report.git_root) == ("py", "..")


def test_outside_git_the_report_says_so(repo: Repo) -> None:
    report = repo.write(manifest()).run()
    assert (report.git_root, report.tree) == (None, None)


@pytest.mark.skipif(os.getuid() == 0, reason="root can write everywhere")
def test_a_tree_that_cannot_be_written_is_no_reason_to_fail(repo: Repo) -> None:
    repo.write({**manifest(command("clean")), **SQL})
    repo.root.chmod(0o500)
    try:
        assert outcome(repo.run(), "clean").status is Status.PASSED
    finally:
        repo.root.chmod(0o700)


def test_findings_of_the_same_place_in_two_commands_stay_two(repo: Repo) -> None:
    repo.write({**manifest(command("one"), command("two", "cat", "one.txt")), **SQL})
    assert [found.code for found in repo.run().findings] == ["one:X1", "two:X1"]


def test_a_missing_uv_is_an_error_and_no_crash(repo: Repo) -> None:
    more = '[tool.uv]\nrequired-version = "==0.0.1"\n'
    repo.write({**manifest(command("one", "tool", requirement="tool==1"), more=more), **SQL})
    with pytest.raises(NoxkitError) as caught:
        repo.run()
    assert caught.value.records[0].code == "NK-UV-MISSING"


def test_severities_of_annotations_are_kept(repo: Repo) -> None:
    text = "".join(f"::{level} file=a.sql,line=1::{level}\n" for level in ("error", "warning", "notice"))
    report = repo.write({**manifest(command("one")), **SQL, "one.txt": text}).run()
    assert {found.message: found.severity for found in report.findings} == {
        "error": Severity.ERROR,
        "warning": Severity.WARNING,
        "notice": Severity.INFO,
    }


@pytest.mark.parametrize("session", ["lint", "fix"])
def test_an_interrupt_before_the_first_task_is_no_missing_uv(repo: Repo, session: str) -> None:
    repo.write({**manifest(more="[tool.ruff]\n"), "a.py": "import os\n"})
    context = repo.context(session=session)
    context.cancel.set()
    report = run(context, plan_fix if session == "fix" else plan_lint)
    assert (report.status, report.interrupted) == (Status.INCONCLUSIVE, True)
