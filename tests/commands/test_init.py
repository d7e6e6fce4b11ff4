# SPDX-License-Identifier: Apache-2.0
"""`noxkit init`: shows, asks, writes, and overwrites nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from noxkit.commands.init import NOXFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]


def test_it_writes_the_noxfile_of_the_design_and_the_ignored_folder(repo: Repo, noxkit: Run) -> None:
    code, said, _ = noxkit("init", "--yes")
    assert (code, (repo.root / "noxfile.py").read_text(), (repo.root / ".gitignore").read_text()) == (
        0,
        NOXFILE,
        ".nox/\n",
    ), said


def test_it_shows_each_line_that_it_writes(noxkit: Run) -> None:
    _, said, _ = noxkit("init", "--yes")
    assert "--- noxfile.py\n+#!/usr/bin/env -S uv run --script\n" in said
    assert "--- .gitignore\n+.nox/\n" in said


def test_the_noxfile_can_be_executed(repo: Repo, noxkit: Run) -> None:
    noxkit("init", "--yes")
    assert (repo.root / "noxfile.py").stat().st_mode & 0o777 == 0o755


def test_a_second_run_changes_nothing(repo: Repo, noxkit: Run) -> None:
    noxkit("init", "--yes")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in repo.root.iterdir()}
    code, said, _ = noxkit("init", "--yes")
    assert (code, "nothing to do" in said) == (0, True)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in repo.root.iterdir()} == before


NOTHING = [("--dry-run",), ("--dry-run", "--yes"), ()]


@pytest.mark.parametrize("arguments", NOTHING, ids=["dry run", "dry run although yes", "nobody to ask"])
def test_nothing_is_written_without_a_yes(
    repo: Repo, noxkit: Run, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/null") as nobody:  # noqa: PTH123 -- a stream, and no file to read
        monkeypatch.setattr("sys.stdin", nobody)
        code, said, _ = noxkit("init", *arguments)
    assert (code, list(repo.root.iterdir()), "nothing was written" in said) == (0, [], True)


NOXFILES = {"another": "import nox\n", "an empty one": "", "one that is not Python": "\0"}


@pytest.mark.parametrize("text", NOXFILES.values(), ids=NOXFILES.keys())
def test_a_noxfile_that_is_there_is_refused_and_nothing_is_written(repo: Repo, noxkit: Run, text: str) -> None:
    repo.write({"noxfile.py": text})
    code, _, error = noxkit("init", "--yes")
    assert (code, "error[NK-INIT-EXISTS]" in error, "= hint: add `import noxkit`" in error) == (2, True, True)
    assert [(path.name, path.read_text()) for path in repo.root.iterdir()] == [("noxfile.py", text)]


def test_a_link_that_leads_nowhere_is_not_written_through(repo: Repo, noxkit: Run) -> None:
    (repo.root / "noxfile.py").symlink_to("elsewhere.py")
    assert (noxkit("init", "--yes")[0], (repo.root / "elsewhere.py").exists()) == (2, False)


IGNORED = {
    "other lines": ("dist/\n", "dist/\n.nox/\n"),
    "no newline at the end": ("dist/", "dist/\n.nox/\n"),
    "the folder": (".nox/\n", ".nox/\n"),
    "the folder without a slash": (".nox\n", ".nox\n"),
    "the folder from the root": ("/.nox/\n", "/.nox/\n"),
    "a comment": ("# .nox/\n", "# .nox/\n.nox/\n"),
    "Windows lines": ("dist/\r\n", "dist/\r\n.nox/\n"),
}


@pytest.mark.parametrize(("before", "after"), IGNORED.values(), ids=IGNORED.keys())
def test_gitignore_gets_what_it_lacks_at_its_end(repo: Repo, noxkit: Run, before: str, after: str) -> None:
    (repo.root / ".gitignore").write_bytes(before.encode())
    noxkit("init", "--yes")
    assert (repo.root / ".gitignore").read_bytes().decode() == after


def test_a_gitignore_that_is_not_text_is_an_error_and_stays(repo: Repo, noxkit: Run) -> None:
    (repo.root / ".gitignore").write_bytes(b"\xff")
    code, _, error = noxkit("init", "--yes")
    assert (code, "error[NK-FILE-UNREADABLE]" in error, (repo.root / ".gitignore").read_bytes()) == (2, True, b"\xff")


def test_a_folder_that_cannot_be_written_is_an_error(noxkit: Run) -> None:
    code, _, error = noxkit("--root", "/proc", "init", "--yes")
    assert (code, "error[NK-FILE-UNWRITABLE]" in error) == (2, True)


def test_the_noxfile_lists_its_sessions(repo: Repo, noxkit: Run) -> None:
    noxkit("init", "--yes")
    done = subprocess.run(
        [sys.executable, "-m", "nox", "--script-mode", "none", "-l"],
        cwd=repo.root,
        env=repo.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "* check ->" in done.stdout) == (0, True), done.stderr
