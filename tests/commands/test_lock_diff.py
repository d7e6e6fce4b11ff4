# SPDX-License-Identifier: Apache-2.0
"""`noxkit lock-diff`: files and revisions, and what is neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

LOCK = 'version = 1\n[[package]]\nname = "six"\nversion = "{}"\nsource = {{ registry = "https://x" }}\n'
ROW = "| six | upgraded | 1.0 | 1.1 |"


@pytest.fixture
def locked(repo: Repo) -> Repo:
    """Two commits with a lock each, and both locks as files."""
    repo.write({"uv.lock": LOCK.format("1.0"), "old.lock": LOCK.format("1.0"), "sub/uv.lock": LOCK.format("0.9")})
    repo.commit()
    repo.write({"uv.lock": LOCK.format("1.1"), "broken.lock": "<<<<<<<\n"})
    repo.commit()
    return repo


WAYS = {
    "files": ("old.lock", "uv.lock"),
    "a file and this lock": ("old.lock",),
    "revisions": ("HEAD~1", "HEAD"),
    "a branch": ("HEAD~1", "main"),
    "paths of revisions": ("HEAD~1:uv.lock", "HEAD:./uv.lock"),
    "a revision and a file": ("HEAD~1", "uv.lock"),
}


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("arguments", WAYS.values(), ids=WAYS.keys())
def test_the_table_of_two_locks(noxkit: Run, arguments: tuple[str, ...]) -> None:
    code, out, error = noxkit("lock-diff", *arguments)
    assert (code, ROW in out.splitlines(), error) == (0, True, "")


@pytest.mark.usefixtures("locked")
def test_equal_locks_have_no_table(noxkit: Run) -> None:
    assert noxkit("lock-diff", "HEAD") == (0, "No locked version changes.\n", "")


def test_below_the_top_of_the_work_tree_its_own_lock_is_taken(locked: Repo, noxkit: Run) -> None:
    code, out, _ = noxkit("--root", str(locked.root / "sub"), "lock-diff", "HEAD", str(locked.root / "old.lock"))
    assert (code, "| six | upgraded, major | 0.9 | 1.0 |" in out) == (0, True)


REFUSED = {
    "no revision": ("nope", "neither a file nor a git revision"),
    "no lock in it": ("HEAD:none.lock", "there is no none.lock in it"),
    "a flag": ("--help-me", "unrecognized arguments"),
    "not TOML": ("broken.lock", "is not valid TOML"),
}


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(("argument", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_lock_is_refused_with_a_hint(noxkit: Run, argument: str, said: str) -> None:
    code, out, error = noxkit("lock-diff", argument, *(["HEAD", "HEAD"] if argument.startswith("--") else []))
    assert (code, out, said in error, "= hint:" in error) == (2, "", True, True), error
