# SPDX-License-Identifier: Apache-2.0
"""`nox -s clean` as users run it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e._nox import in_namespace

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo


@pytest.fixture
def built(repo: NoxRepo) -> NoxRepo:
    """A repository with a built wheel in `dist/`, which git ignores."""
    repo.write({".gitignore": ".nox/\ndist/\n", "dist/a.whl": "x", "report.json": ""})
    repo.commit()
    return repo


def test_it_removes_nothing_until_it_is_told_to(built: NoxRepo) -> None:
    code, said = built.nox("-s", "clean")
    assert (code, "  build        dist/\n" in said, (built.root / "dist").exists()) == (0, True, True), said
    code, said = built.nox("-s", "clean", "--", "--yes", "--report", "json=report.json")
    assert (code, (built.root / "dist").exists()) == (0, False), said
    (task,) = built.report()["tasks"]
    assert "dist" in task["evidence"]["paths"]


def test_a_dry_run_wins_over_yes(built: NoxRepo) -> None:
    code, said = built.nox("-s", "clean", "--", "--yes", "--dry-run")
    assert (code, "would remove" in said, (built.root / "dist").exists()) == (0, True, True), said


def test_a_word_that_it_does_not_know_is_refused_and_nothing_goes(built: NoxRepo) -> None:
    code, said = built.nox("-s", "clean", "--", "--yse")
    assert (code, "NK-ARGUMENT-UNKNOWN" in said, "did you mean `--yes`?" in said) == (1, True, True), said
    assert ("Traceback" in said, (built.root / "dist").exists()) == (False, True)


def run_in(built: NoxRepo, script: str) -> tuple[int, str]:
    """Run `clean -- --yes` with mounts of its own."""
    own = [sys.executable, "-B", "-m", "nox", "-s", "clean", "--", "--yes"]
    done = subprocess.run(
        in_namespace(f"{script}\ncd '{built.root}'", own),
        cwd=built.root,
        env={**built.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("mount", "message"),
    [
        pytest.param("mount -t tmpfs none dist/sub", "dist/: something is mounted in it", id="another-file-system"),
        pytest.param("mount --bind other dist/sub", "dist/: something is mounted in it", id="the-same-file-system"),
        pytest.param("mount --bind other dist", "dist/: something is mounted on it", id="the-leftover-itself"),
    ],
)
def test_what_is_mounted_is_left_alone(built: NoxRepo, mount: str, message: str) -> None:
    for folder in ("dist/sub", "other"):
        (built.root / folder).mkdir(parents=True)
    (built.root / "other" / "precious").write_text("x")
    code, said = run_in(built, mount)
    assert (code, message in said) == (0, True), said
    assert (built.root / "other" / "precious").exists()
    assert (built.root / "dist/a.whl").exists()


def test_a_tree_that_cannot_be_written_fails_with_what_is_still_there(built: NoxRepo) -> None:
    (built.root / ".nox").mkdir()
    root = built.root
    code, said = run_in(
        built, f"mount --bind {root} {root}\nmount -o remount,bind,ro {root}\nmount -t tmpfs none {root}/.nox"
    )
    assert (code, "dist/a.whl: Read-only file system" in said, "could not be removed" in said) == (1, True, True), said
    assert ("Traceback" in said, (root / "dist/a.whl").exists()) == (False, True)
