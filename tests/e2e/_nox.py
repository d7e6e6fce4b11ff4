# SPDX-License-Identifier: Apache-2.0
"""The real nox as a process in a small repository, and what every run of it has to keep to, whatever it was given."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.tasks import environ as environ_module
from tests._trees import PYTHON, Repo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CHECKOUT",
    "NOX",
    "PYTHON",
    "REPORT",
    "RUFFED",
    "Run",
    "Sandbox",
    "copy_checkout",
    "in_namespace",
    "programs_without",
    "shared_environ",
    "works",
]

NOX = (sys.executable, "-m", "nox")
REPORT = "report.json"

_FOREIGN = ("CI", "GITHUB_", "GITLAB_", "NOXKIT_", "PYTEST", "COV", "NOX", "GIT_", "VIRTUAL_ENV", "PYTHON", "UV_PYTHON")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NO_CHANGES: Mapping[str, str | None] = MappingProxyType({})
_CODE = re.compile(r"NK-[A-Z][A-Z0-9-]*")
_STATUSES = {"crashed", "failed", "inconclusive", "passed", "skipped"}
_LIMIT = 120  # seconds: whatever takes longer than this hangs

_NOXFILE = """\
import nox
import noxkit

nox.options.default_venv_backend = "uv"
noxkit.pipeline()

if __name__ == "__main__":
    nox.main()
"""

_PYPROJECT = f"""\
[project]
name = "sample"
version = "1.0"
requires-python = ">=3.10"

[tool.noxkit]
python = ["{PYTHON}"]

[[tool.noxkit.commands]]
name = "look"
run = ["true"]
reads = ["**/*.py"]
output = "exit-code"
"""

CHECKOUT = Path(__file__).parent.parent.parent
"""This repository."""

RUFFED = f"""\
[project]
name = "sample"
version = "1.0"
requires-python = ">=3.10"
[tool.ruff]
line-length = 100
[tool.noxkit]
python = ["{PYTHON}"]
"""
"""A pyproject.toml that chooses ruff, whose last table is noxkit's."""


def copy_checkout(folder: Path) -> None:
    """Copy what noxkit is installed from, as it is now, into `folder`."""
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(CHECKOUT / name, folder / name)
    shutil.copytree(CHECKOUT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))


