# SPDX-License-Identifier: Apache-2.0
"""What a fix takes from above the root, in the same git repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._plans import plan_fix
from tests._trees import Repo, clean_environ, outcome

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """\
[project]
name = "demo"
version = "1"
requires-python = ">=3.10"

[tool.noxkit]
select = ["NK-FILE-MISSING"]

[[tool.noxkit.kinds]]
name = "library"
paths = ["."]
required-files = ["LICENSE"]
"""


def test_a_licence_above_the_root_is_copied_once(tmp_path: Path) -> None:
    environ = clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never")
    top = Repo(tmp_path / "top", environ).write({"LICENSE": "You may use it.\n", "py/pyproject.toml": MANIFEST})
    top.commit()
    repo = Repo(top.root / "py", environ)
    for changed in (["LICENSE"], []):
        report = repo.run("--only", "consistency", planner=plan_fix, session="fix")
        assert outcome(report, "changes").evidence["changed"] == changed
    assert (repo.root / "LICENSE").read_text() == "You may use it.\n"


def test_what_lies_above_without_git_is_not_the_repositorys(tmp_path: Path) -> None:
    environ = clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never")
    repo = Repo(tmp_path / "py", environ).write({"pyproject.toml": MANIFEST})
    (tmp_path / "LICENSE").write_text("Of somebody else.\n")
    report = repo.run("--only", "consistency", planner=plan_fix, session="fix")
    assert outcome(report, "changes").evidence["changed"] == []
    assert not (repo.root / "LICENSE").exists()
