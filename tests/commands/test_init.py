# SPDX-License-Identifier: Apache-2.0
"""`noxkit init`: shows, asks, writes, and overwrites nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from nox.project import load_toml

from noxkit.commands._origin import own_requirement
from noxkit.commands.init import NOXFILE
from noxkit.workspace.pythons import SUPPORTED

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


def listed(repo: Repo) -> str:
    command = [sys.executable, "-m", "nox", "--script-mode", "none", "-l"]
    done = subprocess.run(command, cwd=repo.root, env=repo.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


def test_a_noxfile_that_is_there_gets_the_lines_it_lacks(repo: Repo, noxkit: Run) -> None:
    repo.write({"noxfile.py": "import nox\n\n\n@nox.session\ndef lint(session):\n    session.run('pylint', 'src')\n"})
    code, said, _ = noxkit("init", "--yes")
    text = (repo.root / "noxfile.py").read_text()
    assert (code, "import noxkit.sessions\n" in text, "noxkit.sessions.check()" in text) == (0, True, True)
    assert ("noxkit.sessions.lint()" in text, "def lint(session)" in text) == (False, True)
    assert "nothing does lint (line 5)" in said
    assert "- fix ->" in listed(repo)


def test_an_empty_noxfile_becomes_the_whole_one(
    repo: Repo, noxkit: Run, installed: Callable[[str | None], None]
) -> None:
    installed(None)
    repo.write({"noxfile.py": "\n"})
    assert (noxkit("init", "--yes")[0], (repo.root / "noxfile.py").read_text()) == (0, NOXFILE)


def test_windows_lines_stay_windows_lines(repo: Repo, noxkit: Run) -> None:
    (repo.root / "noxfile.py").write_bytes(b"import nox\r\n")
    assert noxkit("init", "--yes")[0] == 0
    content = (repo.root / "noxfile.py").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 5


def test_a_noxfile_that_is_not_python_is_an_error_with_its_place_and_stays(repo: Repo, noxkit: Run) -> None:
    repo.write({"noxfile.py": "import nox\ndef (\n"})
    code, _, error = noxkit("init", "--yes")
    assert (code, "error[NK-INIT-NOXFILE]" in error, "--> noxfile.py:2:5" in error) == (2, True, True)
    assert [(path.name, path.read_text()) for path in repo.root.iterdir()] == [("noxfile.py", "import nox\ndef (\n")]


def test_a_noxfile_that_needs_more_than_nox_gets_no_script_block(repo: Repo, noxkit: Run) -> None:
    repo.write({"noxfile.py": "import nox\nimport nowhere\n"})
    _, said, _ = noxkit("init", "--yes")
    assert ("# /// script" in (repo.root / "noxfile.py").read_text(), "install noxkit where nox is" in said) == (
        False,
        True,
    )


@pytest.mark.parametrize("target", ["elsewhere.py", "mine.py"], ids=["nothing", "a file"])
def test_a_link_is_not_written_through(repo: Repo, noxkit: Run, target: str) -> None:
    repo.write({"mine.py": "import nox\n"})
    (repo.root / "noxfile.py").symlink_to(target)
    code, _, error = noxkit("init", "--yes")
    assert (code, "error[NK-INIT-EXISTS]" in error, (repo.root / "elsewhere.py").exists()) == (2, True, False)
    assert (repo.root / "mine.py").read_text() == "import nox\n"


TOX = """\
[tox]
envlist = py{310,311}, lint
[testenv]
commands = pytest
[testenv:lint]
commands =
  mypy a.py
  pylint a