def shared_environ(cache: Path) -> dict[str, str]:
    """This process's environment without what a CI, nox or pytest has put there, with the tools kept in `cache`."""
    own = environ_module.current()
    kept = {name: value for name, value in own.items() if not name.startswith(_FOREIGN)}
    base = own.get("XDG_CACHE_HOME") or f"{own.get('HOME', '/')}/.cache"
    return {
        **kept,
        "UV_CACHE_DIR": own.get("UV_CACHE_DIR") or f"{base}/uv",
        "XDG_CACHE_HOME": str(cache),
        "UV_PYTHON_DOWNLOADS": "never",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def works(*command: str) -> bool:
    """Whether a command ends with 0 on this machine."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def in_namespace(script: str, command: Sequence[str]) -> list[str]:
    """`command` after `script`, in mounts of its own (as root there), which end with it: nothing stays behind."""
    if not works("unshare", "-rm", "true"):
        pytest.skip("this machine allows no mounts, not even in a namespace of their own")
    return ["unshare", "-rm", "sh", "-ec", f'{script}\nexec "$@"', "sh", *command]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """How one run of nox ended. `report` is None where none was written."""

    code: int
    output: str
    report: Any

    def holds(self) -> Run:
        """Assert what every run has to keep to: no traceback, and a report that is whole and agrees with the exit."""
        assert "Traceback (most recent call last)" not in self.output, self.output
        assert self.report is not None, self.output
        assert self.report["schema"] == "noxkit-report/1"
        assert self.report["status"] in _STATUSES
        assert self.report["failing"] == (self.code != 0), self.output
        for finding in self.report["findings"]:
            assert finding["code"], finding
            assert finding["hint"].strip(), finding
        for task in self.report["tasks"]:
            if task["status"] in {"inconclusive", "crashed"}:
                assert task["reason"], task
                assert task["hint"].strip(), task
        return self

    def passed(self) -> Run:
        """Assert that all is well and that the report says so."""
        self.holds()
        assert (self.report["status"], self.code) == ("passed", 0), self.output
        return self

    def refused(self, code: str, place: str | None = None, *, hint: str = "") -> Run:
        """Assert an error with `code` at `place` (`path:line`) that ends with a hint, in text and in the report."""
        self.holds()
        assert code in _CODE.findall(self.output), self.output
        assert (self.report["status"], self.code != 0) == ("failed", True), self.output
        found = [finding for finding in self.report["findings"] if finding["code"] == code]
        assert found, self.report
        if place is not None:
            path, _, line = place.partition(":")
            places = [(finding["path"], finding["line"]) for finding in found]
            assert (path, int(line) if line else None) in places, places
            assert f"--> {place}" in self.output, self.output
        assert any(hint in finding["hint"] for finding in found), found
        assert re.search(r"= hint: \S", self.output), self.output
        return self

    def inconclusive(self, name: str, *, reason: str = "", hint: str = "", strict: bool = True) -> Run:
        """Assert that the task `name` did not conclude, and that the run is not green; `strict` as under CI."""
        self.holds()
        task = self.task(name)
        assert task["status"] == "inconclusive", self.output
        assert reason in task["reason"], task
        assert hint in task["hint"], task
        assert self.report["status"] == "inconclusive", self.output
        assert (self.code != 0) is strict, self.output
        return self

    def task(self, name: str) -> Any:
        """The only task with this name in the report."""
        found = [task for task in self.report["tasks"] if task["name"] == name]
        assert len(found) == 1, self.output
        return found[0]

    def codes(self) -> list[tuple[str, str | None]]:
        """The findings' codes and paths."""
        return [(finding["code"], finding["path"]) for finding in self.report["findings"]]


class Sandbox(Repo):
    """A repository with the noxfile of the documentation, a package, and one program of its own, `look`."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        super().__init__(root, environ)
        self.write(
            {
                ".gitignore": f".nox/\n__pycache__/\n{REPORT}\n",
                "noxfile.py": _NOXFILE,
                "pyproject.toml": _PYPROJECT,
                "sample.py": "VALUE = 1\n",
            }
        )

    def write(self, files: Mapping[str, str]) -> Sandbox:
        """Write `files` by their paths, without their indentation."""
        super().write(files)
        return self

    def append(self, text: str) -> Sandbox:
        """Add lines to pyproject.toml."""
        with (self.root / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write("\n" + textwrap.dedent(text))
        return self

    def options(self, text: str) -> Sandbox:
        """Add lines to [tool.noxkit], above its tables."""
        file = self.root / "pyproject.toml"
        file.write_text(file.read_text().replace("[tool.noxkit]\n", f"[tool.noxkit]\n{textwrap.dedent(text)}\n"))
        return self

    def command(self, session: str, *arguments: str) -> list[str]:
        """The command of a run that leaves a JSON report."""
        return [*NOX, "-s", session, "--", "--format", "json", "--output", REPORT, *arguments]

    def nox(
        self, session: str, *arguments: str, ci: bool = True, environ: Mapping[str, str | None] = _NO_CHANGES
    ) -> Run:
        """Run one session with a JSON report; variables that are None are taken away."""
        return self.execute(self.command(session, *arguments), ci=ci, environ=environ)

    def read_only(self, command: Sequence[str], *, report: str) -> Run:
        """Run a command while nothing can be written to the tree: modes do not stop root, mounts do."""
        if os.getuid() != 0:
            mode = self.root.stat().st_mode
            self.root.chmod(mode & ~0o222)
            try:
                return self.execute(command, report=report)
            finally:
                self.root.chmod(mode)
        root = shlex.quote(str(self.root))
        script = f"mount --bind {root} {root}; mount -o remount,bind,ro {root}; cd {root}"
        return self.execute(in_namespace(script, command), report=report)

    def execute(
        self,
        command: Sequence[str],
        *,
        ci: bool = True,
        report: str = REPORT,
        environ: Mapping[str, str | None] = _NO_CHANGES,
    ) -> Run:
        """Run any command, with what stood in the report's place before taken away."""
        if (self.root / report).is_file():
            (self.root / report).unlink()
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.variables(environ, ci=ci),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LIMIT,
            check=False,
        )
        return self.ended(done.returncode, done.stdout, report=report)

    def variables(self, environ: Mapping[str, str | None] = _NO_CHANGES, *, ci: bool = True) -> dict[str, str]:
        """The environment of a run, as under CI or on a desk."""
        changed = {**self.environ, **({"CI": "1"} if ci else {}), **environ}
        return {name: value for name, value in changed.items() if value is not None}

    def ended(self, code: int, output: bytes, *, report: str = REPORT) -> Run:
        """A run that has ended, with the report that it left."""
        file = self.root / report
        written = json.loads(file.read_bytes()) if file.is_file() else None
        return Run(code=code, output=_ANSI.sub("", output.decode("utf-8", "replace")), report=written)


def programs_without(folder: Path, name: str, path: str) -> str:
    """A PATH on which every program of `path` is, but not `name`."""
    folder.mkdir()
    for place in path.split(os.pathsep):
        with contextlib.suppress(OSError):
            for file in Path(place).iterdir():
                if file.name != name and not (folder / file.name).is_symlink():
                    (folder / file.name).symlink_to(file)
    return str(folder)
