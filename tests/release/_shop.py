# SPDX-License-Identifier: Apache-2.0
"""A workspace with a bare remote, a package index and a forge of its own, and runs of `release` on it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._names import task_names
from noxkit.release._release import STEPS, plan_release
from noxkit.release._session import state_folder
from tests._forge import TOKEN, forge
from tests._index import index, proxy
from tests._trees import PYTHON, Repo, clean_environ

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from noxkit.diagnostics.model import Outcome, Report
    from tests._forge import ForgeServer
    from tests._index import Proxy

__all__ = ["ONE", "THREE", "TWELVE", "Shop", "shop", "steps"]

ONE = {"acme": ()}
THREE = {"core": (), "cli": ("core",), "web": ("cli",)}
TWELVE = {
    **{f"base-{letter}": () for letter in "abc"},
    **{f"core-{letter}": (f"base-{letter}",) for letter in "abc"},
    **{f"tool-{letter}": (f"core-{letter}", "base-a") for letter in "abc"},
    **{f"app-{letter}": (f"tool-{letter}", "core-a") for letter in "abc"},
}
"""Twelve members in four layers, each with what it needs."""

_KEPT = {"build", "wheel_contents", "moment", *STEPS}
_BACKEND = Path(__file__).with_name("_backend.py")
_SYSTEM = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
_NOTES = "# Changelog\n\n## [Unreleased]\n"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shop:
    """The repository, where it is pushed to, and the services, each on 127.0.0.1."""

    repo: Repo
    remote: Repo
    server: Proxy
    forge: ForgeServer
    folder: Path

    def change(self, message: str, *members: str) -> None:
        """Commit a change of each of the members, and push nothing."""
        for name in members:
            file = next(self.repo.root.glob(f"**/src/{name.replace('-', '_')}/__init__.py"))
            file.write_text(f"{file.read_text()}\nX = {len(file.read_text())}\n")
        self.repo.commit(message)

    def release(self, *arguments: str, **environ: str) -> Report:
        """A whole run of `release`, in this process."""
        return self.repo.run(*arguments, planner=plan_release, session="release", given={"CI": "true", **environ})

    def started(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The same as a program of its own, to be killed."""
        words = [sys.executable, "-m", "nox", "-s", "release", "--", *arguments]
        return subprocess.Popen(
            words,
            cwd=self.repo.root,
            env=self.repo.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def on_index(self) -> dict[str, str]:
        """The digests of what the index has, by the names of the files."""
        files = sorted((self.folder / "index").iterdir())
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def built(self) -> dict[str, str]:
        """The same of what was built last."""
        files = [file for file in (self.repo.root / "dist").iterdir() if file.suffix in {".whl", ".gz"}]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)}

    def journal(self) -> list[dict[str, str]]:
        """The lines of the journal."""
        file = state_folder(self.repo.context(session="publish")) / "journal.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def tags(self) -> dict[str, str]:
        """The commits of the remote's tags."""
        listed = self.repo.git("ls-remote", "--tags", "origin").splitlines()
        pairs = [line.split("\t") for line in listed if line.endswith("^{}")]
        return {ref.removeprefix("refs/tags/").removesuffix("^{}"): commit for commit, ref in pairs}


def steps(report: Report) -> dict[str, Outcome]:
    """The outcomes by their names."""
    return {task.name: task for task in report.tasks}


def _files(needs: Mapping[str, Sequence[str]], *, url: str, forge_url: str, options: str) -> dict[str, str]:
    place = f'[[tool.uv.index]]\nname = "mine"\nurl = "{url}simple/"\npublish-url = "{url}"\ndefault = true\n'
    chosen = "" if "forge =" in options else 'forge = "github"\n'
    release = f'{chosen}forge-url = "{forge_url}"\nforge-project = "acme/shop"\n'
    once = "[tool.noxkit.build]\nreproducible = false\n\n"
    release = f"{once}[tool.noxkit.release]\nindex-timeout = 3\ncompare = false\n{release}{options}\n"
    noxkit = f'[tool.noxkit]\npython = ["{PYTHON}"]\nskip = {json.dumps(_skipped())}\n{release}'
    files = {
        ".gitignore": "/.nox/\n/dist/\n__pycache__/\nuv.lock\n",
        "noxfile.py": "import noxkit\n\nnoxkit.pipeline()\n",
    }
    alone = len(needs) == 1
    if not alone:
        files["pyproject.toml"] = f'{place}\n[tool.uv.workspace]\nmembers = ["packages/*"]\n\n{noxkit}'
    for name, lines in needs.items():
        folder = "" if alone else f"packages/{name}/"
        required = "".join(f'  "{line}>=1.0",\n' for line in lines)
        sources = "".join(f"{line} = {{ workspace = true }}\n" for line in lines)
        files |= {
            f"{folder}pyproject.toml": f'{_SYSTEM}\n[project]\nname = "{name}"\nversion = "1.0.0"\n'
            f'requires-python = ">=3.10"\ndependencies = [\n{required}]\n\n[tool.uv.sources]\n{sources}'
            + (f"\n{place}\n{noxkit}" if alone else ""),
            f"{folder}backend.py": _BACKEND.read_text(encoding="utf-8"),
            f"{folder}LICENSE": "Do what you like.\n",
            f"{folder}README.md": f"# {name}\n",
            f"{folder}CHANGELOG.md": _NOTES,
            f"{folder}src/{name.replace('-', '_')}/__init__.py": f'"""The package {name}."""\n',
        }
    return files


@functools.cache
def _skipped() -> list[str]:
    """All tasks but those that a release is about: those have tests of their own."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Repo(Path(folder), clean_environ(Path(folder) / "home"))
        empty.write({"pyproject.toml": ""})
        return sorted(task_names(empty.context()) - _KEPT)


@contextlib.contextmanager
def shop(folder: Path, needs: Mapping[str, Sequence[str]], *, options: str = "") -> Generator[Shop]:
    """The workspace of these members, committed and pushed, with all that it is released to."""
    who = {f"GIT_{role}_{key}": "a@b.invalid" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    names = {"UV_PUBLISH_USERNAME": "u", "UV_PUBLISH_PASSWORD": "p", "GITHUB_TOKEN": TOKEN}
    quiet = {"UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_RETRIES": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    environ = clean_environ(folder / "home", **who, **names, **quiet)
    environ["UV_CACHE_DIR"] = str(folder / "cache")
    shutil.rmtree(folder / "index", ignore_errors=True)
    with index(folder / "index") as url, proxy(url) as server, forge() as there:
        repo, remote = Repo(folder / "repo", environ), Repo(folder / "remote.git", environ)
        remote.git("init", "-q", "--bare", "-b", "main")
        repo.write(_files(needs, url=server.url, forge_url=there.url, options=options)).commit("feat: begin")
        repo.git("remote", "add", "origin", str(remote.root))
        repo.git("push", "-q", "--set-upstream", "origin", "main")
        yield Shop(repo=repo, remote=remote, server=server, forge=there, folder=folder)
