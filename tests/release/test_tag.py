# SPDX-License-Identifier: Apache-2.0
"""`tag`: what has passed is tagged on its commit, once, and pushed whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.errors import NoxkitError
from noxkit.release._forge import plan_tag
from tests._trees import Repo, outcome
from tests.engine._releases import put_wheel
from tests.release._packages import workspace
from tests.release.test_publish import checked

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome

NAMES = ("core", "cli", "web", "docs")
NOTES = "# Changelog\n\n## [1.0.0] - 2026-01-01\n\n### Added\n\n- All of it.\n"


@pytest.fixture
def ready(repo: Repo) -> Repo:
    """A workspace that has passed a release check."""
    files = {**workspace(dict.fromkeys(NAMES, ())), "packages/core/CHANGELOG.md": NOTES}
    repo.write({**files, ".gitignore": ".nox/\ndist/\n"}).commit("chore: begin")
    for name in NAMES:
        put_wheel(repo.root / "dist", name, "1.0.0")
    checked(repo)
    return repo


@pytest.fixture
def remote(ready: Repo, tmp_path: Path) -> Repo:
    """The bare repository that it is pushed to."""
    bare = Repo(tmp_path / "remote.git", ready.environ)
    bare.git("init", "-q", "--bare")
    ready.git("remote", "add", "origin", str(bare.root))
    ready.git("push", "-q", "origin", "main")
    return bare


def tagged(repo: Repo, *arguments: str) -> Outcome:
    who = {f"GIT_COMMITTER_{key}": "a@b.invalid" for key in ("NAME", "EMAIL")}
    return outcome(repo.run(*arguments, planner=plan_tag, session="tag", given={**who, "CI": "true"}), "tag")


EVERY = sorted(f"{name}-v1.0.0" for name in NAMES)


def test_each_version_has_an_annotated_tag_with_its_notes(ready: Repo) -> None:
    assert tagged(ready).status is Status.PASSED
    assert sorted(ready.git("tag").split()) == EVERY
    assert ready.git("cat-file", "-t", "core-v1.0.0") == "tag"
    said = ready.git("tag", "--list", "--format=%(contents)", "core-v1.0.0")
    assert said == "core 1.0.0\n\n### Added\n\n- All of it."
    assert ready.git("rev-parse", "core-v1.0.0^{commit}") == ready.git("rev-parse", "HEAD")


def test_idempotency_twice_is_once(ready: Repo, remote: Repo) -> None:
    tagged(ready, "--push")
    before = ready.git("for-each-ref"), remote.git("for-each-ref")
    again = tagged(ready, "--push")
    assert (again.status, again.evidence["made"]) == (Status.PASSED, [])
    assert (ready.git("for-each-ref"), remote.git("for-each-ref")) == before
    assert sorted(remote.git("tag").split()) == EVERY


def test_dry_run_makes_none_and_names_them(ready: Repo) -> None:
    assert tagged(ready, "--dry-run").evidence["made"] == EVERY
    assert not ready.git("tag")


def test_a_tag_on_another_commit_is_an_error_and_nothing_is_made(ready: Repo) -> None:
    ready.git("tag", "docs-v1.0.0", ready.git("commit-tree", "-m", "elsewhere", "HEAD^{tree}"))
    found = tagged(ready)
    assert found.status is Status.FAILED
    assert "the tag docs-v1.0.0 is there already, on another commit" in str(found.reason)
    assert ready.git("tag").split() == ["docs-v1.0.0"]


def test_a_push_that_is_rejected_is_told_and_done_by_the_next_run(ready: Repo, remote: Repo) -> None:
    hook = remote.root / "hooks" / "update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/tags/web-v1.0.0 ] || { echo "not this one" >&2; exit 1; }\n')
    hook.chmod(0o755)
    found = tagged(ready, "--push")
    assert found.status is Status.FAILED
    assert "the tags are made, and not pushed" in str(found.reason)
    assert not remote.git("tag")
    hook.unlink()
    assert tagged(ready, "--push").status is Status.PASSED
    assert sorted(remote.git("tag").split()) == EVERY


def test_what_was_not_checked_is_not_tagged(ready: Repo) -> None:
    ready.write({"packages/core/x.txt": "x\n"}).commit("fix: later")
    with pytest.raises(NoxkitError) as caught:
        tagged(ready)
    assert caught.value.records[0].code == "NK-PUBLISH-UNCHECKED"
