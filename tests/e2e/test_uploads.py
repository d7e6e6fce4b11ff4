# SPDX-License-Identifier: Apache-2.0
"""What passes is taken: files that were built and verified are uploaded to an index on 127.0.0.1."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._build import plan_build
from noxkit.engine._contents import plan_contents
from tests._index import index
from tests._trees import Repo
from tests.e2e._nox import shared_environ

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

BACKENDS = {
    "hatchling": 'requires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    "uv_build": 'requires = ["uv_build"]\nbuild-backend = "uv_build"\n',
    "flit": 'requires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n',
}
PROJECT = """\
[project]
name = "demo-upload"
version = "1.0"
description = "A demo."
readme = "README.md"
license = "MIT"
license-files = ["LICENSE"]
requires-python = ">=3.10"
classifiers = ["Programming Language :: Python :: 3"]
"""


def build_and_verify(context: Context, scope: Scope) -> list[Task]:
    builds = plan_build(context, scope)
    return [*builds, *plan_contents(context, scope, after=builds)]


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS.keys())
def test_an_index_takes_what_passes(tmp_path: Path, tool_cache: Path, backend: str) -> None:
    repo = Repo(tmp_path / "repo", shared_environ(tool_cache))
    options = "[tool.noxkit.build]\nreproducible = false\n"
    repo.write(
        {
            "pyproject.toml": f"[build-system]\n{backend}\n{PROJECT}\n{options}",
            "src/demo_upload/__init__.py": '"""A demo."""\n',
            "README.md": "# demo\n",
            "LICENSE": "Permission is hereby granted.\n",
        }
    )
    report = repo.run(planner=build_and_verify, session="release_check")
    assert {outcome.name: outcome.status for outcome in report.tasks} == {
        "build": Status.PASSED,
        "wheel_contents": Status.PASSED,
    }, report.findings
    files = [str(repo.root / file.name) for file in report.files]
    assert len(files) == 2
    with index(tmp_path / "index") as url:
        names = {"UV_PUBLISH_USERNAME": "u", "UV_PUBLISH_PASSWORD": "p"}
        done = subprocess.run(
            [sys.executable, "-m", "uv", "publish", "--no-config", "--publish-url", url, *files],
            env={**repo.environ, **names},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    taken = sorted(path.name for path in (tmp_path / "index").iterdir())
    assert taken == ["demo_upload-1.0-py3-none-any.whl", "demo_upload-1.0.tar.gz"]
