# SPDX-License-Identifier: Apache-2.0
"""Runs a tool of the project's own environment for real, the way the engine does."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.tasks import environ
from noxkit.tasks.process import Runner
from noxkit.tools._base import Job
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.diagnostics.model import Outcome
    from noxkit.tools._base import Tool

__all__ = ["PYTHON", "job_for", "run_tool", "write_tree"]

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

_PYPROJECT = '[project]\nname = "pkg"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["src"]\n'


def write_tree(root: Path, files: Mapping[str, str]) -> Path:
    """Write a project with the package `pkg` in `src`, and `files`, into `root`."""
    whole = {"pyproject.toml": _PYPROJECT, "src/pkg/__init__.py": "def double(n):\n    return 2 * n\n", **files}
    for name, text in whole.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def job_for(root: Path, **changes: object) -> Job:
    """A job for the Python that runs this test, with a scratch folder below the root's state."""
    state = root / ".nox" / "noxkit"
    state.mkdir(parents=True, exist_ok=True)
    python = Path(sys.executable)
    job = Job(
        repository=discover(root),
        executable=python,
        interpreter=python,
        scratch=Path(tempfile.mkdtemp(prefix="scratch-", dir=state)),
        python=PYTHON,
        installed=frozenset({"pytest", "coverage", "pytest-xdist"}),
    )
    for name, value in changes.items():
        object.__setattr__(job, name, value)
    return job


def run_tool(tool: Tool, job: Job, *, timeout: float | None = 120) -> Outcome:
    """Run `tool` on `job`, in an environment without what the surrounding pytest has put there."""
    clean = {name: value for name, value in environ.current().items() if not name.startswith(("PYTEST", "COV"))}
    completed = Runner(root=job.root, environment=clean).run(
        tool.command(job),
        task=tool.name,
        cwd=tool.folder_for(job),
        environment=tool.environment_for(job),
        timeout=timeout,
    )
    return tool.conclude(job, completed)
