# SPDX-License-Identifier: Apache-2.0
"""`commits` on real histories: ranges, merges, shallow clones, message files and descriptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._history import plan_commits
from noxkit.errors import NoxkitError
from tests._trees import Repo, clean_environ, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

MANIFEST = '[project]\nname = "demo"\nversion = "1"\n'
STRICT = MANIFEST + '[tool.noxkit.rules.history]\nscopes = ["core"]\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit on `main`, and a branch `topic` that is checked out."""
    made = Repo(tmp_path / "repo", clean_environ(tmp_path / "home"))
    made.write({"pyproject.toml": STRICT})
    made.commit("no convention at all")
    made.git("checkout", "-q", "-b", "topic")
    return made


def commits(repo: Repo, *arguments: str, **environ: str) -> Report:
    return repo.run(*arguments, planner=plan_commits, session="commits", given=environ)


def test_commits_since_the_default_branch_are_read(repo: Repo) -> None:
    repo.commit("feat: one")
    repo.commit("second\n\nBody.\n")
    report = commits(repo)
    assert [finding.code for finding in report.findings] == ["NK-COMMIT-FORMAT"]
    assert "`second` has no type" in report.findings[0].message
    assert outcome(report, "commits").evidence["commits"] == 2
    assert report.status is Status.FAILED


def test_without_a_table_of_these_rules_findings_are_warnings(repo: Repo) -> None:
    repo.write({"pyproject.toml": MANIFEST})
    repo.commit("second")
    assert [finding.severity.value for finding in commits(repo).findings] == ["warning"]


