# SPDX-License-Identifier: Apache-2.0
"""Small real repositories, an index of tiny wheels on disk, and runs of the engine on them, all without network."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.config.load import load
from noxkit.engine._context import open_context
from noxkit.engine._run import run
from noxkit.tasks import environ as environ_module

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.events import Event
    from noxkit.diagnostics.model import Outcome, Report
    from noxkit.engine._context import Context
    from noxkit.engine._run import Planner
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = [
    "BACKEND",
    "PYTHON",
    "Repo",
    "clean_environ",
    "command",
    "commands_only",
    "manifest",
    "outcome",
    "wheel",
]

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python that runs the tests: the one that is certainly there."""

_UV_CACHE = Path(tempfile.gettempdir()) / f"noxkit-tests-{os.getuid()}" / "uv-cache"
"""One for all tests and all runs of them, so that uv asks each interpreter, and downloads each file, once."""

_GIT = shutil.which("git") or "git"
_FOREIGN = ("GITHUB_", "GITLAB_", "NOXKIT_", "UV_", "PYTEST", "COV", "NOX", "GIT_", "PIP_")

BACKEND = """\
import base64, hashlib, os, pathlib, re, zipfile

def _project():
    text = pathlib.Path("pyproject.toml").read_text()
    return (re.search(r'^name = "(.+)"', text, re.M)[1], re.search(r'^version = "(.+)"', text, re.M)[1], text)

def _wheel(folder, files):
    name, version, text = _project()
    stem = f"{name.replace('-', '_')}-{version}"
    extras = re.search(r"\\[project.optional-dependencies\\]\\n((?:.+\\n)*)", text)
    lines = [f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"]
    required = re.search(r"^dependencies = \\[(.*)\\]", text, re.M)
    lines += [f"Requires-Dist: {one}\\n" for one in re.findall(r'"([^"]+)"', required[1] if required else "")]
    for extra, items in re.findall(r"^(\\S+) = \\[(.*)\\]", extras[1] if extras else "", re.M):
        lines.append(f"Provides-Extra: {extra}\\n")
        lines += [f'Requires-Dist: {one}; extra == "{extra}"\\n' for one in re.findall(r'"([^"]+)"', items)]
    tags = "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    info = {f"{stem}.dist-info/METADATA": "".join(lines), f"{stem}.dist-info/WHEEL": tags}
    both = {**files, **info}
    record = "".join(f"{path},,\\n" for path in both) + f"{stem}.dist-info/RECORD,,\\n"
    with zipfile.ZipFile(os.path.join(folder, f"{stem}-py3-none-any.whl"), "w") as archive:
        for path, text in {**both, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(path, text)
    return f"{stem}-py3-none-any.whl"

def _hook():
    hook = pathlib.Path("hook.py")
    if hook.exists():
        exec(hook.read_text(), {"__name__": "hook"})

def build_editable(folder, settings=None, metadata=None):
    _hook()
    return _wheel(folder, {f"_{_project()[0].replace('-', '_')}.pth": str(pathlib.Path("src").resolve()) + "\\n"})

def build_wheel(folder, settings=None, metadata=None):
    _hook()
    return _wheel(folder, {"x.py": ""})
"""
"""A build backend in the tree that needs nothing; `hook.py` beside it is run in every build."""


def clean_environ(home: Path, **changes: str) -> dict[str, str]:
    """This process's environment without what CI, nox, pytest or a developer has put there; with a home of its own."""
    kept = {
        name: value
        for name, value in environ_module.current().items()
        if name not in {"CI", "VIRTUAL_ENV", "PYTHONPATH", "XDG_CONFIG_HOME"} and not name.startswith(_FOREIGN)
    }
    home.mkdir(parents=True, exist_ok=True)
    here = Path(sys.executable).resolve().parent  # not a virtual environment's: uv does not take such a one
    kept["PATH"] = f"{here}{os.pathsep}{kept.get('PATH', os.defpath)}"
    cache = _UV_CACHE / ("offline" if "UV_OFFLINE" in changes else "online")  # what is offline must find nothing there
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "UV_CACHE_DIR": str(cache), **changes}


