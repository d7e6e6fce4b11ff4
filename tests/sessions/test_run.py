# SPDX-License-Identifier: Apache-2.0
"""nox as users run it: exit codes, arguments, reports, forges and interrupts."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests._trees import PYTHON, command, manifest
from tests.sessions.conftest import OFFLINE, TESTS

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo

JSON = "json=report.json"
TESTS_HERE = f"tests-{PYTHON}"


def statuses(repo: NoxRepo, name: str = "report.json") -> dict[str, object]:
    return {str(task["name"]): task["status"] for task in repo.report(name)["tasks"] if task["status"] != "skipped"}


def test_a_failing_verdict_fails_the_session_with_the_reason_in_its_last_line(repo: NoxRepo) -> None:
    code, said = repo.nox("-s", "lint")
    assert (code, "lint failed: 1 error in 1 of 2 tasks" in said.splitlines()[-2] + said.splitlines()[-1]) == (
        1,
        True,
    ), said


def test_a_run_that_passes_ends_with_0(repo: NoxRepo) -> None:
    assert repo.nox("-s", "lint", "--", "--only", "good")[0] == 0


def test_the_report_shows_the_finding_with_its_source_line(repo: NoxRepo) -> None:
    _, said = repo.nox("-s", "lint")
    assert "error[bad:X1]: no `where`\n" in said
    assert "1 | delete from a\n" in said


@pytest.mark.parametrize(("ci", "code"), [("1", 1), ("0", 0), ("", 0)])
def test_inconclusive_fails_the_session_where_ci_is_set(repo: NoxRepo, ci: str, code: int) -> None:
    repo.write(manifest(command("one", "true", reads=["*.none"]), options=OFFLINE))
    ended, said = repo.nox("-s", "lint", "--", "--only", "one", "--report", JSON, CI=ci)
    assert (ended, repo.report()["status"]) == (code, "inconclusive"), said


REFUSED = {
    "an unknown flag": ("--onyl", "NK-ARGUMENT-UNKNOWN", "did you mean `--only`?"),
    "an unknown task": ("--only=godo", "NK-ARGUMENT-VALUE", "did you mean `good`?"),
    "an unknown package": ("--package=deom", "NK-ARGUMENT-VALUE", "did you mean `demo`?"),
    "an unknown task to explain": ("--why=godo", "NK-ARGUMENT-VALUE", "did you mean `good`?"),
    "an unknown format": ("--report=jsn=report.json", "NK-ARGUMENT-VALUE", "did you mean `json`?"),
}


@pytest.mark.parametrize(("argument", "code", "hint"), REFUSED.values(), ids=REFUSED.keys())
def test_an_argument_that_means_nothing_is_refused(repo: NoxRepo, argument: str, code: str, hint: str) -> None:
    ended, said = repo.nox("-s", "lint", "--", argument)
    assert (ended, f"error[{code}]" in said, f"= hint: {hint}" in said, "Traceback" in said) == (
        1,
        True,
        True,
        False,
    ), said


def test_a_configuration_that_is_wrong_leaves_a_report_that_failed(repo: NoxRepo) -> None:
    repo.nox("-s", "lint", "--", "--only", "good", "--report", JSON)
    repo.write({"pyproject.toml": "[tool.noxkit]\nprofil = 1\n"})
    code, said = repo.nox("-s", "lint", "--", "--report", JSON)
    assert (code, repo.report()["status"], "pyproject.toml:2:1" in said) == (1, "failed", True)


def test_so_does_one_that_was_asked_for_by_a_variable(repo: NoxRepo) -> None:
    repo.write({"pyproject.toml": "[tool.noxkit]\nprofil = 1\n"})
    code, said = repo.nox("-s", "lint", NOXKIT_REPORT=JSON)
    assert (code, repo.report()["status"]) == (1, "failed"), said


def test_a_session_that_did_not_run_stays_in_the_merged_report(repo: NoxRepo) -> None:
    repo.write({"noxkit-baseline.json": "{"})
    repo.nox("-s", "lint", "fmt", "--", "--only", "good", "--report", JSON)
    assert (repo.report()["status"], repo.report()["session"]) == ("failed", "lint, fmt")


def test_each_session_accepts_the_names_of_the_others(tested: NoxRepo) -> None:
    code, said = tested.nox("-s", "lint", "tests", "--", "--only", "good", "--report", JSON, CI="1")
    report = tested.report()
    assert (code, report["status"], statuses(tested)) == (0, "passed", {"good": "passed"}), said
    assert {str(task["name"]): task["reason"] for task in report["tasks"]}["tests"] == "not named by --only"


def test_the_tests_of_one_python_run_by_its_name(tested: NoxRepo) -> None:
    code, said = tested.nox("-s", TESTS_HERE, "--", "--report", JSON)
    [ran] = [task for task in tested.report()["tasks"] if task["name"] == "tests"]
    assert (code, ran["status"], ran["python"], ran["evidence"]["tests"]) == (0, "passed", PYTHON, 2), said


def test_p_selects_the_python_of_the_tests(tested: NoxRepo) -> None:
    _, said = tested.nox("-s", "tests", "-p", PYTHON, "--", "--dry-run")
    assert f"tests-{PYTHON} would run 1 of 1 tasks" in said


def test_what_follows_a_second_dash_dash_reaches_pytest(tested: NoxRepo) -> None:
    code, said = tested.nox("-s", "tests", "--", "--report", JSON, "--", "-k", "two")
    [ran] = [task for task in tested.report()["tasks"] if task["name"] == "tests"]
    assert (code, ran["evidence"]["tests"]) == (0, 1), said


def test_a_test_does_not_see_credentials_but_what_pass_env_restores(tested: NoxRepo) -> None:
    options = f'python = ["{PYTHON}"]\npass-env = ["GIVEN_TOKEN"]\n'
    body = "import os\nSEEN = os.environ.get('MY_SECRET'), os.environ.get('GIVEN_TOKEN')\n"
    body += "def test_it():\n    assert SEEN == (None, 'x')\n"
    tested.write({**manifest(options=options), "test_it.py": body})
    assert tested.nox("-s", "tests", MY_SECRET="x", GIVEN_TOKEN="x")[0] == 0  # noqa: S106 -- the name of a variable


def test_failing_tests_fail_the_session(tested: NoxRepo) -> None:
    tested.write({"test_it.py": TESTS + "\n\ndef test_bad():\n    assert 1 == 2\n"})
    code, said = tested.nox("-s", "tests")
    assert (code, "test_it.py:10" in said) == (1, True), said


def test_sessions_in_parallel_write_one_merged_report(tested: NoxRepo) -> None:
    code, said = tested.nox("-j", "2", "-s", "lint", TESTS_HERE, "--", "--report", JSON)
    report = tested.report()
    assert (code, sorted(str(report["session"]).split(", "))) == (0, ["lint", TESTS_HERE]), said
    assert {"good", "tests"} <= set(statuses(tested))


def test_sessions_in_a_row_write_one_merged_report_with_the_worst_status(tested: NoxRepo) -> None:
    tested.write(
        {"pyproject.toml": (tested.root / "pyproject.toml").read_text() + command("worse", "false", output="exit-code")}
    )
    code, _ = tested.nox("-s", "lint", "fmt", "--", "--only", "good,worse", "--report", JSON)
    assert (code, tested.report()["status"], tested.report()["session"]) == (1, "failed", "lint, fmt")


def test_the_sessions_of_several_pythons_are_all_in_the_merged_report(tested: NoxRepo) -> None:
    pythons = sorted({PYTHON, "3.12", "3.13"})
    tested.write({**manifest(options=f"python = {pythons}\n{OFFLINE}")})
    tested.nox("-s", "tests", "--", "--skip", "tests", "--report", JSON)
    assert {task["python"] for task in tested.report()["tasks"]} == set(pythons)


def test_a_report_with_session_in_its_name_is_one_a_session(tested: NoxRepo) -> None:
    tested.nox("-s", "lint", TESTS_HERE, "--", "--only", "good", "--report", "json=out/{session}.json")
    assert sorted(path.name for path in (tested.root / "out").iterdir()) == ["lint.json", f"{TESTS_HERE}.json"]


def test_folders_of_a_report_that_are_missing_are_made(tested: NoxRepo) -> None:
    tested.nox("-s", "lint", "--", "--only", "good", "--report", "json=some/new/folder/x.json")
    assert [path.name for path in (tested.root / "some/new/folder").iterdir()] == ["x.json"]


def test_a_later_call_does_not_merge_with_an_earlier_one(repo: NoxRepo) -> None:
    repo.nox("-s", "lint", "--", "--report", JSON)
    repo.nox("-s", "fmt", "--", "--only", "good", "--report", JSON)
    assert repo.report()["session"] == "fmt"


def test_several_formats_are_written_at_once(repo: NoxRepo) -> None:
    repo.nox(
        "-s", "lint", "--", "--report", JSON, "--report", "markdown=out.md", "--format", "github", "--output", "out.txt"
    )
    assert "::error" in (repo.root / "out.txt").read_text()
    assert "bad:X1" in (repo.root / "out.md").read_text()


def test_a_report_that_cannot_be_written_fails_and_the_report_is_still_printed(repo: NoxRepo) -> None:
    code, said = repo.nox("-s", "lint", "--", "--only", "good", "--report", "json=/proc/none/x.json")
    assert (code, "good" in said, "error[NK-FILE-UNWRITABLE]" in said, "Traceback" in said) == (1, True, True, False)


def test_under_github_actions_annotations_are_printed_and_the_summary_is_appended(
    repo: NoxRepo, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    _, said = repo.nox("-s", "lint", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert "::error file=a.sql,line=1" in said
    assert (summary.read_text().startswith("before\n"), "bad:X1" in summary.read_text()) == (True, True)


def test_elsewhere_there_are_no_annotations(repo: NoxRepo) -> None:
    assert "::error" not in repo.nox("-s", "lint")[1]


def test_dry_run_runs_nothing(repo: NoxRepo) -> None:
    code, said = repo.nox("-s", "lint", "--", "--dry-run")
    assert (code, "+ bad on .: [[tool.noxkit.commands]]" in said, (repo.root / ".nox" / "noxkit").exists()) == (
        0,
        True,
        False,
    ), said


def test_dry_run_names_what_is_not_due_with_its_reason(repo: NoxRepo) -> None:
    assert "- ruff: skipped: in `skip` of [tool.noxkit]" in repo.nox("-s", "lint", "--", "--dry-run")[1]


WHY = {
    "a task that runs": ("good", "good: runs\n  because: [[tool.noxkit.commands]]\n"),
    "a task that does not": ("ruff", "ruff: skipped\n  because: in `skip` of [tool.noxkit]\n"),
    "a task of another session": ("tests", "tests is not part of lint; it belongs to: check, tests\n"),
}


@pytest.mark.parametrize(("name", "text"), WHY.values(), ids=WHY.keys())
def test_why_says_what_decides_about(repo: NoxRepo, name: str, text: str) -> None:
    code, said = repo.nox("-s", "lint", "--", "--why", name)
    assert (code, text in said) == (0, True), said


def test_help_lists_the_flags(repo: NoxRepo) -> None:
    code, said = repo.nox("-s", "lint", "--", "--help")
    assert (code, "--fail-on" in said) == (0, True)


def test_events_are_written_as_json_lines_with_credentials_by_name_only(repo: NoxRepo) -> None:
    repo.write(manifest(command("good", "true", output="exit-code"), options=f'{OFFLINE}pass-env = ["MY_TOKEN"]\n'))
    repo.nox("-s", "lint", "--", "--events", "events.jsonl", "--only", "good", MY_TOKEN="hush")  # noqa: S106 -- the name of a variable
    text = (repo.root / "events.jsonl").read_text()
    events = [json.loads(line) for line in text.splitlines()]
    kinds = [event["event"] for event in events if event.get("task", "good") == "good"]
    assert kinds == [
        "run-started",
        "task-started",
        "command-started",
        "command-finished",
        "task-finished",
        "run-finished",
    ]
    assert ("hush" in text, {event["session"] for event in events}) == (False, {"lint"})


def gone(repo: NoxRepo) -> bool:
    """Whether no process has the mark of this repository in its command line, within ten seconds."""
    mark = f"mark-{repo.root.parent.name}".encode()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not any(mark in _command_line(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
            return True
        time.sleep(0.05)
    return False


def written(repo: NoxRepo, *names: str) -> bool:
    """Whether all these files are there within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if all((repo.root / name).is_file() for name in names):
            return True
        time.sleep(0.05)
    return False