def test_merges_are_passed_over_and_what_they_bring_is_read(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("wrong on the side")
    repo.git("checkout", "-q", "topic")
    repo.commit("feat: on topic")
    repo.git("merge", "-q", "--no-ff", "side", "-m", "whatever a merge says")
    report = commits(repo)
    assert ["on the side" in finding.message for finding in report.findings] == [True]
    assert outcome(report, "commits").evidence == {"range": "refs/heads/main..HEAD", "commits": 2, "merges": 1}


RANGES = {
    "two ends": ("HEAD~2..HEAD~1", 1),
    "an open end": ("HEAD~2..", 2),
    "a revision alone": ("HEAD~2", 2),
    "three dots": ("HEAD~2...HEAD", 2),
}


@pytest.mark.parametrize(("given", "count"), RANGES.values(), ids=RANGES.keys())
def test_a_range_names_its_commits(repo: Repo, given: str, count: int) -> None:
    repo.commit("feat: one")
    repo.commit("feat: two")
    assert outcome(commits(repo, "--range", given), "commits").evidence["commits"] == count


UNRESOLVED = {
    "the start": "nope..HEAD",
    "the end": "HEAD..nope",
    "a flag": "HEAD..--all",
    "a file": "HEAD..pyproject.toml",
}


@pytest.mark.parametrize("given", UNRESOLVED.values(), ids=UNRESOLVED.keys())
def test_a_range_that_does_not_resolve_is_inconclusive(repo: Repo, given: str) -> None:
    task = outcome(commits(repo, "--range", given), "commits")
    assert (task.status, bool(task.reason), bool(task.hint)) == (Status.INCONCLUSIVE, True, True)


def test_a_range_the_other_way_round_is_inconclusive(repo: Repo) -> None:
    repo.commit("feat: one")
    task = outcome(commits(repo, "--range", "HEAD..HEAD~1"), "commits")
    assert (task.status, task.reason) == (Status.INCONCLUSIVE, "0 commits in HEAD..HEAD~1")


def test_a_shallow_clone_is_inconclusive(repo: Repo, tmp_path: Path) -> None:
    repo.commit("feat: one")
    repo.commit("feat: two")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow", repo.environ)
    for arguments in ((), ("--range", "HEAD..HEAD")):
        task = outcome(commits(shallow, *arguments), "commits")
        assert task.status is not Status.PASSED
    task = outcome(commits(shallow, "--range", "HEAD~1..HEAD"), "commits")
    assert (task.status, "unshallow" in (task.hint or "")) == (Status.INCONCLUSIVE, True)


def test_on_the_default_branch_nothing_is_due(repo: Repo) -> None:
    repo.git("checkout", "-q", "main")
    task = outcome(commits(repo), "commits")
    assert (task.status, task.reason) == (Status.SKIPPED, "on the default branch `main` itself")


def test_a_branch_without_commits_has_nothing_due(repo: Repo) -> None:
    assert outcome(commits(repo), "commits").reason == "0 commits in refs/heads/main..HEAD"


def test_outside_of_git_nothing_is_due(tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare", clean_environ(tmp_path / "home")).write({"pyproject.toml": MANIFEST})
    assert outcome(commits(bare), "commits").status is Status.SKIPPED
    assert outcome(commits(bare, "--range", "a..b"), "commits").status is Status.INCONCLUSIVE


def test_since_names_the_base(repo: Repo) -> None:
    repo.commit("feat: one")
    repo.write({"a.txt": "x"})
    repo.commit("feat: two")
    assert outcome(commits(repo, "--since", "HEAD~1"), "commits").evidence["commits"] == 1


def test_the_users_own_configuration_of_git_changes_nothing(repo: Repo) -> None:
    repo.commit("feat: one\n\nBREAKING CHANGE: x\n")
    for key, value in (("log.showSignature", "true"), ("color.ui", "always"), ("format.pretty", "oneline")):
        repo.git("config", key, value)
    assert outcome(commits(repo), "commits").status is Status.PASSED


MESSAGES = {
    "good": ("feat(core): x\n", 0),
    "comments": ("feat: x\n\n# Please enter the message\n#\tmodified: a\n", 0),
    "below the scissors": (
        "feat: x\n# ------------------------ >8 ------------------------\nBREAKING CHANGE: diff\n",
        0,
    ),
    "a leading comment": ("# hello\nfeat: x\n", 0),
    "wrong": ("Fixed\n", 1),
    "a scope": ("feat(cli): x\n", 1),
    "fixup": ("fixup! feat: x\n", 1),
    "nothing but comments": ("# x\n", 1),
}


@pytest.mark.parametrize(("text", "count"), MESSAGES.values(), ids=MESSAGES.keys())
def test_a_message_file_is_read_as_git_will(repo: Repo, text: str, count: int) -> None:
    (repo.root / ".git" / "COMMIT_EDITMSG").write_text(text, encoding="utf-8")
    report = commits(repo, "--message-file", ".git/COMMIT_EDITMSG")
    assert len(report.findings) == count
    assert report.status is (Status.FAILED if count else Status.PASSED)
    assert all(finding.path == ".git/COMMIT_EDITMSG" for finding in report.findings)


def test_another_sign_for_comments_is_git_s_to_choose(repo: Repo) -> None:
    repo.git("config", "core.commentChar", ";")
    (repo.root / "message").write_text("; hello\nfeat: x\n", encoding="utf-8")
    assert commits(repo, "--message-file", "message").findings == ()


def test_a_message_file_that_is_not_there_is_an_error_with_a_hint(repo: Repo) -> None:
    with pytest.raises(NoxkitError, match="cannot be read"):
        commits(repo, "--message-file", "none")


def test_the_hook_of_git_refuses_a_message(repo: Repo) -> None:
    """A message file above the root is found where git runs its hooks."""
    repo.write({"py/pyproject.toml": STRICT})
    below = Repo(repo.root / "py", repo.environ)
    (repo.root / ".git" / "COMMIT_EDITMSG").write_text("Fixed\n", encoding="utf-8")
    assert len(commits(below, "--message-file", ".git/COMMIT_EDITMSG").findings) == 1


DESCRIBED = MANIFEST + '[tool.noxkit.rules.history]\nsections = ["Summary"]\nlock-table = true\n'
LOCK = 'version = 1\n[[package]]\nname = "six"\nversion = "{}"\nsource = {{ registry = "https://x" }}\n'
TABLE = "| package | change | from | to |\n| --- | --- | --- | --- |\n| six | upgraded | 1.0 | 1.1 |\n"


@pytest.fixture
def described(repo: Repo) -> Repo:
    """A branch that changes uv.lock, with sections asked for."""
    repo.git("checkout", "-q", "main")
    repo.write({"pyproject.toml": DESCRIBED, "uv.lock": LOCK.format("1.0")})
    repo.commit("feat: lock")
    repo.git("checkout", "-q", "-B", "topic")
    repo.write({"uv.lock": LOCK.format("1.1")})
    repo.commit("feat: upgrade")
    return repo


BODIES: dict[str, tuple[str | None, list[str]]] = {
    "whole": (f"## Summary\n\nx\n\n{TABLE}", []),
    "no section": (TABLE, ["no section `Summary`"]),
    "no table": ("## Summary\n\nx\n", ["no table with the versions of `six`"]),
    "null": (None, ["no section `Summary`", "no table"]),
}


@pytest.mark.parametrize(("body", "messages"), BODIES.values(), ids=BODIES.keys())
def test_the_description_of_a_pull_request_on_github(
    described: Repo, tmp_path: Path, body: str | None, messages: list[str]
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"body": body}}), encoding="utf-8")
    report = commits(described, GITHUB_EVENT_PATH=str(event), GITHUB_EVENT_NAME="pull_request")
    found = sorted(finding.message for finding in report.findings if finding.code == "NK-PULL-REQUEST")
    assert len(found) == len(messages)
    assert all(any(expected in message for message in found) for expected in messages)


def test_a_description_in_a_file(described: Repo) -> None:
    described.write({"body.md": f"# Summary\nx\n\n{TABLE}"})
    assert commits(described, "--description-file", "body.md").findings == ()
    report = commits(described, "--description-file", "body.md", "--range", "HEAD~1..HEAD")
    assert outcome(report, "pull_request").evidence["locked_changes"] == 1


def test_a_description_that_is_cut_off_is_inconclusive(described: Repo, tmp_path: Path) -> None:
    gitlab = {"CI_MERGE_REQUEST_DESCRIPTION": "x", "CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED": "true"}
    assert outcome(commits(described, **gitlab), "pull_request").status is Status.INCONCLUSIVE
    broken = tmp_path / "event.json"
    broken.write_text("{", encoding="utf-8")
    github = {"GITHUB_EVENT_PATH": str(broken), "GITHUB_EVENT_NAME": "pull_request"}
    assert outcome(commits(described, **github), "pull_request").status is Status.INCONCLUSIVE


def test_a_description_is_due_only_where_it_is_configured_and_there(described: Repo, repo: Repo) -> None:
    assert "no description" in (outcome(commits(described), "pull_request").reason or "")
    repo.write({"pyproject.toml": STRICT, "body.md": ""})
    task = outcome(commits(repo, "--description-file", "body.md"), "pull_request")
    assert (task.status, "neither `sections`" in (task.reason or "")) == (Status.SKIPPED, True)
