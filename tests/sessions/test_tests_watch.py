# SPDX-License-Identifier: Apache-2.0
"""`nox -s tests_watch` in a terminal of its own, as users run it."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests._trees import PYTHON, manifest
from tests.sessions.conftest import OFFLINE, TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sessions.conftest import NoxRepo

WAITING = "waiting for a change"
SLOW = "import pathlib, time\ndef test_slow():\n    pathlib.Path('x.log').touch()\n    time.sleep(60)\n"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LIMIT = 100.0  # seconds for what takes a few


class Terminal:
    """nox at a terminal: what it shows is read as it comes."""

    def __init__(self, repo: NoxRepo, *arguments: str) -> None:
        self.repo = repo
        self._own, theirs = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nox", "-s", "tests_watch", *arguments],
            cwd=repo.root,
            env={**repo.environ, "TERM": "xterm", "COLUMNS": "200"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._shown = ""

    def until(self, text: str) -> str:
        """Everything up to `text` that was not returned yet."""
        end = time.monotonic() + _LIMIT
        while text not in self._shown:
            assert time.monotonic() < end, f"no {text!r} in:\n{self._shown}"
            assert self._read(), f"it ended without {text!r}:\n{self._shown}"
        before, _, self._shown = self._shown.partition(text)
        return before + text

    def _read(self) -> bool:
        """Read what is there within a moment; False at the end."""
        if not select.select([self._own], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self._own, 65536)
        except OSError:  # what Linux says at the end of a terminal
            return False
        self._shown += _ESCAPES.sub("", data.decode("utf-8", "replace")).replace("\r", "")
        return bool(data)

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal and wait: the exit code, and the rest of what was shown."""
        self.process.send_signal(number)
        end = time.monotonic() + _LIMIT
        while self._read() and time.monotonic() < end:
            pass
        return self.process.wait(timeout=_LIMIT), self._shown

    def close(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._own)


@pytest.fixture
def watched(tested: NoxRepo) -> NoxRepo:
    """A repository in git with two tests that pass."""
    tested.write({".gitignore": ".nox/\n__pycache__/\n*.log\n"})
    tested.commit()
    return tested


@pytest.fixture
def terminal(watched: NoxRepo) -> Iterator[Terminal]:
    """The watch of it, after its first round."""
    made = Terminal(watched)
    try:
        made.until(WAITING)
        yield made
    finally:
        made.close()