def _command_line(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), ENDS, ids=["SIGINT", "SIGTERM"])
def test_an_interrupt_prints_the_report_and_leaves_no_process(repo: NoxRepo, number: int, code: int) -> None:
    mark = f"mark-{repo.root.parent.name}"
    slow = command("slow", "sh", "-c", f": {mark}; touch there; sh -c ': {mark}; sleep 60' & sleep 60; :")
    repo.write(manifest(command("bad"), slow, options=OFFLINE))
    ended, said = repo.interrupted(number, "-s", "lint", "fmt", "--", "--jobs", "1", "--report", JSON, when="there")
    assert (ended, gone(repo)) == (code, True), said
    assert ("error[bad:X1]" in said, "lint interrupted" in said, "Traceback" in said, "session fmt" in said) == (
        True,
        True,
        False,
        False,
    ), said
    assert (statuses(repo)["slow"], repo.report()["interrupted"]) == ("inconclusive", True)


@pytest.mark.parametrize(("number", "code"), ENDS, ids=["SIGINT", "SIGTERM"])
def test_an_interrupt_in_a_test_prints_the_report_and_leaves_no_process(
    tested: NoxRepo, number: int, code: int
) -> None:
    mark = f"mark-{tested.root.parent.name}"
    slow = f"    pathlib.Path('there').touch()\n    subprocess.run(['sh', '-c', ': {mark}; sleep 60; :'])\n"
    body = f"import pathlib, subprocess\ndef test_slow():\n{slow}"
    tested.write({"test_it.py": body})
    ended, said = tested.interrupted(number, "-s", "tests", when="there")
    assert (ended, gone(tested), f"{TESTS_HERE} interrupted" in said, "Traceback" in said) == (
        code,
        True,
        True,
        False,
    ), said