class Repo:
    """A folder with files, and runs of noxkit on it.

    `commands` are programs of the repository's own, by name: the lines that they print on standard
    output, as `[[tool.noxkit.commands]]` with output `github`.
    """

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()
        self.environ = dict(environ)
        self.events: list[Event] = []

    def write(self, files: Mapping[str, str]) -> Repo:
        """Write `files` by their paths, without their indentation."""
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        return self

    def git(self, *arguments: str) -> str:
        """Run git, which has to succeed."""
        who = {f"GIT_{name}_{key}": "a@b.invalid" for name in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        done = subprocess.run(
            [_GIT, *arguments],
            cwd=self.root,
            env={**self.environ, **who, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, message: str = "a commit") -> str:
        """Commit everything, in a repository that is made where there is none, and return the commit's id."""
        if not (self.root / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def context(self, *arguments: str, session: str = "lint", **environ: str) -> Context:
        """What a session of this name knows, with `arguments` behind its `--`."""
        full = {**self.environ, **environ}
        config = load(self.root, environ=full, arguments=arguments)
        return open_context(session, self.root, config=config, environ=full, observers=[self.events.append])

    def run(
        self,
        *arguments: str,
        planner: Planner | None = None,
        session: str = "lint",
        given: Mapping[str, str] | None = None,
        **environ: str,
    ) -> Report:
        """The report of a whole run; of the repository's own programs where no planner is given."""
        context = self.context(*arguments, session=session, **(given or {}), **environ)
        return run(context, planner or commands_only)


def commands_only(context: Context, scope: Scope) -> list[Task]:
    """A session without tasks of its own: the programs of [[tool.noxkit.commands]] are all that runs."""
    del context, scope
    return []


def manifest(*commands: str, options: str = "", more: str = "") -> dict[str, str]:
    """A pyproject.toml with these `[[tool.noxkit.commands]]`, options of [tool.noxkit], and more tables."""
    text = f'[project]\nname = "demo"\nversion = "1"\n{more}\n[tool.noxkit]\n{options}\n' + "".join(commands)
    return {"pyproject.toml": text}


def command(
    name: str, *run: str, output: str = "github", more: Mapping[str, object] | None = None, **rest: object
) -> str:
    """One `[[tool.noxkit.commands]]`: by default a program that prints annotations and ends with 0."""
    facts: dict[str, object] = {
        "name": name,
        "run": list(run or ("cat", f"{name}.txt")),
        "output": output,
        **(more or {}),
        **rest,
    }
    return "\n[[tool.noxkit.commands]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in facts.items())


def outcome(report: Report, name: str) -> Outcome:
    """The outcome of the one task with this name."""
    found = [task for task in report.tasks if task.name == name]
    assert len(found) == 1, [task.name for task in report.tasks]
    return found[0]


def wheel(folder: Path, name: str, version: str, *, program: str | None = None, requires: Sequence[str] = ()) -> Path:
    """Write a wheel: a module, what it requires, and a program that prints name, version and arguments."""
    module = name.replace("-", "_")
    stem = f"{module}-{version}"
    body = program or "def main():\n    import sys\n    print(NAME, VERSION, *sys.argv[1:])\n"
    files = {
        f"{module}.py": f"NAME, VERSION = {name!r}, {version!r}\n{body}",
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {line}\n" for line in requires),
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{stem}.dist-info/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n",
    }
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.writerow([path, f"sha256={digest}", len(text.encode())])
    rows.writerow([f"{stem}.dist-info/RECORD", "", ""])
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in {**files, f"{stem}.dist-info/RECORD": record.getvalue()}.items():
            archive.writestr(path, text)
    return file
