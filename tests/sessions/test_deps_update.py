# SPDX-License-Identifier: Apache-2.0
"""`nox -s deps_update` as users run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.environments.uv import find_uv
from noxkit.tasks.process import Runner
from tests._trees import wheel

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo

PROJECT = """\
[project]
name = "demo"
version = "1"
requires-python = ">=3.10"
dependencies = ["alpha"]

[tool.uv]
find-links = ["links"]
no-index = true
"""


@pytest.fixture
def locked(repo: NoxRepo) -> NoxRepo:
    """A project with a lock, of whose one dependency there is a newer version."""
    repo.write({"pyproject.toml": PROJECT})
    wheel(repo.root / "links", "alpha", "1.0")
    uv = find_uv(Runner(root=repo.root), repo.environ, root=repo.root, required=None)
    assert uv.run(["lock"], task="setup").returncode == 0
    wheel(repo.root / "links", "alpha", "1.1")
    return repo


def test_a_dry_run_shows_what_an_update_then_writes(locked: NoxRepo) -> None:
    before = (locked.root / "uv.lock").read_bytes()
    code, said = locked.nox("-s", "deps_update", "--", "--dry-run")
    assert (code, "| **alpha** | upgraded | 1.0 | 1.1 |" in said) == (0, True), said
    assert (locked.root / "uv.lock").read_bytes() == before
    code, said = locked.nox("-s", "deps_update", "--", "--report", "json=report.json")
    assert (code, "| **alpha** | upgraded | 1.0 | 1.1 |" in said) == (0, True), said
    (task,) = locked.report()["tasks"]
    assert task["evidence"]["changed"] == ["alpha 1.0 -> 1.1"]
    assert b'version = "1.1"' in (locked.root / "uv.lock").read_bytes()


def test_without_a_lock_it_is_refused_with_a_hint(locked: NoxRepo) -> None:
    (locked.root / "uv.lock").unlink()
    code, said = locked.nox("-s", "deps_update")
    assert (code, "error[NK-LOCK-MISSING]" in said, "--> uv.lock" in said, "= hint: make one" in said) == (
        1,
        True,
        True,
        True,
    ), said
    assert "Traceback" not in said