def test_the_end_of_nox_itself_ends_its_parallel_sessions(repo: NoxRepo) -> None:
    mark = f"mark-{repo.root.parent.name}"
    both_begun = f": {mark}; mkdir one 2>&- || touch there; sleep 60; :"
    repo.write(manifest(command("slow", "sh", "-c", both_begun), options=OFFLINE))
    arguments = ("-j", "2", "-s", "lint", "check", "--", "--only", "slow", "--report", "json={session}.json")
    ended, said = repo.interrupted(signal.SIGTERM, *arguments, when="there")
    assert (ended, gone(repo)) == (-signal.SIGTERM, True), said
    # The programs have ended; their sessions write what they know after that.
    assert written(repo, "lint.json", "check.json")
    assert repo.report("lint.json")["interrupted"] is True
    assert repo.report("check.json")["interrupted"] is True


def test_a_time_limit_ends_a_program_and_all_that_it_started(repo: NoxRepo) -> None:
    mark = f"mark-{repo.root.parent.name}"
    repo.write(manifest(command("slow", "sh", "-c", f"sh -c ': {mark}; sleep 60; :' & sleep 60"), options=OFFLINE))
    code, said = repo.nox("-s", "lint", "--", "--only", "slow", "--timeout", "0.5", CI="1")
    assert (code, gone(repo), "no end after" in said) == (1, True, True), said


