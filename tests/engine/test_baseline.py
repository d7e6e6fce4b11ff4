# SPDX-License-Identifier: Apache-2.0
"""The baseline: an old repository starts green, and only what is new fails."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Finding, Outcome, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._baseline import write_baseline
from noxkit.engine._plans import plan_lint
from noxkit.engine._scope import Scope
from noxkit.engine._verdict import fingerprinted, merged
from noxkit.errors import NoxkitError
from tests._trees import command, manifest, outcome

if TYPE_CHECKING:
    from tests._trees import Repo

SECRET, BROAD = "NK-SECRET", "NK-SUPPRESSION-BROAD"
NAME = "noxkit-baseline.json"


def annotation(path: str, line: int, message: str = "bad") -> str:
    return f"::error file={path},line={line},title=X1::{message}\n"


@pytest.fixture
def old(repo: Repo) -> Repo:
    """A repository with two commands that each find something, and a baseline of both."""
    files = {
        "one.txt": annotation("a.sql", 1),
        "two.txt": annotation("b.sql", 1),
        "a.sql": "first\n",
        "b.sql": "second\n",
    }
    repo.write({**manifest(command("one"), command("two")), **files})
    repo.run("--write-baseline")
    return repo


def held(repo: Repo) -> list[str]:
    return [f"{item['task']} {item.get('path')}" for item in json.loads((repo.root / NAME).read_text())["findings"]]


def test_findings_fail_before_there_is_a_baseline(repo: Repo) -> None:
    repo.write({**manifest(command("one")), "one.txt": annotation("a.sql", 1), "a.sql": "first\n"})
    assert repo.run().status is Status.FAILED


def test_the_run_that_writes_the_baseline_passes(old: Repo) -> None:
    (old.root / NAME).unlink()
    assert old.run("--write-baseline").status is Status.PASSED


def test_what_is_in_the_baseline_passes_and_says_why(old: Repo) -> None:
    report = old.run()
    assert (report.status, {found.suppressed for found in report.findings}) == (Status.PASSED, {"in the baseline"})


def test_a_new_finding_fails_and_the_old_ones_stay_accepted(old: Repo) -> None:
    old.write({"one.txt": annotation("a.sql", 1) + annotation("a.sql", 2), "a.sql": "first\nnew\n"})
    report = old.run()
    assert (report.status, [found.line for found in report.findings if not found.suppressed]) == (Status.FAILED, [2])


def test_a_moved_line_stays_accepted(old: Repo) -> None:
    old.write({"one.txt": annotation("a.sql", 3), "a.sql": "\n\nfirst\n"})
    assert old.run().status is Status.PASSED


def test_a_renamed_file_stays_accepted(old: Repo) -> None:
    text = "first\n" + "".join(f"line {number}\n" for number in range(9))
    old.write({"a.sql": text})
    old.commit()
    old.git("mv", "a.sql", "sub.sql")
    old.write({"one.txt": annotation("sub.sql", 1)})
    assert outcome(old.run(), "one").status is Status.PASSED


def test_a_renamed_file_stays_accepted_after_the_rename_is_committed(old: Repo) -> None:
    test_a_renamed_file_stays_accepted(old)
    old.commit("renamed")
    assert outcome(old.run(), "one").status is Status.PASSED


def test_a_copy_beside_the_old_file_is_new(old: Repo) -> None:
    old.commit()
    shutil.copy(old.root / "a.sql", old.root / "copy.sql")
    old.git("add", "-A")
    old.write({"one.txt": annotation("a.sql", 1) + annotation("copy.sql", 1)})
    assert outcome(old.run(), "one").status is Status.FAILED


def test_writing_for_one_task_keeps_the_entries_of_the_others(old: Repo) -> None:
    old.write({"one.txt": annotation("c.sql", 1), "c.sql": "third\n"})
    old.run("--only", "one", "--write-baseline")
    assert held(old) == ["two b.sql", "one c.sql"]


def test_writing_forgets_what_a_task_does_not_find_any_more(old: Repo) -> None:
    old.write({"one.txt": "nothing here\n"})
    old.run("--write-baseline")
    assert held(old) == ["two b.sql"]


def test_writing_keeps_the_entries_of_a_task_that_crashed(old: Repo) -> None:
    old.write(manifest(command("one", "sh", "-c", "kill -9 $$"), command("two")))
    report = old.run("--write-baseline")
    assert (outcome(report, "one").status, held(old)) == (Status.CRASHED, ["one a.sql", "two b.sql"])


def test_writing_keeps_the_entries_of_a_task_that_is_skipped(old: Repo) -> None:
    old.run("--skip", "one", "--write-baseline")
    assert held(old) == ["one a.sql", "two b.sql"]


def test_writing_leaves_out_what_is_accepted_otherwise(old: Repo) -> None:
    ignore = 'ignore = [{ code = "one:X1", reason = "old" }]'
    old.write(manifest(command("one"), command("two"), options=ignore))
    old.run("--write-baseline")
    assert held(old) == ["two b.sql"]


def _write(repo: Repo, *outcomes: Outcome, folders: tuple[str, ...] | None = None) -> None:
    context = repo.context()
    packages = (
        None if folders is None else tuple(p for p in context.repository.workspace.packages if p.folder in folders)
    )
    write_baseline(
        context, fingerprinted(merged(outcomes), Sources(repo.root)), outcomes=outcomes, scope=Scope(packages=packages)
    )


def _cell(python: str, *paths: str, status: Status = Status.PASSED) -> Outcome:
    found = [
        Finding(
            code="ty:x", task="ty", severity=Severity.ERROR, message="m", hint="h", path=path, line=1, pythons=(python,)
        )
        for path in paths
    ]
    return Outcome(name="ty", python=python, status=status, findings=tuple(found))


def test_writing_from_one_column_keeps_what_only_other_columns_find(repo: Repo) -> None:
    repo.write(manifest())
    _write(repo, _cell("3.10", "a.py", "b.py"), _cell("3.12", "a.py", "c.py"))
    _write(repo, _cell("3.12", "a.py"))
    assert held(repo) == ["ty a.py", "ty b.py"]


def test_writing_from_one_column_forgets_what_only_that_one_found(repo: Repo) -> None:
    repo.write(manifest())
    _write(repo, _cell("3.10", "a.py"), _cell("3.12", "c.py"))
    _write(repo, _cell("3.12"))
    assert held(repo) == ["ty a.py"]


def test_writing_keeps_the_column_that_crashed(repo: Repo) -> None:
    repo.write(manifest())
    _write(repo, _cell("3.10", "a.py"), _cell("3.12", "b.py"))
    _write(repo, _cell("3.10"), _cell("3.12", status=Status.CRASHED))
    assert held(repo) == ["ty b.py"]


def test_writing_for_one_package_keeps_the_entries_of_the_others(repo: Repo) -> None:
    member = '[project]\nname = "{}"\nversion = "1"\n'
    repo.write(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["p/*"]\n',
            "p/a/pyproject.toml": member.format("a"),
            "p/b/pyproject.toml": member.format("b"),
        }
    )
    _write(repo, _cell("3.10", "p/a/x.py", "p/b/x.py"))
    _write(repo, _cell("3.10"), folders=("p/a",))
    assert held(repo) == ["ty p/b/x.py"]


BROKEN = {
    "no JSON": "{",
    "another form": "[]",
    "an entry without fingerprint": '{"schema": "noxkit-baseline/1", "findings": [{"code": "a", "task": "b"}]}',
    "another schema": '{"schema": "noxkit-baseline/9", "findings": []}',
    "not UTF-8": "\udcff",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("arguments", [(), ("--write-baseline",)], ids=["reading", "writing"])
def test_a_broken_baseline_ends_the_run_before_any_task(old: Repo, text: str, arguments: tuple[str, ...]) -> None:
    (old.root / NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    old.events.clear()
    with pytest.raises(NoxkitError) as caught:
        old.run(*arguments)
    record = caught.value.records[0]
    assert (record.code, record.path, record.line) == ("NK-FILE-UNREADABLE", NAME, 1)
    assert not [event for event in old.events if getattr(event, "task", "git") != "git"]


def test_a_baseline_that_cannot_be_written_is_an_error_with_a_hint(old: Repo) -> None:
    old.write(manifest(command("one"), options='baseline = "/proc/none/baseline.json"'))
    with pytest.raises(NoxkitError) as caught:
        old.run("--write-baseline")
    assert caught.value.records[0].code == "NK-FILE-UNWRITABLE"


def test_a_baseline_that_is_replaced_keeps_its_mode_and_leaves_nothing_beside_it(old: Repo) -> None:
    (old.root / NAME).chmod(0o600)
    before = sorted(path.name for path in old.root.iterdir())
    old.run("--write-baseline")
    assert (sorted(path.name for path in old.root.iterdir()), (old.root / NAME).stat().st_mode & 0o777) == (
        before,
        0o600,
    )


def test_a_run_says_when_the_baseline_can_shrink(old: Repo) -> None:
    (old.root / "one.txt").write_text("", encoding="utf-8")
    notes = old.run().notes
    assert [note for note in notes if "--write-baseline" in note] == [
        "1 of the baseline is mended: `-- --write-baseline` takes them out of it"
    ]
    old.run("--write-baseline")
    assert not any("--write-baseline" in note for note in old.run().notes)


@pytest.fixture
def leaky(repo: Repo) -> Repo:
    """A repository with a secret, and a finding of another kind."""
    secret = "ghp_" + "x7Kd93LmQ2vB8nRt5WzYc1HsJf4GpA6uEo0T"
    return repo.write({**manifest(), "a.env": f"TOKEN={secret}\n", "b.py": "import os  # noqa\n"})


def test_a_secret_never_goes_into_the_baseline(leaky: Repo) -> None:
    report = leaky.run("--only", "source", "--write-baseline", planner=plan_lint)
    assert [item["code"] for item in json.loads((leaky.root / NAME).read_text())["findings"]] == [BROAD]
    assert (report.status, [each.code for each in report.findings if not each.suppressed]) == (Status.FAILED, [SECRET])
    assert any("a secret is not taken into it" in note for note in report.notes)
    assert f"{NAME} was written with 1 finding: commit it" in report.notes


def test_a_secret_that_a_baseline_holds_counts(leaky: Repo) -> None:
    [secret] = [
        finding for finding in leaky.run("--only", "source", planner=plan_lint).findings if finding.code == SECRET
    ]
    entry = {"fingerprint": secret.fingerprint, "code": SECRET, "task": "source", "path": "a.env"}
    leaky.write({NAME: json.dumps({"schema": "noxkit-baseline/1", "findings": [entry]})})
    assert leaky.run("--only", "source", planner=plan_lint).status is Status.FAILED
    leaky.run("--only", "source", "--write-baseline", planner=plan_lint)
    assert SECRET not in (leaky.root / NAME).read_text()
