# SPDX-License-Identifier: Apache-2.0
"""Real projects from the package index and a real-looking workspace: noxkit reports what its tools say by hand."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uv

from noxkit.commands.init import NOXFILE
from noxkit.tasks.locks import file_lock
from tests.e2e._nox import shared_environ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_ACME = Path(__file__).parents[1] / "repos" / "acme"
_KEPT = Path(tempfile.gettempdir()) / f"noxkit-tests-{os.getuid()}" / "sdists"
_PYTHON = f"3.{sys.version_info.minor}"
_PYTHONS = sorted({"3.10", _PYTHON, "3.14"}, key=lambda python: int(python.partition(".")[2]))
_REPORT, _LOG = ".nox/report.json", ".nox/events"  # where no tool looks
_LIMIT = 240  # seconds: a first run downloads the tools

_Place = tuple[str | None, str, int | None, int | None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Project:
    """A source distribution, the checkers that look at it, and what is known to be found in it."""

    name: str
    version: str
    sha256: str
    checkers: str | None = None
    finds: frozenset[str] = frozenset()


_PROJECTS = [
    pytest.param(
        _Project(  # flit, packages beside the manifest, 12,000 lines; chooses no checker
            name="idna",
            version="3.20",
            sha256="a7db850025b95ded1eae8a46181a1a6c56c92c96f0e2b005d9ff8dc0210cab44",
            finds=frozenset({"ty"}),
        ),
        id="idna",
    ),
    pytest.param(
        _Project(  # hatchling, packages beside the manifest; mypy in its configuration, type errors under all three
            name="httpx",
            version="0.28.1",
            sha256="75e98c5f16b0f35b567856f597f06ff2270a374470a5c2392242528e3e3e42fc",
            checkers="ty,pyrefly,mypy",
            finds=frozenset({"ty", "pyrefly", "mypy"}),
        ),
        id="httpx",
    ),
    pytest.param(
        _Project(  # setuptools with a version from git, src layout, uv.lock; pins its tools in .pre-commit-config.yaml
            name="pluggy",
            version="1.7.0",
            sha256="d1eaa46ebb595891b860ab086b4d09c8588af65ebd4361b8e8f4bb8920b90ba8",
        ),
        id="pluggy",
    ),
]


@pytest.mark.parametrize("project", _PROJECTS)
def test_a_project_of_the_index_has_the_findings_of_its_tools(
    project: _Project, tmp_path: Path, tool_cache: Path
) -> None:
    root = _unpacked(project, tmp_path)
    run = _Lint(root, shared_environ(tool_cache), checkers=project.checkers)
    assert run.statuses() <= {"passed", "failed", "skipped"}, run.output
    _assert_equal(run)
    assert project.finds <= {task.partition("[")[0] for task, places in run.reported().items() if places}


@pytest.mark.parametrize("session", ["lint", "typecheck"])
def test_a_workspace_has_the_findings_of_its_tools(session: str, tmp_path: Path, tool_cache: Path) -> None:
    root = tmp_path / "acme"
    shutil.copytree(_ACME, root)
    # One fault in a namespace package, one in a member that only newer Pythons run.
    for member, line in (
        ("packages/core/src/acme/core/money.py", "WRONG: int = 'cents'\n"),
        ("plugins/batch/src/acme/plugins/batch/__init__.py", "import os\nWRONG: str = 1\n"),
    ):
        assert (root / member).is_file()
        with (root / member).open("a", encoding="utf-8") as file:
            file.write(line)
    run = _Lint(root, shared_environ(tool_cache), checkers="ty,mypy", session=session)
    assert run.statuses() <= {"passed", "failed", "skipped"}, run.output
    _assert_equal(run)
    found = {label for label, places in run.reported().items() if places}
    expected = {f"ty[{python}]" for python in _PYTHONS} if session == "typecheck" else {"ty[3.10]", "ruff"}
    assert expected <= found


class _Lint:
    """One run of noxkit with a report and the log of its commands, and the same commands by hand."""

    def __init__(self, root: Path, environ: Mapping[str, str], *, checkers: str | None, session: str = "lint") -> None:
        self.root = root
        self._environ = dict(environ)
        chosen = {"NOXKIT_TYPECHECK_CHECKERS": checkers} if checkers else {}
        (root / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "nox", "-s", session, "--", "--report", f"json={_REPORT}", "--events", _LOG],
            cwd=root,
            env={**self._environ, "NOXKIT_PYTHON": ",".join(_PYTHONS), **chosen},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LIMIT,
            check=False,
        )
        self.output = done.stdout.decode("utf-8", "replace")
        assert (root / _REPORT).is_file(), self.output
        self.report: Any = json.loads((root / _REPORT).read_bytes())

    def statuses(self) -> set[str]:
        """How the tasks have ended."""
        return {task["status"] for task in self.report["tasks"]}

    def reported(self) -> dict[str, list[_Place]]:
        """The findings of each task, one for each Python that they are listed with."""
        found: dict[str, list[_Place]] = {_label(task): [] for task in self.report["tasks"]}
        for finding in self.report["findings"]:
            place = (finding["path"], finding["code"].partition(":")[2], finding["line"], finding["column"])
            for python in finding["pythons"] or [None]:
                found[_label({"name": finding["task"], "python": python})].append(place)
        return found

    def by_hand(self) -> dict[str, list[_Place]]:
        """What the same programs print when they are started once more with the same words."""
        found: dict[str, list[_Place]] = collections.defaultdict(list)
        for event in map(json.loads, (self.root / _LOG).read_text(encoding="utf-8").splitlines()):
            tool = str(event.get("task", "")).partition("[")[0]
            if event["event"] == "command-started" and tool in _PARSERS and Path(event["command"][0]).name != "uv":
                changes = event["environment"]
                environ = {name: value for name, value in {**self._environ, **changes}.items() if value is not None}
                done = subprocess.run(
                    event["command"], cwd=self.root / event["folder"], env=environ, capture_output=True, check=False
                )
                found[event["task"]] += _PARSERS[tool](done.stdout, self.root)
        return found


def _label(task: Mapping[str, Any]) -> str:
    return f"{task['name']}[{task['python']}]" if task["python"] else str(task["name"])


def _assert_equal(run: _Lint) -> None:
    """Assert equal places, task by task, except for the two that noxkit says that it has changed."""
    reported, by_hand = run.reported(), run.by_hand()
    tasks = {_label(task): task for task in run.report["tasks"]}
    due = [label for label, task in tasks.items() if task["status"] != "skipped"]
    looked_at = [label for label in due if label.partition("[")[0] in _PARSERS]
    assert looked_at
    for label in looked_at:
        places = by_hand[label]
        if label == "ruff_format" and tasks[label]["advisory"]:  # advice in one line for all files
            assert sum(_count(run, "ruff_format")) == len(places), label
            continue
        dropped = tasks[label]["evidence"].get("noxfile_imports", 0)  # the noxfile is run by nox, not by the project
        imports = [place for place in places if place[0] == "noxfile.py" and "import" in place[1]]
        assert len(imports) == dropped, label
        kept = [place for place in places if place not in imports]
        assert collections.Counter(reported[label]) == collections.Counter(kept), label


def _count(run: _Lint, task: str) -> Iterator[int]:
    for finding in run.report["findings"]:
        if finding["task"] == task:
            yield int(finding["message"].split()[0])


def _ruff(printed: bytes, root: Path) -> Iterator[_Place]:
    for item in json.loads(printed or b"[]"):
        place = item["location"]
        yield _inside(item["filename"], root), item["code"], place["row"], place["column"]


def _ruff_format(printed: bytes, root: Path) -> Iterator[_Place]:
    for item in json.loads(printed or b"[]"):
        place = item["location"] or {"row": None, "column": None}
        yield _inside(item["filename"], root), item["code"] or "unformatted", place["row"], place["column"]


def _ty(printed: bytes, root: Path) -> Iterator[_Place]:
    for item in json.loads(printed):
        begin = item["location"]["positions"]["begin"]
        yield _inside(item["location"]["path"], root), item["check_name"], begin["line"], begin["column"]


def _pyrefly(printed: bytes, root: Path) -> Iterator[_Place]:
    for item in json.loads(printed)["errors"]:
        yield _inside(item["path"], root), item["name"], item["line"], item["column"]


def _mypy(printed: bytes, root: Path) -> Iterator[_Place]:
    for text in printed.splitlines():
        if text.startswith(b"{"):
            item = json.loads(text)
            column = item["column"] + 1 if item["column"] >= 0 else None
            line = item["line"] if item["line"] > 0 else None
            yield _inside(item["file"], root), item["code"] or "error", line, column


def _typos(printed: bytes, root: Path) -> Iterator[_Place]:
    for item in map(json.loads, printed.splitlines()):
        if item["type"] == "typo":
            line = item.get("line_num")
            yield _inside(item["path"], root), "typo", line, item["byte_offset"] + 1 if line else None


def _inside(path: str, root: Path) -> str:
    return os.path.relpath(root / path, root)


_PARSERS: dict[str, Callable[[bytes, Path], Iterable[_Place]]] = {
    "ruff": _ruff,
    "ruff_format": _ruff_format,
    "ty": _ty,
    "pyrefly": _pyrefly,
    "mypy": _mypy,
    "typos": _typos,
}


def _unpacked(project: _Project, folder: Path) -> Path:
    """The tree of a source distribution in a git repository of its own."""
    with tarfile.open(_downloaded(project)) as archive:
        if sys.version_info >= (3, 12):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)  # noqa: S202 -- its digest is known
    (root,) = folder.iterdir()
    _git(root, "init", "-q")
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", "the release")
    return root


def _git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false")
    subprocess.run([shutil.which("git") or "git", *who, *arguments], cwd=root, check=True, capture_output=True)


def _downloaded(project: _Project) -> Path:
    """The source distribution, from the package index as pip is configured here; kept for the next run."""
    _KEPT.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file_lock(_KEPT / f"{project.name}.lock"):
        file = _kept(project)
        if file is None:
            _download(project)
            file = _kept(project)
    assert file is not None
    return file


def _kept(project: _Project) -> Path | None:
    files = _KEPT.glob(f"{project.name}-{project.version}.tar.gz")
    return next((file for file in files if hashlib.sha256(file.read_bytes()).hexdigest() == project.sha256), None)


def _download(project: _Project) -> None:
    line = f"{project.name}=={project.version} --hash=sha256:{project.sha256}\n"
    requirements = _KEPT / f"{project.name}.txt"
    requirements.write_text(line, encoding="utf-8")
    pip: Sequence[str] = (uv.find_uv_bin(), "tool", "run", "--quiet", "--python", sys.executable, "pip", "download")
    options = ("--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "--dest", str(_KEPT))
    subprocess.run([*pip, *options, "-r", str(requirements)], check=True, capture_output=True, timeout=_LIMIT)
