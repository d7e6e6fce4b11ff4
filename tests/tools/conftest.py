# SPDX-License-Identifier: Apache-2.0
"""Recorded runs of real tools: the tree, the job, and what the tool printed and ended with."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.tasks.process import Completed
from noxkit.tools import load_tools
from noxkit.tools._base import Job
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.diagnostics.model import Outcome
    from noxkit.tools._base import Tool
    from noxkit.workspace.model import Repository

DATA = Path(__file__).parents[1] / "data" / "tools"
ROOT = "@ROOT@"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recorded:
    """One recorded run, as if it had been in `job.root`."""

    tool: Tool
    job: Job
    completed: Completed

    @property
    def outcome(self) -> Outcome:
        """What noxkit makes of it."""
        return self.tool.conclude(self.job, self.completed)

    @property
    def places(self) -> list[tuple[str, str | None, int | None, int | None, int | None, int | None]]:
        """The findings' codes, paths and spans, in order."""
        return [
            (found.code, found.path, found.line, found.column, found.end_line, found.end_column)
            for found in self.outcome.findings
        ]


def write_tree(root: Path, files: dict[str, Any]) -> None:
    """Write files: a text, `{"latin-1": text}`, `{"link": target}` or `{"folder": true}`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif "link" in content:
            path.symlink_to(content["link"])
        elif "folder" in content:
            path.mkdir()
        else:
            path.write_bytes(content["latin-1"].encode("latin-1"))


def job_of(repository: Repository, options: dict[str, Any], *, executable: Path) -> Job:
    """The job that a record describes; an interpreter of `self` is the one that runs here."""
    facts = dict(options)
    for key in {"paths", "excluded"} & facts.keys():
        facts[key] = tuple(facts[key])
    if "interpreter" in facts:
        facts["interpreter"] = (
            Path(sys.executable) if facts["interpreter"] == "self" else repository.root / facts["interpreter"]
        )
    return Job(repository=repository, executable=executable, scratch=repository.root, **facts)


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[str], Recorded]:
    """The run recorded as `tool/name`."""

    def load(name: str) -> Recorded:
        data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
        root = tmp_path / "tree"
        root.mkdir()
        write_tree(root, data["files"])
        tool = load_tools()[name.partition("/")[0]]
        job = job_of(discover(root), data["job"], executable=Path("/tools/bin") / tool.executable)
        out, err = (
            data[key].replace(ROOT, str(root)).encode("utf-8", "surrogateescape") for key in ("stdout", "stderr")
        )
        return Recorded(
            tool=tool, job=job, completed=Completed(tuple(tool.command(job)), data["returncode"], out, err, 0.1)
        )

    return load


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[dict[str, Any]], Repository]:
    """A repository made of files."""

    def make(files: dict[str, Any]) -> Repository:
        write_tree(tmp_path, files)
        return discover(tmp_path)

    return make


@pytest.fixture
def make_job(repository: Callable[[dict[str, Any]], Repository]) -> Callable[..., Job]:
    """A job on a repository made of files."""

    def make(files: dict[str, Any], **options: Any) -> Job:
        return job_of(repository(files), options, executable=Path("/tools/bin/tool"))

    return make