"""
PROJECT = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.10"\n'


def test_what_another_setup_says_is_mapped_and_written(repo: Repo, noxkit: Run) -> None:
    repo.write({"tox.ini": TOX, "pyproject.toml": PROJECT, "a.py": ""})
    code, said, _ = noxkit("init", "--yes")
    written = '\n[tool.noxkit]\npython = ["3.10", "3.11"]\npaths = { mypy = ["a.py"] }\n'
    assert (code, (repo.root / "pyproject.toml").read_text()) == (0, PROJECT + written)
    assert '+[tool.noxkit]\n+python = ["3.10", "3.11"]\n' in said
    assert "py310, py311             line 3: tests (pytest on each Python)" in said
    assert "lint                     line 5: lint (mypy); nothing does `pylint a`" in said
    before = (repo.root / "pyproject.toml").read_bytes()
    assert ("nothing to do" in noxkit("init", "--yes")[1], (repo.root / "pyproject.toml").read_bytes()) == (
        True,
        before,
    )


def test_a_table_that_is_there_stays(repo: Repo, noxkit: Run) -> None:
    repo.write({"tox.ini": TOX, "pyproject.toml": f'{PROJECT}[tool.noxkit]\nprofile = "strict"\n', "a.py": ""})
    noxkit("init", "--yes")
    assert "3.11" not in (repo.root / "pyproject.toml").read_text()


def test_arrays_are_written_as_the_file_writes_them(repo: Repo, noxkit: Run) -> None:
    repo.write({"tox.ini": TOX, "pyproject.toml": f'{PROJECT}keywords = [ "a" ]\n'})
    noxkit("init", "--yes")
    assert 'python = [ "3.10", "3.11" ]\n' in (repo.root / "pyproject.toml").read_text()


def test_hostile_names_do_not_reach_the_terminal(repo: Repo, noxkit: Run) -> None:
    repo.write({"tox.ini": "[testenv:\x07a]\ncommands = x\n", "noxfile.py": ""})
    _, said, _ = noxkit("init", "--dry-run")
    assert ("\x07" in said, "\\x07a" in said) == (False, True)


def test_a_pyproject_that_is_not_toml_is_an_error_with_its_place(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": "[project\n"})
    code, _, error = noxkit("init", "--yes")
    assert (code, "error[NK-PYPROJECT-INVALID]" in error, "--> pyproject.toml:1" in error) == (2, True, True)
    assert [path.name for path in repo.root.iterdir()] == ["pyproject.toml"]


def test_the_workflow_is_written_for_this_branch_and_only_once(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": PROJECT}).commit()
    code, said, _ = noxkit("init", "--yes", "--workflow", "github")
    file = repo.root / ".github" / "workflows" / "noxkit.yml"
    branch = (repo.root / ".git" / "HEAD").read_text().strip().removeprefix("ref: refs/heads/")
    text = file.read_text()
    document = yaml.safe_load(text)
    assert (code, document[True]["push"]["branches"], document["name"]) == (0, [branch], "noxkit")
    assert ("uvx nox -s lint" in text, "uv run --locked" in text, "--- .github/workflows/noxkit.yml" in said) == (
        True,
        False,
        True,
    )
    assert "is there already" in noxkit("init", "--yes", "--workflow", "github")[1]
    assert file.read_text() == text


def test_the_workflow_of_a_locked_noxkit_runs_it_from_the_lock(repo: Repo, noxkit: Run) -> None:
    lock = 'version = 1\n[[package]]\nname = "noxkit"\nversion = "1.0.0"\n'
    repo.write({"pyproject.toml": PROJECT, "uv.lock": lock}).commit()
    noxkit("init", "--yes", "--workflow", "gitlab")
    document = yaml.safe_load((repo.root / ".gitlab-ci.yml").read_text())
    assert document["lint"]["script"][0].startswith("uv run --locked nox -s lint")
    assert [each["PYTHON"] for each in document["tests"]["parallel"]["matrix"]] == [[each] for each in SUPPORTED]


@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_the_workflow_of_a_root_below_the_work_tree_goes_there(repo: Repo, noxkit: Run, service: str) -> None:
    repo.write({"py/pyproject.toml": PROJECT}).commit()
    code, _, error = noxkit("--root", str(repo.root / "py"), "init", "--yes", "--workflow", service)
    text = (repo.root / {"github": ".github/workflows/noxkit.yml", "gitlab": ".gitlab-ci.yml"}[service]).read_text()
    assert (code, error) == (0, "")
    assert ({"github": "working-directory: py", "gitlab": "- cd py"}[service] in text, "py/.nox/noxkit/" in text) == (
        True,
        True,
    )


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
    assert "* check ->" in listed(repo)