def test_two_runs_in_one_tree_at_once_both_end_well(tested: NoxRepo) -> None:
    first = tested.start("-s", "lint", "tests", "--", "--report", "json=one.json")
    second = tested.start("-s", "lint", "tests", "--", "--report", "json=two.json")
    said = [process.communicate(timeout=200)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert statuses(tested, "one.json") == statuses(tested, "two.json")


BAD = {
    "no pyproject": {"pyproject.toml": None},
    "invalid TOML": {"pyproject.toml": "[project\n"},
    "a negative time limit": {"pyproject.toml": "[tool.noxkit]\ntimeout = -1\n"},
    "a member that is a file": {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["a.sql"]\n'},
    "a member without a manifest": {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["p"]\n', "p/x.py": ""},
    "a table in a member": {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["p"]\n',
        "p/pyproject.toml": '[project]\nname = "p"\nversion = "1"\n[tool.noxkit]\n',
    },
    "a baseline that is none": {"noxkit-baseline.json": "{"},
}


@pytest.mark.parametrize("files", BAD.values(), ids=BAD.keys())
def test_bad_input_is_never_a_pass_a_traceback_or_without_a_hint(repo: NoxRepo, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        if text is None:
            (repo.root / name).unlink()
        else:
            repo.write({name: text})
    code, said = repo.nox(
        "-s", "lint", "--", "--report", JSON, "--only", "good,uv_lock" if "pyproject.toml" in files else "good", CI="1"
    )
    assert (code != 0, "Traceback" in said, "hint" in said) == (True, False, True), said
    assert repo.report()["status"] != "passed" if (repo.root / "report.json").exists() else "error[" in said


def test_a_path_of_200_characters_works(repo: NoxRepo) -> None:
    name = "n" * 100 + "/" + "m" * 100
    repo.write({"bad.txt": f"::error file={name}/a b.sql,line=1,title=X1::bad\n", f"{name}/a b.sql": "select\n"})
    _, said = repo.nox("-s", "lint")
    assert f"{name}/a b.sql:1" in said


def test_nothing_of_a_run_is_seen_by_git(repo: NoxRepo) -> None:
    repo.write({".gitignore": ".nox/\n"}).commit()
    repo.nox("-s", "lint")
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be root")
def test_root_may_run_it(repo: NoxRepo) -> None:
    assert repo.nox("-s", "lint", "--", "--only", "good")[0] == 0
