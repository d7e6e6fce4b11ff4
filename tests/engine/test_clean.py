# SPDX-License-Identifier: Apache-2.0
"""The task of `clean`: what it says, what it removes when it is asked to, and what it never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._clean import plan_clean
from noxkit.engine._run import run
from tests._trees import outcome

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Outcome
    from tests._trees import Repo

LEFT = {
    "dist/a.whl": "x" * 1500,
    "src/a/__pycache__/a.pyc": "x",
    ".gitignore": "dist/\n.env\n.nox/\n__pycache__/\n",
    ".env": "KEY=1",
}
WORKSPACE = {
    "pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n',
    "packages/one/pyproject.toml": '[project]\nname = "one"\nversion = "1"\n',
    "packages/one/__pycache__/a.pyc": "x",
    "packages/two/pyproject.toml": '[project]\nname = "two"\nversion = "1"\n',
    "packages/two/__pycache__/a.pyc": "x",
}


@pytest.fixture
def left(repo: Repo) -> Repo:
    """A repository with a built wheel, a cache and a `.env`."""
    repo.write({"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n', **LEFT}).commit()
    return repo


def cleaned(repo: Repo, *arguments: str) -> tuple[Outcome, str]:
    """The outcome, and what is printed."""
    context = repo.context(*arguments, session="clean")
    return outcome(run(context, plan_clean), "leftovers"), "".join(context.outbox)


@pytest.mark.parametrize("arguments", [(), ("--dry-run",), ("--yes", "--dry-run")], ids=["by-default", "asked", "both"])
def test_a_dry_run_lists_what_would_go_and_removes_nothing(left: Repo, arguments: tuple[str, ...]) -> None:
    done, said = cleaned(left, *arguments)
    assert (done.status, done.evidence["leftovers"]) == (Status.PASSED, 2)
    assert "would remove 2 leftovers, 1.5 kB:\n     1.5 kB  build        dist/\n" in said
    assert "`nox -s clean -- --yes` removes them" in said
    assert (left.root / "dist/a.whl").exists()


def test_yes_removes_them_and_only_them_and_a_second_run_finds_nothing(left: Repo) -> None:
    done, said = cleaned(left, "--yes")
    assert (done.status, done.evidence["removed"]) == (Status.PASSED, 2)
    assert said.startswith("removed 2 leftovers, 1.5 kB:\n")
    assert not (left.root / "dist").exists()
    assert (left.root / ".env").exists()
    again, said = cleaned(left, "--yes")
    assert (again.status, again.evidence["removed"], said) == (Status.PASSED, 0, "nothing removed\n")


def test_a_package_limits_it_to_its_folder(repo: Repo) -> None:
    repo.write(WORKSPACE)
    done, _ = cleaned(repo, "--package", "two", "--yes")
    assert done.evidence["paths"] == ["packages/two/__pycache__"]
    assert (repo.root / "packages/one/__pycache__").exists()


def test_a_name_that_would_steer_a_terminal_is_shown_and_does_not(left: Repo) -> None:
    hostile = left.root / "a\x1b[2J\n::error::b" / "__pycache__"
    hostile.mkdir(parents=True)
    _, said = cleaned(left)
    assert "a\\x1b[2J\\n::error::b/__pycache__/" in said
    assert "\x1b" not in said
    assert cleaned(left, "--yes")[0].status is Status.PASSED
    assert not hostile.exists()


def test_where_git_does_not_work_nothing_is_removed(left: Repo) -> None:
    (left.root / ".git" / "HEAD").write_text("broken")
    done, _ = cleaned(left, "--yes")
    assert (done.status, done.reason, bool(done.hint)) == (
        Status.INCONCLUSIVE,
        "git does not say what it tracks here",
        True,
    )
    assert (left.root / "dist").exists()


def test_a_long_list_is_cut_and_says_so(left: Repo) -> None:
    for number in range(250):
        (left.root / f"p{number}" / "__pycache__").mkdir(parents=True)
    done, said = cleaned(left)
    assert (done.evidence["leftovers"], "… and 52 more, all of them smaller" in said) == (252, True)