def left_behind(repo: NoxRepo) -> list[str]:
    """The commands of processes that have to do with the repository, or watch it."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if str(repo.root) in command:
                found.append(command)
    return found


def test_each_change_runs_the_tests_again_and_ctrl_c_leaves_nothing_behind(terminal: Terminal) -> None:
    terminal.repo.write({"test_it.py": TESTS + "\n\ndef test_bad():\n    assert 1 == 2\n"})
    assert "changed: test_it.py" in terminal.until(WAITING)
    terminal.repo.write({"test_it.py": TESTS})
    assert "tests_watch passed: " in terminal.until(WAITING)
    terminal.repo.write({"note.log": "x", "__pycache__/x": "x"})
    terminal.repo.write({"page.md": "x"})
    shown = terminal.until(WAITING)
    assert ("changed: page.md" in shown, "note.log" in shown) == (True, False), shown
    code, rest = terminal.end()
    assert (code, "Traceback" in rest) == (130, False), rest
    assert left_behind(terminal.repo) == []


def test_a_change_to_the_code_ends_the_run_and_begins_another(terminal: Terminal) -> None:
    terminal.repo.write({"test_it.py": SLOW})
    terminal.until("changed: test_it.py")
    while not (terminal.repo.root / "x.log").exists():
        time.sleep(0.05)
    began = time.monotonic()
    terminal.repo.write({"test_it.py": TESTS})
    terminal.until("changed meanwhile; beginning again")
    assert "tests_watch passed: " in terminal.until(WAITING)
    assert time.monotonic() - began < 50


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"])
def test_a_signal_during_a_run_ends_the_tests_too(terminal: Terminal, number: int, code: int) -> None:
    terminal.repo.write({"test_it.py": SLOW})
    while not (terminal.repo.root / "x.log").exists():
        time.sleep(0.05)
    ended, rest = terminal.end(number)
    assert (ended, "Traceback" in rest) == (code, False), rest
    assert left_behind(terminal.repo) == []


def test_a_configuration_that_is_broken_meanwhile_is_said_and_mended(terminal: Terminal) -> None:
    whole = (terminal.repo.root / "pyproject.toml").read_text()
    terminal.repo.write({"pyproject.toml": whole + "profil = 1\n[tool.noxkit.tests]\npatern = 1\n"})
    shown = terminal.until(WAITING)
    assert "error[NK-" in shown, shown
    assert "Traceback" not in shown
    terminal.repo.write({"pyproject.toml": whole})
    assert "tests_watch passed: " in terminal.until(WAITING)


def test_what_follows_a_second_dash_dash_reaches_pytest(watched: NoxRepo) -> None:
    terminal = Terminal(watched, "--", "--report", "json=report.json", "--", "-k", "two")
    try:
        terminal.until(WAITING)
        (task,) = [task for task in watched.report()["tasks"] if task["name"] == "tests"]
        assert task["evidence"]["tests"] == 1
    finally:
        terminal.close()


def member(name: str, body: str, *requires: str) -> dict[str, str]:
    listed = ", ".join(f'"{each}"' for each in requires)
    project = f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = [{listed}]\n'
    return {f"packages/{name}/pyproject.toml": project, f"packages/{name}/tests/test_{name}.py": body}


def test_in_a_workspace_only_what_is_affected_runs_and_what_fails_stays_due(watched: NoxRepo) -> None:
    good, bad = "def test_it():\n    pass\n", "def test_it():\n    assert 0\n"
    more = '\n[tool.uv]\npackage = false\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    (watched.root / "test_it.py").unlink()
    watched.write({**manifest(options=f'python = ["{PYTHON}"]\n{OFFLINE}', more=more), **member("one", good)})
    watched.write({**member("two", good), **member("three", good)})
    watched.commit()
    terminal = Terminal(watched, "--", "--report", "json=report.json")

    def ran() -> dict[str, str]:
        tasks = watched.report()["tasks"]
        return {task["package"]: task["status"] for task in tasks if task["name"] == "tests"}

    try:
        terminal.until(WAITING)
        assert ran() == {"one": "passed", "two": "passed", "three": "passed"}
        watched.write(member("two", bad))
        terminal.until(WAITING)
        assert ran() == {"two": "failed"}
        watched.write(member("three", good + "\n"))
        terminal.until(WAITING)
        assert ran() == {"two": "failed", "three": "passed"}
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("arguments", "environ", "why"),
    [
        pytest.param((), {}, "there is no terminal here", id="no-terminal"),
        pytest.param((), {"CI": "1"}, "CI is set", id="ci"),
        pytest.param(("--ci",), {}, "CI is set", id="as-under-ci"),
    ],
)
def test_where_nobody_can_end_it_it_is_refused(
    tested: NoxRepo, arguments: tuple[str, ...], environ: dict[str, str], why: str
) -> None:
    code, said = tested.nox("-s", "tests_watch", "--", *arguments, **environ)
    assert (code, f"error[NK-WATCH-TERMINAL]: `tests_watch` runs until somebody ends it, and {why}" in said) == (
        1,
        True,
    ), said
    assert ("= hint: run `nox -s tests`" in said, "Traceback" in said) == (True, False), said


def test_a_dry_run_says_what_it_would_run_and_ends(tested: NoxRepo) -> None:
    code, said = tested.nox("-s", "tests_watch", "--", "--dry-run")
    assert (code, "tests_watch would run 1 of 1 tasks" in said) == (0, True), said


def test_an_option_that_is_none_is_refused(tested: NoxRepo) -> None:
    code, said = tested.nox("-s", "tests_watch", "--", "--onyl=x")
    assert (code, "did you mean `--only`?" in said, "Traceback" in said) == (1, True, False), said


def test_a_watcher_that_cannot_be_installed_ends_it_with_a_hint(watched: NoxRepo, tmp_path: Path) -> None:
    watched.environ |= {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "empty")}
    terminal = Terminal(watched)
    try:
        shown = terminal.until("error[NK-WATCH-FAILED]") + terminal.until("= hint: ")
        assert "Traceback" not in shown
        assert terminal.process.wait(timeout=_LIMIT) == 1
    finally:
        terminal.close()
