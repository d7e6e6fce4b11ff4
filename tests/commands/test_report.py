# SPDX-License-Identifier: Apache-2.0
"""`noxkit report`: shards made one, what is missing among them, and what is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import formats
from noxkit.report import json as json_format
from noxkit.report._style import Style
from tests.report.sample import finding, outcome, report, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

STYLE = Style(width=80)


@pytest.fixture(autouse=True)
def _in_the_root(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.root)


def put(repo: Repo, **reports: Report) -> None:
    """Each report as NAME.json."""
    sources = Sources(repo.root)
    repo.write(
        {f"{name}.json": json_format.render(made, sources=sources, style=STYLE) for name, made in reports.items()}
    )


def merged(noxkit: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, error = noxkit("report", "--format", "json", *arguments)
    assert error == ""
    return code, json.loads(out)


def on(python: str, status: Status = Status.FAILED, **changes: Any) -> Report:
    """A run of ty on one Python, with one finding."""
    found = finding(code="ty:x", task="ty", path="a.py", line=1, pythons=(python,), fingerprint="f1")
    task = outcome("ty", status, python=python, began=1.0, worker=0)
    given = {"failing": True, "exit_code": 1, "findings": (found,), "tasks": (task,)}
    return report(status=status, session="typecheck", **{**given, **changes})


def test_a_finding_of_two_pythons_is_one(repo: Repo, noxkit: Run) -> None:
    put(repo, one=on("3.10"), two=on("3.14"))
    code, made = merged(noxkit, "one.json", "two.json")
    assert (code, made["status"], [task["python"] for task in made["tasks"]]) == (1, "failed", ["3.10", "3.14"])
    assert [found["pythons"] for found in made["findings"]] == [["3.10", "3.14"]]


def test_the_text_names_both_pythons_and_the_exit_code_is_that_of_the_worst(repo: Repo, noxkit: Run) -> None:
    put(repo, one=on("3.10"), two=report(session="fmt"))
    code, out, _ = noxkit("report", "one.json", "two.json")
    assert (code, "a.py:1" in out, "typecheck, fmt failed" in out) == (1, True, True)


def test_the_same_report_twice_is_itself(repo: Repo, noxkit: Run) -> None:
    put(repo, one=sample())
    _, once = merged(noxkit, "one.json")
    _, twice = merged(noxkit, "one.json", "./one.json")
    assert once == twice


def test_the_same_task_of_two_shards_is_as_bad_as_the_worst(repo: Repo, noxkit: Run) -> None:
    put(
        repo,
        one=report(tasks=(outcome("ruff"),)),
        two=report(
            status=Status.CRASHED, exit_code=4, failing=True, tasks=(outcome("ruff", Status.CRASHED, reason="x"),)
        ),
    )
    code, made = merged(noxkit, "one.json", "two.json")
    assert (code, made["status"], [task["status"] for task in made["tasks"]]) == (4, "crashed", ["crashed"])


@pytest.mark.parametrize("arguments", [("lint.json", "gone.json"), ("lint.json", "--expect", "lint,gone")])
@pytest.mark.parametrize("ci", ["", "true"])
def test_a_shard_that_is_missing_makes_it_inconclusive(
    repo: Repo, noxkit: Run, arguments: tuple[str, ...], ci: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repo, lint=report(tasks=(outcome("ruff"),)))
    monkeypatch.setenv("CI", ci)
    code, made = merged(noxkit, *arguments)
    (missing,) = [task for task in made["tasks"] if task["status"] == "inconclusive"]
    assert (code, made["status"], missing["name"]) == (3 if ci else 0, "inconclusive", "report")
    assert "gone" in missing["reason"]


@pytest.mark.parametrize("name", ["lint", "shard", "shard.json"])
def test_what_is_expected_is_a_session_or_a_file(repo: Repo, noxkit: Run, name: str) -> None:
    put(repo, shard=report(session="lint"))
    assert merged(noxkit, "shard.json", "--expect", name)[0] == 0


def test_each_format_is_written_beside_the_text(repo: Repo, noxkit: Run) -> None:
    put(repo, one=sample())
    targets = [word for name in formats() for word in ("--report", f"{name}=out/report.{name}")]
    code, out, _ = noxkit("report", "one.json", *targets)
    assert code == 1
    assert {path.name for path in (repo.root / "out").iterdir()} == {f"report.{name}" for name in formats()}
    assert "ruff:F401" in out


def test_a_second_merge_of_a_merged_report_says_the_same(repo: Repo, noxkit: Run) -> None:
    put(repo, one=on("3.10"), two=on("3.14"))
    assert noxkit("report", "one.json", "two.json", "--format", "json", "--output", "all.json")[0] == 1
    _, again = merged(noxkit, "all.json")
    assert again == json.loads((repo.root / "all.json").read_text())


def test_a_warning_stays_one(repo: Repo, noxkit: Run) -> None:
    found = finding(severity=Severity.WARNING, path="a.py", line=1)
    put(repo, one=report(findings=(found,), tasks=(outcome("ruff"),)))
    code, made = merged(noxkit, "one.json")
    assert (code, [each["severity"] for each in made["findings"]]) == (0, ["warning"])


REFUSED = {
    "no JSON": ({"a.json": "{"}, ("a.json",), "NK-FILE-UNREADABLE"),
    "cut short": ({"a.json": '{"schema": "noxkit-report/1", "noxkit": "1'}, ("a.json",), "NK-FILE-UNREADABLE"),
    "not a report": ({"a.json": "[]"}, ("a.json",), "NK-FILE-UNREADABLE"),
    "another version": ({"a.json": '{"schema": "noxkit-report/2"}'}, ("a.json",), "NK-FILE-UNREADABLE"),
    "a folder": ({"a/b": ""}, ("a",), "NK-FILE-UNREADABLE"),
    "none of them there": ({"b": ""}, ("gone.json",), "NK-FILE-UNREADABLE"),
    "no such format": ({"a.json": "{}"}, ("a.json", "--format", "sarf"), "did you mean `sarif`"),
    "no such format of a file": ({"a.json": "{}"}, ("a.json", "--report", "pdf=x"), "NK-ARGUMENT-VALUE"),
    "no file of a format": ({"a.json": "{}"}, ("a.json", "--report", "html"), "NK-ARGUMENT-VALUE"),
    "over itself": ({"a.json": "{}"}, ("a.json", "--output", "a.json"), "is read and written"),
}


@pytest.mark.parametrize(("files", "arguments", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_merged_is_refused(
    repo: Repo, noxkit: Run, files: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    repo.write(files)
    code, out, error = noxkit("report", *arguments)
    assert (code, out, said in error, "= hint:" in error) == (2, "", True, True), error


def test_a_report_that_is_not_utf_8_is_refused(repo: Repo, noxkit: Run) -> None:
    (repo.root / "a.json").write_bytes(b"\xff\xfe{}")
    code, _, error = noxkit("report", "a.json")
    assert (code, "NK-FILE-UNREADABLE" in error) == (2, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"tree": "b" * 40}, "another tree"), ({"root": "py"}, "another folder")],
)
def test_reports_of_different_trees_are_refused(repo: Repo, noxkit: Run, changes: dict[str, str], said: str) -> None:
    put(repo, one=report(tree="a" * 40), two=report(**{"tree": "a" * 40, **changes}))
    code, out, error = noxkit("report", "one.json", "two.json")
    assert (code, out) == (2, "")
    assert "NK-REPORT-MISMATCH" in error
    assert said in error
    assert "two.json" in error
