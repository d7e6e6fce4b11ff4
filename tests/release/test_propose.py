# SPDX-License-Identifier: Apache-2.0
"""A release by pull request, on a forge that answers as GitHub and as GitLab do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.release._under_way import BRANCH
from tests._forge import TOKEN
from tests.release._shop import THREE, Shop, shop, steps

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from noxkit.diagnostics.model import Report

FORGES = {"github": "", "gitlab": 'forge = "gitlab"\n'}


@pytest.fixture(params=FORGES)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Shop]:
    """Three members that are released once, and since then changed, on each of the forges."""
    with shop(tmp_path, THREE, options=f'forge = "{request.param}"\nmode = "pull-request"') as found:
        found.repo.environ["GITLAB_TOKEN"] = TOKEN
        yield found


def did(report: Report, name: str) -> str:
    each = steps(report)[name]
    return str(each.reason or each.evidence.get("did"))


def proposed(made: Shop) -> str:
    report = made.release()
    assert report.status is Status.PASSED, report
    assert did(report, "tag") == "the pull request comes first"
    return made.remote.git("rev-parse", BRANCH)


def merge(made: Shop) -> None:
    """What a forge does with the button; squashed, as many do."""
    made.repo.git("fetch", "-q", "origin")
    made.repo.git("merge", "-q", "--squash", f"origin/{BRANCH}")
    made.repo.git("commit", "-q", "-m", "chore(release): squashed (#1)")
    made.repo.git("push", "-q")
    for each in made.forge.requests.values():
        each["state"] = "closed"


def test_it_is_proposed_once_and_the_work_tree_stays_as_it_was(made: Shop) -> None:
    head = made.repo.git("rev-parse", "HEAD")
    commit = proposed(made)
    assert (made.repo.git("rev-parse", "HEAD"), made.repo.git("status", "--porcelain")) == (head, "")
    assert made.remote.git("rev-parse", f"{BRANCH}^") == head
    assert proposed(made) == commit
    [request] = made.forge.requests.values()
    assert request["title"] == "chore(release): 1.0.0"
    assert "web" in str(request.get("body") or request.get("description"))
    assert not made.tags()
    assert not made.on_index()


def test_it_is_brought_up_to_date_and_released_once_it_is_merged(made: Shop) -> None:
    proposed(made)
    made.change("fix: more", "core")
    made.repo.git("push", "-q")
    proposed(made)
    assert len(made.forge.requests) == 1
    merge(made)
    report = made.release()
    assert report.status is Status.PASSED, report
    assert made.on_index() == made.built()
    assert made.tags() == dict.fromkeys(("core-v1.0.0", "cli-v1.0.0", "web-v1.0.0"), made.repo.git("rev-parse", "HEAD"))
    assert made.forge.named().keys() == made.tags().keys()


def test_without_a_token_the_branch_is_pushed_and_the_rest_is_said(made: Shop) -> None:
    report = made.release(GITHUB_TOKEN="", GITLAB_TOKEN="")
    assert report.status is Status.PASSED
    assert did(report, "commit").startswith(f"pushed {BRANCH}; open a pull request onto main yourself: no token")
    assert made.remote.git("rev-parse", BRANCH)


def test_a_forge_that_does_not_answer_is_said_and_asked_again(made: Shop) -> None:
    made.forge.faults = [503] * 3
    report = made.release()
    assert report.failing
    assert steps(report)["commit"].hint == f"{BRANCH} is pushed; run it again, or open the pull request yourself"
    made.forge.faults.clear()
    proposed(made)
    assert len(made.forge.requests) == 1


def test_a_remote_that_refuses_the_branch_leaves_the_tree_to_go_on_with(made: Shop) -> None:
    hook = made.remote.root / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert made.release().failing
    hook.unlink()
    proposed(made)
    assert made.repo.git("status", "--porcelain") == ""


def test_dry_run_says_what_is_proposed(made: Shop) -> None:
    report = made.release("--dry-run")
    assert did(report, "commit") == "would propose `chore(release): 1.0.0`"
    assert did(report, "push") == "the pull request comes first"
    assert not made.forge.requests


def test_rollback_takes_the_branch_away(made: Shop) -> None:
    proposed(made)
    report = made.release("--rollback")
    assert report.status is Status.PASSED, report
    assert f"removed {BRANCH} on origin" in str(steps(report)["rollback"].evidence["did"])
    assert BRANCH not in made.remote.git("branch", "--list", BRANCH)
    proposed(made)
