# SPDX-License-Identifier: Apache-2.0
"""`noxkit init`: shows, asks, writes, and overwrites nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from nox.project import load_toml

from noxkit.commands._origin import own_requirement
from noxkit.commands.init import NOXFILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Put the metadata of a noxkit first that was installed from an index, or from what a direct_url.json says."""

    def install(direct_url: str | None) -> None:
        info = tmp_path / "site" / "noxkit-1.0.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: noxkit\nVersion: 1.0.0\n")
        if direct_url is not None:
            (info / "direct_url.json").write_text(direct_url)
        monkeypatch.setattr("sys.path", [str(info.parent), *sys.path])

    return install


def test_it_writes_the_noxfile_of_the_design_and_the_ignored_folder(
    repo: Repo, noxkit: Run, installed: Callable[[str | None], None]
) -> None:
    installed(None)
    code, said, _ = noxkit("init", "--yes")
    assert (code, (repo.root / "noxfile.py").read_text(), (repo.root / ".gitignore").read_text()) == (
        0,
        NOXFILE,
        ".nox/\n",
    ), said


ORIGINS = {
    "a repository": (
        '{"url": "https://me:secret@h.test/noxkit", "vcs_info": {"vcs": "git", "commit_id": "0"}}',
        "noxkit @ git+https://h.test/noxkit",
        False,
    ),
    "a repository on disk": (
        '{"url": "file:///r/noxkit", "vcs_info": {"vcs": "git", "commit_id": "0"}}',
        "noxkit @ git+file:///r/noxkit",
        True,
    ),
    "a folder": ('{"url": "file:///w/noxkit", "dir_info": {"editable": true}}', "noxkit @ file:///w/noxkit", True),
}


@pytest.mark.parametrize(("direct_url", "requirement", "only_here"), ORIGINS.values(), ids=ORIGINS.keys())
def test_the_noxfile_takes_noxkit_from_where_this_one_came(
    repo: Repo,
    noxkit: Run,
    installed: Callable[[str | None], None],
    direct_url: str,
    requirement: str,
    *,
    only_here: bool,
) -> None:
    installed(direct_url)
    _, said, _ = noxkit("init", "--yes")
    written = (repo.root / "noxfile.py").read_text()
    assert written == NOXFILE.replace("noxkit>=1,<2", requirement)
    assert (f'"{requirement}"]' in said, "secret" in said, "from this machine alone" in said) == (
        True,
        False,
        only_here,
    )


def test_nox_reads_the_block_that_is_written(repo: Repo, noxkit: Run) -> None:
    noxkit("init", "--yes")
    assert load_toml(repo.root / "noxfile.py")["dependencies"] == ["nox>=2026.10", own_requirement()]


def test_a_noxfile_that_takes_noxkit_from_elsewhere_is_as_noxkit_writes_it(repo: Repo, noxkit: Run) -> None:
    for requirement in ("noxkit>=1,<2", "noxkit @ git+https://h.test/noxkit", "noxkit==1.0.0"):
        repo.write({"noxfile.py": NOXFILE.replace("noxkit>=1,<2", requirement), ".gitignore": ".nox/\n"})
        code, said, _ = noxkit("init", "--yes")
        assert (code, "nothing to do" in said) == (0, True), requirement


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


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--dry-run", "--yes")], ids=["dry run", "although yes"])
def test_a_dry_run_writes_nothing(repo: Repo, noxkit: Run, arguments: tuple[str, ...]) -> None:
    code, said, _ = noxkit("init", *arguments)
    assert (code, list(repo.root.iterdir()), "nothing was written" in said) == (0, [], True)


def _run_init(repo: Repo, stdin: int, *, shell: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "noxkit", "init"]
    command = ["sh", "-c", f'exec "$@" {shell}', "sh", *command] if shell else command
    return subprocess.run(
        command, cwd=repo.root, env=repo.environ, stdin=stdin, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("shell", ["", "<&-"], ids=["nothing", "closed"])
def test_where_nobody_can_be_asked_nothing_is_written_and_that_is_an_error(repo: Repo, shell: str) -> None:
    done = _run_init(repo, subprocess.DEVNULL, shell=shell)
    assert (done.returncode, list(repo.root.iterdir())) == (2, []), done.stderr
    assert "--- noxfile.py\n+#!/usr/bin/env" in done.stdout
    assert "error[NK-INIT-UNANSWERED]: nothing was written" in done.stderr
    assert "= hint: `noxkit init --yes`" in done.stderr


ANSWERS: dict[str, tuple[str, list[str]]] = {
    "y": ("y\n", ["noxfile.py", ".gitignore"]),
    "yes": ("YES\n", ["noxfile.py", ".gitignore"]),
    "no": ("n\n", []),
    "neither": ("\n", []),
}


@pytest.mark.parametrize(("answer", "written"), ANSWERS.values(), ids=ANSWERS.keys())
def test_at_a_terminal_it_does_as_it_is_told(repo: Repo, answer: str, written: list[str]) -> None:
    ours, theirs = os.openpty()
    try:
        os.write(ours, answer.encode())
        done = _run_init(repo, theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, {path.name for path in repo.root.iterdir()}) == (0, set(written)), done.stderr
    assert ("nothing was written" in done.stdout) is not bool(written)


def test_where_there_is_nothing_to_write_nobody_is_asked(repo: Repo, noxkit: Run) -> None:
    noxkit("init", "--yes")
    assert _run_init(repo, subprocess.DEVNULL).returncode == 0


NOXFILES = {"another": "import nox\n", "an empty one": "", "one that is not Python": "\0"}


@pytest.mark.parametrize("text", NOXFILES.values(), ids=NOXFILES.keys())
def test_a_noxfile_that_is_there_is_refused_and_nothing_is_written(repo: Repo, noxkit: Run, text: str) -> None:
    repo.write({"noxfile.py": text})
    code, _, error = noxkit("init", "--yes")
    assert (code, "error[NK-INIT-EXISTS]" in error, "= hint: add `import noxkit`" in error) == (2, True, True)
    assert "below your own sessions" in " ".join(error.split())
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
