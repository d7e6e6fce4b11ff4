# SPDX-License-Identifier: Apache-2.0
"""Repositories with a noxfile, and nox run on them as users run it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests._trees import PYTHON, Repo, clean_environ, command, manifest

if TYPE_CHECKING:
    from pathlib import Path

NOXFILE = """\
import nox
import noxkit

nox.options.default_venv_backend = "uv"
noxkit.pipeline()

if __name__ == "__main__":
    nox.main()
"""
OFFLINE = 'skip = ["ruff", "ruff_format", "typos", "uv_pip_check", "consistency", "source"]\ntypecheck.checkers = []\n'
"""Options with which `lint` runs nothing but the repository's own commands."""

TESTS = "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n"


class NoxRepo(Repo):
    """A repository on which nox is run in a process of its own."""

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Start nox in the root, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "nox", "--no-error-on-missing-interpreters", *arguments],
            cwd=self.root,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def nox(self, *arguments: str, **environ: str) -> tuple[int, str]:
        """Run nox to its end: the exit code, and all that it said."""
        with self.start(*arguments, **environ) as process:
            said, _ = process.communicate(timeout=240)
        return process.returncode, said

    def interrupted(self, number: int, *arguments: str, when: str) -> tuple[int, str]:
        """Run nox, send it a signal once the file `when` is there, and wait for its end."""
        with self.start(*arguments) as process:
            threading.Thread(target=self._send, args=(process, number, when), daemon=True).start()
            said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def _send(self, process: subprocess.Popen[str], number: int, when: str) -> None:
        until = time.monotonic() + 100
        while not (self.root / when).exists() and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(number)

    def report(self, name: str = "report.json") -> dict[str, Any]:
        """A JSON report that a run has written."""
        return json.loads((self.root / name).read_text())


@pytest.fixture
def repo(tmp_path: Path) -> NoxRepo:
    """A repository whose `lint` is two programs of its own, one of which finds an error; without network."""
    environ = clean_environ(tmp_path / "home", UV_PYTHON_DOWNLOADS="never", PYTHONDONTWRITEBYTECODE="1")
    files = {
        **manifest(command("good", "true", output="exit-code"), command("bad"), options=OFFLINE),
        "bad.txt": "::error file=a.sql,line=1,title=X1::no `where`\n",
        "a.sql": "delete from a\n",
        "noxfile.py": NOXFILE,
    }
    made = NoxRepo(tmp_path / "repo", environ)
    made.write(files)
    return made


@pytest.fixture
def tested(repo: NoxRepo) -> NoxRepo:
    """The same with two tests, and with nothing that fails."""
    only = f'python = ["{PYTHON}"]\n{OFFLINE}'
    repo.write({**manifest(command("good", "true", output="exit-code"), options=only), "test_it.py": TESTS})
    return repo
