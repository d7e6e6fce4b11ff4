# SPDX-License-Identifier: Apache-2.0
"""Packages about to be released: their manifests, hand-made wheels in `dist/` as a build leaves them, and indexes."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.server
import json
import threading
from typing import TYPE_CHECKING, Protocol

from noxkit.diagnostics.model import FileRecord, Outcome, Status
from noxkit.engine._contents import project_of
from noxkit.engine._scope import published
from noxkit.engine._task import Task
from tests._trees import PYTHON
from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.engine._run import Planner
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.model import Package

__all__ = ["Index", "after_builds", "index_service", "member", "put_wheel", "recipe", "workspace"]

_SYSTEM = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


class After(Protocol):
    """A plan of what comes after the builds of some packages."""

    def __call__(self, context: Context, packages: Sequence[Package], *, after: Sequence[Task]) -> list[Task]: ...


def member(name: str, version: str | None = "1.0", *, more: str = "", noxkit: str = "") -> str:
    """A manifest of a package that is published; on the root's its options, on one Python. `more` are lines of it."""
    stated = f'version = "{version}"' if version else 'dynamic = ["version"]'
    options = f'\n[tool.noxkit]\npython = ["{PYTHON}"]\n{noxkit}'
    return f'{_SYSTEM}\n[project]\nname = "{name}"\n{stated}\nrequires-python = ">=3.10"\n{more}\n{options}'


def workspace(*names: str, noxkit: str = "", **manifests: str) -> dict[str, str]:
    """A workspace of members, all published; a manifest may be given by the member's name with `_` for `-`."""
    root = f'[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.noxkit]\npython = ["{PYTHON}"]\n{noxkit}'
    folders = {
        f"packages/{name}/pyproject.toml": manifests.get(name.replace("-", "_"))
        or member(name).partition("\n[tool.noxkit]")[0]
        for name in names
    }
    return {"pyproject.toml": root, **folders}


def recipe(files: Mapping[str, str] | None = None, *, scripts: str = "", **metadata: str | bool | Sequence[str]) -> str:
    """The recipe of a wheel with these modules, entry points and metadata (`_` in their names for `-`)."""
    lines = [f"{json.dumps(path)} = {json.dumps(text)}" for path, text in (files or {}).items()]
    lines += [f'"{{info}}/entry_points.txt" = {json.dumps(scripts)}'] if scripts else []
    fields = [f"{key.replace('_', '-')} = {json.dumps(value)}" for key, value in metadata.items()]
    return "\n".join(["[files]", *lines, "[metadata]", *fields, ""])


def put_wheel(folder: Path, name: str, version: str, text: str = "", *, tags: str = "py3-none-any") -> Path:
    """Write the wheel that a recipe describes."""
    file = folder / f"{name.replace('-', '_')}-{version}-{tags}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(build(file.name, text))
    return file


def after_builds(plan: After) -> Planner:
    """A session of builds that give out what lies in `dist/`, and what `plan` lets come after them."""

    def planner(context: Context, scope: Scope) -> list[Task]:
        packages = published(context, scope)
        builds = [
            Task(name="build", package=package.name, action=functools.partial(_give_out, context, package))
            for package in packages
        ]
        return [*builds, *plan(context, packages, after=builds)]

    return planner


def _give_out(context: Context, package: Package, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    files = sorted(file for file in context.output.glob("*") if project_of(file.name) == package.name)
    records = [
        FileRecord(name=f"dist/{file.name}", sha256=hashlib.sha256(file.read_bytes()).hexdigest()) for file in files
    ]
    return Outcome(name="build", status=Status.PASSED, evidence={"files": len(files)}, files=tuple(records))


class Index(http.server.ThreadingHTTPServer):
    """A package index of the files in a folder; `manner` is `well`, `error` or `private`."""

    daemon_threads = True

    def __init__(self, folder: Path, *, manner: str = "well") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.manner = manner
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Its address, as `[[tool.uv.index]]` has it."""
        return f"http://127.0.0.1:{self.server_address[1]}/simple"

    def table(self, more: str = "") -> str:
        """It as the only index of a manifest."""
        return f'\n[[tool.uv.index]]\nname = "local"\nurl = "{self.url}"\ndefault = true\n{more}\n'


class _Handler(http.server.BaseHTTPRequestHandler):
    @property
    def _index(self) -> Index:
        assert isinstance(self.server, Index)
        return self.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name that it has there
        """Say nothing."""

    def do_HEAD(self) -> None:
        """As GET."""
        self.do_GET()

    def do_GET(self) -> None:
        """The page of a project, or a file."""
        self._index.asked.append(self.path)
        parts = self.path.strip("/").split("/")
        files = sorted(self._index.folder.glob("*.whl")) if self._index.folder.is_dir() else []
        if self._index.manner != "well":
            self._answer({"error": 503, "private": 401}[self._index.manner], b"no")
        elif parts[0] == "files" and (self._index.folder / parts[-1]).is_file():
            self._answer(200, (self._index.folder / parts[-1]).read_bytes(), kind="application/octet-stream")
        elif named := [file.name for file in files if project_of(file.name) == parts[-1]]:
            self._answer(200, "".join(f'<a href="/files/{name}">{name}</a><br>\n' for name in named).encode())
        else:
            self._answer(404, b"not found")

    def _answer(self, status: int, content: bytes, *, kind: str = "text/html") -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(content)


@contextlib.contextmanager
def index_service(folder: Path, *, manner: str = "well") -> Generator[Index]:
    """A running index."""
    server = Index(folder, manner=manner)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
